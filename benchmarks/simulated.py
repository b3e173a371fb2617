"""A cluster of simulated workers, as a resident sees it: Dask's objects, and no processes."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

from distributed.core import Status
from distributed.scheduler import WorkerState, heartbeat_interval

MEMORY = 4 * 2**30  # bytes of each worker
SEED = 20260101


class SimulatedCluster:
    """So many workers, each of them a job of its own, with nannies that have a process."""

    def __init__(self, workers: int) -> None:
        """Have workers that have reported once."""
        self.name, self.scheduler_address, self.status = "simulated", "tls://127.0.0.1:1", "running"
        self.worker_spec: dict[int, Any] = {number: {} for number in range(workers)}
        states = [_worker(number) for number in self.worker_spec]
        self.workers = {number: _nanny() for number in self.worker_spec}
        self.scheduler_info = {"workers": {one.address: {"name": one.name} for one in states}}
        self.scheduler: Any = SimpleNamespace(
            workers={one.address: one for one in states},
            tasks={},
            task_groups={},
            unrunnable=set(),
            queued=set(),
            transition_counter=0,
            status="running",
            services={},
        )
        self._dummy_job = SimpleNamespace(worker_processes=1)
        self._random = random.Random(SEED)
        self.pass_time(60, computing=False)

    def pass_time(self, seconds: float, computing: bool) -> None:
        """Let some seconds pass, in which workers send their heartbeats, and tasks are computed."""
        chance = seconds / heartbeat_interval(len(self.workers))
        for worker in self.scheduler.workers.values():
            if self._random.random() < chance:
                busy = self._random.uniform(80, 100) if computing else self._random.uniform(0, 4)
                used = 0.5 if computing else 0.03
                worker.metrics = {
                    "cpu": busy,
                    "memory": int(MEMORY * self._random.uniform(used, used + 0.01)),
                    "spilled_bytes": {"memory": 0, "disk": 0},
                }
        if computing:
            done = self.scheduler.transition_counter = self.scheduler.transition_counter + 7
            counts = {"memory": done, "processing": len(self.workers)}
            self.scheduler.task_groups = {"work": SimpleNamespace(states=counts)}


def _worker(number: int) -> WorkerState:
    address = f"tls://10.{number // 65536}.{number // 256 % 256}.{number % 256}:40000"
    return WorkerState(
        address=address, status=Status.running, pid=number, name=number, nthreads=1,
        memory_limit=MEMORY, local_directory="/scratch", nanny=f"{address[:-5]}40001",
        server_id=f"Worker-{number}",
    )  # fmt: skip


def _nanny() -> Any:
    process = SimpleNamespace(pid=1, worker_address="", on_exit=lambda code: None)
    return SimpleNamespace(process=process, status="running")
