"""Platform files from Dask's configuration: of dask-labextension and dask-jobqueue."""
