"""The methods that the server calls in a controller, whatever kind of cluster it has."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from .credentials import write_credentials
from .kernel import Answer
from .logs import Logs
from .protocols import Cluster
from .report import Report, Sample
from .versions import versions
from .watch import Watch

ClusterT = TypeVar("ClusterT", bound=Cluster)


class Resident(ABC, Generic[ClusterT]):
    """Watches one cluster and acts on it for the server; a subclass for each kind of platform."""

    cluster: ClusterT  # from ``start`` on

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._watch: Watch | None = None
        self.answer: Answer | None = None

    def call(self, function: str, /, *args: Any, **kwargs: Any) -> None:
        """Call a method and keep the plain data it returns in ``answer`` for the server."""
        self.answer = Answer(getattr(self, function)(*args, **kwargs))

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Get ready before the create code runs; ``settings`` are of the platform's kind."""

    def start(self, cluster: ClusterT, *, directory: str, **limits: Any) -> None:
        """Begin to watch ``cluster`` and publish the first report.

        ``directory`` is the cluster's; ``limits`` are further arguments of ``Watch``.
        """
        self.cluster = cluster
        known: Report = {
            "tls": write_credentials(getattr(cluster, "security", None), directory),
            "versions": versions(),
        }
        self._watch = Watch(
            self.sample, lambda: self.close(cluster), directory, known=known, **limits
        )
        self._watch.poll(always=True)
        self._watch.start()

    @property
    def watch(self) -> Watch:
        """The watch over the cluster; raises ``RuntimeError`` before ``start``."""
        if self._watch is None:
            raise RuntimeError("The cluster is still being created.")
        return self._watch

    @abstractmethod
    def sample(self) -> Sample:
        """Return the cluster's present state."""

    @abstractmethod
    def logs(self) -> Logs:
        """Return the logs of the scheduler and the workers."""

    def ping(self) -> None:
        """Note that a server is there, and publish a report for it."""
        self.watch.pinged_at = time.monotonic()
        self.watch.poll(always=True)

    def keep(self, **settings: float | None) -> None:
        """Restart the idle time; ``idle_timeout``, in seconds or None for never, may change it."""
        self.watch.restart_idle_time(settings.get("idle_timeout", self.watch.idle_timeout))
        self.ping()

    def scale(self, workers: int, unit: str = "workers") -> None:
        """Ask for a fixed number of workers, or of jobs where ``unit`` is "jobs"."""
        self.stop_adapting()
        self.cluster.scale(**({"jobs": workers} if unit == "jobs" else {"n": workers}))

    def adapt(self, minimum: int, maximum: int, unit: str = "workers") -> None:
        """Let the number of workers (or jobs) follow the load, between two bounds."""
        suffix = "_jobs" if unit == "jobs" else ""
        self.cluster.adapt(**{f"minimum{suffix}": minimum, f"maximum{suffix}": maximum})

    def stop_adapting(self) -> None:
        """End adaptive scaling: it would undo any fixed number that is requested after it."""
        adaptive = getattr(self.cluster, "_adaptive", None)
        if adaptive is not None:
            adaptive.stop()
            self.cluster._adaptive = None  # type: ignore[attr-defined]

    def close(self, cluster: ClusterT | None) -> None:
        """Close the cluster; this may be called twice, and before ``start``."""
        if self._watch is not None:
            self._watch.done.set()
        if cluster is not None:
            cluster.close()

    def shut_down(self) -> None:
        """Close the cluster although it was joined and others may use it."""
        self.close(self.cluster)
