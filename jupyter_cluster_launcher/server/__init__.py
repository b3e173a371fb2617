"""The server extension: settings, routes, and clusters as JSON."""
