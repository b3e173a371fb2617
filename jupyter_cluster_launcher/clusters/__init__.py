"""The clusters of one Jupyter server, from the request to the last trace."""
