"""``python -m jupyter_cluster_launcher.cli``."""

from .parser import main

raise SystemExit(main())
