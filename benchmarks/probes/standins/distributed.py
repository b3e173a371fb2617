"""Stands in for what a resident takes of Dask's package without a cluster, for ``clusters.py``."""


class SchedulerPlugin:
    """Is told of what happens in a scheduler; here, of nothing."""
