"""Learns of workers the moment they register with a scheduler in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from distributed import SchedulerPlugin


class Registering(SchedulerPlugin):
    """Calls ``learn`` with the name and the address of each worker, before it gets tasks.

    A task can kill a worker sooner than the next poll would see its process.
    """

    name = "cluster-launcher-registering"

    def __init__(self, learn: Callable[[object, str], None]) -> None:
        """Call ``learn`` on the scheduler's event loop."""
        self.learn = learn

    def add_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
        """Note a worker that has registered; ``worker`` is its address."""
        self.learn(scheduler.workers[worker].name, worker)
