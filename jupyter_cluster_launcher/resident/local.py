"""The resident of a cluster whose scheduler runs in the controller, its workers beside it."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing import forkserver
from typing import Any

from .base import Resident
from .observed.identity import WorkerIdentity
from .observed.inspection import Request, T
from .observed.scheduler import SCHEDULER, identities, on_scheduler, sample_scheduler
from .protocols import SchedulerCluster
from .report import Polled, Sample
from .sharing import Sharing

# As ``distributed.utils.get_mp_context`` has them; what is not installed is passed over.
PRELOADED = (
    *("distributed", "dask", "msgpack", "cloudpickle", "tornado", "toolz"),
    *("numpy", "pandas", "lz4"),
)

# The scheduler's way to its workers' HTTP servers, which have no pages here. Where the environment
# has jupyter-server-proxy, it takes a tenth of a launch and 7 to 9 MiB.
PROXY = "distributed.http.proxy"
ROUTES = "distributed.scheduler.http.routes"

# Seconds between looks for a worker on this computer that has started. With Dask's 0.05, a prepared
# launch takes 0.30 s instead of 0.27. Less gains little, and takes CPU while many workers start.
LOOK = 0.01


class LocalResident(Resident[SchedulerCluster]):
    """Watches a cluster by its scheduler's own data."""

    imports = (*Resident.imports, *(name for name in SCHEDULER if name != PROXY))

    def __init__(self) -> None:
        """Share nothing out yet."""
        super().__init__()
        self.sharing = Sharing(())

    def warm_up(self, settings: Mapping[str, Any]) -> None:
        """Start the process that workers are forked from, and import Dask meanwhile."""
        self._keep_sockets(settings["sockets"])  # those of that process, too
        if settings.get("workers_here"):
            start_forkserver()
        super().warm_up(settings)

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Start the process that workers are forked from, where ``workers_here`` is set.

        It imports Dask while the same is done here, instead of afterwards. ``shared`` is what the
        workers share, as in ``Sharing``.
        """
        super().prepare(settings)
        if settings.get("workers_here"):
            self.sharing = Sharing(settings.get("shared", ()))
            start_forkserver()
        with suppress(ImportError):  # the create code fails with the reason
            leave_out_proxy()
            notice_workers_soon()
        self.serve_privately(settings)

    def start(self, cluster: SchedulerCluster, **limits: Any) -> None:
        """Begin to watch ``cluster``; one that adapts shares out what its most workers have."""
        from .observed.registering import Registering  # noqa: PLC0415 - it needs Dask

        cluster.scheduler.add_plugin(
            Registering(lambda *worker: self.deaths.learn(nannies(cluster), *worker))
        )
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
        """Return the cluster's present state, with how many workers died so far."""
        sample = sample_scheduler(self.cluster)
        self.deaths.watch(nannies(self.cluster))
        report: Polled = {**sample.report, "failed": self.deaths.number}
        return Sample(self.with_deaths(report), sample.activity)

    def identities(self) -> Mapping[str, WorkerIdentity]:
        """Return the workers that are there, by address."""
        return identities(self.cluster)

    def on_scheduler(self, request: Request[T], limit: float) -> T:
        """Return what a request to the scheduler returns; raises as the base."""
        return on_scheduler(self.cluster, request, limit)


def nannies(cluster: SchedulerCluster) -> Mapping[Any, Any]:
    """Return the objects that stand for a cluster's workers here, by name."""
    workers: Mapping[Any, Any] = getattr(cluster, "workers", {})
    return workers


def leave_out_proxy() -> None:
    """Have schedulers in this process serve no way to HTTP servers of workers without pages."""
    import dask  # noqa: PLC0415 - Dask may be missing
    import distributed  # noqa: F401, PLC0415 - its defaults

    if dask.config.get("distributed.worker.http.routes"):  # they have pages
        return
    routes = dask.config.get(ROUTES)
    dask.config.set({ROUTES: [one for one in routes if one != PROXY]})


def notice_workers_soon() -> None:
    """Have starting workers in processes beside this one noticed within ``LOOK`` seconds."""
    from distributed.nanny import WorkerProcess  # noqa: PLC0415 - Dask may be missing

    # An attribute that no configuration sets; a Dask without it looks as often as it does.
    WorkerProcess._init_msg_interval = LOOK


def start_forkserver() -> None:
    """Start the process that workers are forked from, unless it runs."""
    with suppress(OSError, ValueError):  # not on this system: Dask works without
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED))
        forkserver.ensure_running()


RESIDENT = LocalResident
