"""What is on disk of a cluster: its record, and which server owns it."""
