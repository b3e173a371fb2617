"""What a site's batch system offers: found there, and in its configuration of dask-jobqueue."""
