"""The resident of a cluster whose scheduler runs in the controller, its workers beside it."""

from __future__ import annotations

import contextlib
import multiprocessing
import tempfile
from collections.abc import Mapping
from multiprocessing import forkserver, util
from typing import Any

from .base import Resident
from .logs import Logs, scheduler_logs
from .protocols import SchedulerCluster
from .report import Sample
from .scheduler import SCHEDULER, sample_scheduler
from .sharing import Sharing

# As ``distributed.utils.get_mp_context`` has them; what is not installed is passed over.
PRELOADED = (
    *("distributed", "dask", "msgpack", "cloudpickle", "tornado", "toolz"),
    *("numpy", "pandas", "lz4"),
)


class LocalResident(Resident[SchedulerCluster]):
    """Watches a cluster by its scheduler's own data."""

    imports = (*Resident.imports, *SCHEDULER)

    def __init__(self) -> None:
        """Share nothing out yet."""
        super().__init__()
        self.sharing = Sharing(())

    def warm_up(self, settings: Mapping[str, Any]) -> None:
        """Start the process that workers are forked from, and import Dask meanwhile."""
        start_forkserver(settings)
        super().warm_up(settings)

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Start the process that workers are forked from, where ``workers_here`` is set.

        It imports Dask while the same is done here, instead of afterwards. ``shared`` is what the
        workers share, as in ``Sharing``.
        """
        if settings.get("workers_here"):
            self.sharing = Sharing(settings.get("shared", ()))
        start_forkserver(settings)
        super().prepare(settings)

    def start(self, cluster: SchedulerCluster, **limits: Any) -> None:
        """Begin to watch ``cluster``; one that adapts shares out what its most workers have."""
        super().start(cluster, **limits)
        most = getattr(getattr(cluster, "_adaptive", None), "maximum", None)
        if most:
            self.sharing.prepare(cluster, most)

    def scale(self, workers: int, unit: str = "workers") -> None:
        """Ask for a fixed number of workers, which share this host."""
        if self.sharing.names:
            self.stop_adapting()
            self.sharing.scale(self.cluster, workers)
        else:
            super().scale(workers, unit)

    def adapt(self, minimum: int, maximum: int, unit: str = "workers") -> None:
        """Let the number of workers follow the load; they share this host as if all were there."""
        if self.sharing.names:
            self.stop_adapting()
            present = min(maximum, max(minimum, len(self.cluster.worker_spec)))
            begin = super().adapt
            self.sharing.scale(
                self.cluster, present, maximum, lambda: begin(minimum, maximum, unit)
            )
        else:
            super().adapt(minimum, maximum, unit)

    def sample(self) -> Sample:
        """Return the cluster's present state."""
        return sample_scheduler(self.cluster)

    def logs(self) -> Logs:
        """Return the logs of the scheduler and the workers."""
        return scheduler_logs(self.cluster)


def start_forkserver(settings: Mapping[str, Any]) -> None:
    """Start the process that workers are forked from, unless it runs or there will be none here."""
    if settings.get("workers_here"):
        with contextlib.suppress(OSError, ValueError):  # not on this system: not needed
            keep_sockets(settings["sockets"])
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(list(PRELOADED))
            forkserver.ensure_running()


def keep_sockets(directory: str) -> None:
    """Have the sockets between processes made below ``directory``, which the server removes.

    Python would make a directory for them in /tmp, and not remove it when this process is killed.
    """
    before = tempfile.tempdir
    tempfile.tempdir = directory
    try:
        util.get_temp_dir()
    finally:
        tempfile.tempdir = before


RESIDENT = LocalResident
