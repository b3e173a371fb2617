"""The resident of a cluster whose scheduler runs in the controller, its workers beside it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from multiprocessing import forkserver
from typing import Any

from .base import Resident
from .logs import Logs, scheduler_logs
from .protocols import SchedulerCluster
from .report import Sample
from .scheduler import sample_scheduler

# As ``distributed.utils.get_mp_context`` has them; what is not installed is passed over.
PRELOADED = (
    *("distributed", "dask", "msgpack", "cloudpickle", "tornado", "toolz"),
    *("numpy", "pandas", "lz4"),
)


class LocalResident(Resident[SchedulerCluster]):
    """Watches a cluster by its scheduler's own data."""

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Start the process that workers are forked from, where ``workers_here`` is set.

        It imports Dask while the create code does the same here, instead of afterwards.
        """
        if not settings.get("workers_here"):
            return
        try:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(list(PRELOADED))
            forkserver.ensure_running()
        except (OSError, ValueError):  # not on this system: Dask works without
            return

    def sample(self) -> Sample:
        """Return the cluster's present state."""
        return sample_scheduler(self.cluster)

    def logs(self) -> Logs:
        """Return the logs of the scheduler and the workers."""
        return scheduler_logs(self.cluster)


RESIDENT = LocalResident
