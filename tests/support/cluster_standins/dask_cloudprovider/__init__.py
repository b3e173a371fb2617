"""A stand-in for dask-cloudprovider 2025.9."""
