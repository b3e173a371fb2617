"""Clusters of dask-jobqueue: how the controller tracks their jobs."""
