import './base.css';
import './versions.css';
import './settings.css';
