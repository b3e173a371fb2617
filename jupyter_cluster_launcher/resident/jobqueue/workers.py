"""Which workers the jobs of a cluster have brought."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from ..protocols import JobqueueCluster

RESTART = 5.0  # seconds that a nanny may take to restart a worker

_PER_JOB: WeakKeyDictionary[Any, int] = WeakKeyDictionary()


def belongs(worker: object, job: object) -> bool:
    """Return whether a worker is one of a job's, by the names of both in the cluster."""
    return str(worker) == str(job) or str(worker).startswith(f"{job}-")


def addresses_of(cluster: JobqueueCluster, job: object) -> list[str]:
    """Return the addresses of the workers that a job has brought."""
    workers = list(cluster.scheduler.workers.items())
    return [address for address, worker in workers if belongs(worker.name, job)]


def workers_of(cluster: JobqueueCluster) -> dict[Any, int]:
    """Return how many workers each job has brought, by the job's name in the cluster.

    This is called at each poll, so it looks at each job and at each worker once.
    """
    found = dict.fromkeys(list(cluster.worker_spec), 0)
    jobs = {str(name): name for name in found}
    for worker in list(cluster.scheduler_info["workers"].values()):
        name = str(worker["name"])
        while name not in jobs and "-" in name:  # as in ``belongs``
            name = name.rpartition("-")[0]
        if name in jobs:
            found[jobs[name]] += 1
    return found


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


class Shortfalls:
    """The jobs of a cluster that go on without some of the workers that they had."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Know of no job yet; ``clock`` is in seconds."""
        self._clock = clock
        self._whole: set[Any] = set()  # the jobs that once had all of their workers
        self._since: dict[Any, float] = {}  # when a job was first seen without some of them

    def warning(self, cluster: JobqueueCluster) -> str | None:
        """Return the sentence about these jobs, None without any. To be called at each poll."""
        now, each, workers = self._clock(), workers_per_job(cluster), workers_of(cluster)
        self._whole = {name for name, n in workers.items() if n >= each or name in self._whole}
        short = [name for name, n in workers.items() if 0 < n < each and name in self._whole]
        self._since = {name: self._since.get(name, now) for name in short}
        lasting = [name for name, since in self._since.items() if now - since >= RESTART]
        if not lasting:
            return None
        left = f"{sum(workers[name] for name in lasting)} of {each * len(lasting)} are left"
        if len(lasting) == 1:
            return f"1 job has lost some of its workers: {left}. Its log says why."
        return f"{len(lasting)} jobs have lost some of their workers: {left}. Their logs say why."
