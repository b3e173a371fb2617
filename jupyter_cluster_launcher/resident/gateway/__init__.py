"""Clusters of dask-gateway: how the controller watches, and queries without a controller."""
