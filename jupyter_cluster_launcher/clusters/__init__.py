"""The clusters of one Jupyter server, from the request until nothing is left."""
