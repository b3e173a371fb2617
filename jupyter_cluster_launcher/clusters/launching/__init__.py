"""From a request to a cluster that starts: checked, previewed, prepared, launched, and again."""
