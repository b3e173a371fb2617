"""What notebooks and scripts import: no jupyter_server, no tornado."""
