"""Stands in for Dask where it is to be missing: the controllers of ``clusters.py``."""

raise ImportError("Dask is not there in this benchmark.")
