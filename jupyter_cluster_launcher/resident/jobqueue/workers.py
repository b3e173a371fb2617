"""Which workers the jobs of a cluster have brought."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from ..protocols import JobqueueCluster

_PER_JOB: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


def belongs(worker: object, job: object) -> bool:
    """Return whether a worker is one of a job's, by the names of both in the cluster."""
    return str(worker) == str(job) or str(worker).startswith(f"{job}-")


def addresses_of(cluster: JobqueueCluster, job: object) -> list[str]:
    """Return the addresses of the workers that a job has brought."""
    workers = list(cluster.scheduler.workers.items())
    return [address for address, worker in workers if belongs(worker.name, job)]


def workers_of(cluster: JobqueueCluster) -> dict[Any, int]:
    """Return how many workers each job has brought, by the job's name in the cluster."""
    names = [worker["name"] for worker in list(cluster.scheduler_info["workers"].values())]
    return {name: sum(belongs(one, name) for one in names) for name in list(cluster.worker_spec)}


def working(cluster: JobqueueCluster) -> set[Any]:
    """Return the names of the jobs that have brought a worker."""
    return {name for name, workers in workers_of(cluster).items() if workers}


def complete(cluster: JobqueueCluster) -> set[Any]:
    """Return the names of the jobs that have brought all of their workers."""
    each = workers_per_job(cluster)
    return {name for name, workers in workers_of(cluster).items() if workers >= each}


def workers_per_job(cluster: JobqueueCluster) -> int:
    """Return how many worker processes one job starts: the same for the cluster's whole life."""
    if cluster not in _PER_JOB:
        # It is made anew each time that it is read, with folders and files.
        _PER_JOB[cluster] = cluster._dummy_job.worker_processes
    return _PER_JOB[cluster]
