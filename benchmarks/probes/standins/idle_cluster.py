"""A cluster without Dask, with four workers that are only numbers, for ``clusters.py``.

While the file is there that ``BENCHMARK_MOVING`` names, what the workers report changes all the
time, as while they compute; otherwise it stays as it is.
"""

from __future__ import annotations

import os
import random
from types import SimpleNamespace
from typing import Any

MEMORY = 2**30  # bytes of each worker


class Scheduler:
    """What a resident reads of a scheduler in its process."""

    def __init__(self, workers: int) -> None:
        """Have so many workers."""
        self._workers = {f"tcp://127.0.0.1:{number}": _worker() for number in range(workers)}
        self.tasks: dict[str, Any] = {}
        self.task_groups: dict[str, Any] = {}
        self.unrunnable = self.queued = ()
        self.transition_counter, self.status, self.services = 0, "running", dict[str, Any]()

    def add_plugin(self, plugin: object) -> None:
        """Tell it nothing: the workers are there from the beginning."""

    @property
    def workers(self) -> dict[str, Any]:
        """The workers, with what they have reported last."""
        if os.path.exists(os.environ["BENCHMARK_MOVING"]):
            for worker in self._workers.values():
                part = random.random()
                worker.metrics = {"cpu": part * 100, "memory": int(part * MEMORY)}
        return self._workers


class IdleCluster:
    """What a resident needs of a cluster object."""

    def __init__(self, n_workers: int) -> None:
        """Have so many workers."""
        self.name, self.scheduler_address, self.status = "idle", "tcp://127.0.0.1:9", "running"
        self.worker_spec: dict[int, Any] = {number: {} for number in range(n_workers)}
        self.workers: dict[int, Any] = {}
        self.scheduler = Scheduler(n_workers)

    def scale(self, n: int) -> None:
        """Leave the number of workers as it is."""

    def close(self) -> None:
        """End nothing."""


def client_and_cluster(n_workers: int) -> tuple[None, IdleCluster]:
    """Make a cluster of so many workers, without a client, which would be Dask's."""
    return None, IdleCluster(n_workers)


def _worker() -> Any:
    metrics = {"cpu": 0.0, "memory": MEMORY // 10}
    return SimpleNamespace(
        name="w", nthreads=1, memory_limit=MEMORY, metrics=metrics, status="running", processing={}
    )
