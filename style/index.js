import './base.css';
import './form.css';
import './preview.css';
import './options.css';
import './clusters.css';
import './logs.css';
import './versions.css';
import './settings.css';
