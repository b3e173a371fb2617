"""The resident of a cluster that dask-gateway made: its scheduler is far away."""

from __future__ import annotations

import re
import time
from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from ..base import Resident
from ..observed.identity import WorkerIdentity
from ..observed.inspection import Request, T
from ..protocols import GatewayCluster
from ..report import Sample
from .state import ANSWER_LIMIT, GatewayState
from .submissions import Submissions

if TYPE_CHECKING:
    from .monitor import GatewayMonitor

PENDING_PERIOD = 0.05  # seconds between two looks at requests that are under way


class GatewayResident(Resident[GatewayCluster]):
    """Watches a cluster through its gateway; stops what this launch started, and nothing else."""

    imports = (*Resident.imports, "dask_gateway")
    monitor: GatewayMonitor  # from ``start`` on

    def __init__(self) -> None:
        """Know of no cluster yet."""
        super().__init__()
        self.submissions = Submissions()
        self.limits: list[str] = []  # the gateway's messages about numbers above its limit

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Record, from before the cluster is created, what this launch requests of the gateway.

        ``settings`` has the cluster's ``directory``.
        """
        super().prepare(settings)
        self.submissions.restore(settings["directory"])
        try:
            from .client import (  # noqa: PLC0415 - dask_gateway may be missing
                record_limits,
                record_submissions,
            )
            from .old_plugins import add_old_names  # noqa: PLC0415
        except ImportError:  # the create code fails with the reason
            return
        record_submissions(self.submissions)
        record_limits(self.limits)
        add_old_names()

    def start(self, cluster: GatewayCluster, **limits: Any) -> None:
        """Begin to watch the cluster; the gateway stops it when this process closes it, or not."""
        from .monitor import GatewayMonitor  # noqa: PLC0415 - as above

        joined = cluster.name not in self.submissions.names
        cluster.shutdown_on_close = not joined
        self.monitor = GatewayMonitor(GatewayState(cluster, joined, self.limits))
        self.monitor.start()
        self.monitor.first.wait(2 * ANSWER_LIMIT)
        super().start(cluster, **limits)

    def sample(self) -> Sample:
        """Return the cluster's state as it was last polled."""
        if self.monitor.state.joined:
            self.watch.idle_timeout = None  # others may be at work there
        state = self.monitor.state
        names = {key: one["name"] for key, one in state.workers.items()}
        self.note_deaths(state.killed, names)
        return Sample(self.with_deaths({**state.report(), "failed": self.deaths.number}))

    def scale(self, workers: int, unit: str = "workers") -> None:
        """Ask for a number of workers; the gateway then no longer adapts."""
        name = self.cluster.name
        self._request(self.monitor.gateway.scale_cluster(name, workers), workers, adapting=False)

    def adapt(self, minimum: int, maximum: int, unit: str = "workers") -> None:
        """Let the number of workers follow the load, between two bounds."""
        gateway, name = self.monitor.gateway, self.cluster.name
        request = gateway.adapt_cluster(name, minimum=minimum, maximum=maximum)
        self._request(request, minimum, adapting=True)

    def _request(self, request: Coroutine[Any, Any, Any], target: int, adapting: bool) -> None:
        """Send the gateway a request for ``target`` workers, which its limit may lower."""
        state = self.monitor.state
        self.limits.clear()
        self.monitor.do(request)
        numbers = re.findall(r"resource limit of (\d+)", " ".join(self.limits))
        state.requested, state.adapting = min([target, *map(int, numbers)]), adapting
        state.waiting_since = time.monotonic()
        self.watch.poll(always=True)

    def identities(self) -> Mapping[str, WorkerIdentity]:
        """Return the workers that are there, by address."""
        return self.monitor.state.workers

    def on_scheduler(self, request: Request[T], limit: float) -> T:
        """Return what a request to the scheduler returns; raises as the base."""
        return self.monitor.do(request(self.monitor.scheduler), limit)

    def end_cluster(self, cluster: GatewayCluster | None) -> None:
        """Stop what this launch started, and nothing that it joined.

        May be called twice, while the cluster is being made, and where making it failed half-way.
        Raises ``RuntimeError`` where the gateway does not stop it.
        """
        limit = time.monotonic() + ANSWER_LIMIT
        while self.submissions.pending and time.monotonic() < limit:
            time.sleep(PENDING_PERIOD)
        if self.submissions.names:
            from .client import stop_clusters  # noqa: PLC0415 - as above

            stop_clusters(self.submissions.names, ANSWER_LIMIT)
            self.submissions.clear()

    def shut_down(self) -> None:
        """Stop the cluster although it was joined and others may use it."""
        self.submissions.names.append(self.cluster.name)
        self.close(self.cluster)


RESIDENT = GatewayResident
