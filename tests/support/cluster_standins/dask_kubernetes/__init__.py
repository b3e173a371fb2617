"""A stand-in for dask-kubernetes 2026.3."""
