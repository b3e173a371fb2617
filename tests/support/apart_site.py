"""A site's function for SLURM whose scheduler is a process of its own.

It is copied to a folder of its own, which also gets the scheduler's file and the jobs' logs.
"""

from __future__ import annotations

import os
from typing import Any

from dask.distributed import Client
from dask_jobqueue import SLURMCluster
from distributed.deploy.subprocess import SubprocessScheduler

FOLDER = os.path.dirname(__file__)


class Apart(SubprocessScheduler):
    """A scheduler in a process of its own, which takes what dask-jobqueue gives to one here."""

    def __init__(self, **options: Any) -> None:
        """Prepare it; what is not plain data cannot be handed over, and is None here."""
        plain = {key: value for key, value in options.items() if value is not None}
        file = os.path.join(FOLDER, "scheduler.json")
        super().__init__({**plain, "scheduler_file": file})


def create(n_workers: int) -> tuple[Any, Any]:
    """Return a cluster with one job for each worker, and a client of it."""
    cluster = SLURMCluster(
        n_workers=n_workers,
        scheduler_cls=Apart,
        scheduler_options={"dashboard_address": "127.0.0.1:0"},
        interface="lo",
        cores=1,
        memory="500MB",
        walltime="00:30:00",
        log_directory=FOLDER,
    )
    return cluster, Client(cluster)
