"""The resident of a cluster whose class may start the scheduler anywhere."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ..base import Resident
from ..jobqueue.keys import note_keys, remove_keys
from ..observed.identity import WorkerIdentity
from ..observed.inspection import Request, T
from ..observed.scheduler import identities, is_here, on_scheduler, sample_scheduler
from ..protocols import RemoteCluster
from ..report import Polled, Sample
from .scheduler import in_thread

if TYPE_CHECKING:
    from .monitor import RemoteMonitor


# Seconds to close a cluster whose scheduler has ended. What was started on this computer ends with
# this process group in any case; a cloud may take half a minute to stop each worker.
CLOSE_LIMIT = 8.0
ELSEWHERE_LIMIT = 55.0  # a timer waits for 60 s
ELSEWHERE_SERVER_LIMIT = 25.0  # a server waits for 30 s
NOT_CLOSED = "Its scheduler has ended, and the rest did not close in time."


class NotEncryptedError(RuntimeError):
    """The cluster is not encrypted, although it was to be; the text says so."""


class CannotScaleError(RuntimeError):
    """The class cannot change the number of workers; the text says so."""


class RemoteResident(Resident[RemoteCluster]):
    """Watches a cluster through its object's own connection to the scheduler."""

    monitor: RemoteMonitor | None = None  # where the scheduler is not in this process
    starts = True  # what the create code makes has to end with the cluster

    def __init__(self) -> None:
        """Know of no cluster yet."""
        super().__init__()
        self.made: list[Any] = []  # also those that failed half-way
        self.settings: Mapping[str, Any] = {}
        self._note = ""  # the path of what a server has to end if this process is killed

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Record each cluster object that is made, and encrypt.

        ``settings`` has the cluster's ``directory``, the dotted name of its ``class``, and ``tls``:
        whether it has to be encrypted. With ``encryption`` "configuration" the class reads its
        credentials from Dask's configuration. Raises ``ImportError`` where it cannot encrypt.
        """
        super().prepare(settings)
        self.serve_privately(settings)  # of a class whose scheduler is in this process after all
        self.settings = settings
        try:
            import distributed  # noqa: F401, PLC0415 - the create code fails with the reason
        except ImportError:
            return
        from . import notes  # noqa: PLC0415 - it needs Dask
        from .made import record_clusters  # noqa: PLC0415 - as above

        record_clusters(self.made)
        if self.starts:
            notes.mark(settings["directory"])
            self._note = notes.path(settings["directory"])
            notes.write_at_each_step(settings)
        if settings.get("tls") and settings.get("encryption") == "configuration":
            from .encryption import configure  # noqa: PLC0415 - as above

            configure(settings["directory"])

    def start(self, cluster: RemoteCluster, **limits: Any) -> None:
        """Begin to watch ``cluster``.

        Raises ``NotEncryptedError`` where it has to be encrypted and is not, and
        ``CannotScaleError`` where it has to adapt and cannot.
        """
        from .encryption import ENCRYPTED  # noqa: PLC0415 - Dask may be missing

        address = str(cluster.scheduler_address)
        if self.settings.get("tls") and not address.startswith(ENCRYPTED):
            raise NotEncryptedError(
                f"{class_name(cluster)} did not encrypt its scheduler at {address}, so the "
                "cluster was stopped. Turn off encryption to launch it all the same: anyone who "
                "can reach that address can then run code as you."
            )
        if getattr(cluster, "_adaptive", None) is not None:
            self._check_scalable(cluster)
        directory = self.settings.get("directory")
        jobs = getattr(cluster, "_job_kwargs", None)  # of a batch system without a module here
        if directory and jobs:
            note_keys(jobs.get("security"), directory)
        if not is_here(cluster):
            from .monitor import ANSWER_LIMIT, RemoteMonitor  # noqa: PLC0415 - as above

            self.monitor = RemoteMonitor(cluster, self.settings["sockets"])
            self.monitor.start()
            self.monitor.first.wait(ANSWER_LIMIT)
            if self.starts:
                from . import notes  # noqa: PLC0415 - as above

                notes.write(cluster, self.settings, self.monitor.scheduler_id)
        super().start(cluster, **limits)

    def sample(self) -> Sample:
        """Return the cluster's present state."""
        sample = self.monitor.sample() if self.monitor else sample_scheduler(self.cluster)
        scalable = bool(getattr(self.cluster, "_supports_scaling", True))
        if self.monitor:
            names = {key: one["name"] for key, one in self.monitor.workers.items()}
            self.note_deaths(self.monitor.killed, names)
        report: Polled = {**sample.report, "scalable": scalable, "failed": self.deaths.number}
        return Sample(self.with_deaths(report), sample.activity)

    def identities(self) -> Mapping[str, WorkerIdentity]:
        """Return the workers that are there, by address."""
        return self.monitor.workers if self.monitor else identities(self.cluster)

    def on_scheduler(self, request: Request[T], limit: float) -> T:
        """Return what a request to the scheduler returns; raises as the base."""
        if self.monitor:
            return self.monitor.do(request(self.cluster.scheduler_comm), limit)
        return on_scheduler(self.cluster, request, limit)

    def scale(self, workers: int, unit: str = "workers") -> None:
        """Ask for a fixed number of workers; raises ``CannotScaleError`` where none can be."""
        self._check_scalable(self.cluster)
        super().scale(workers, unit)

    def adapt(self, minimum: int, maximum: int, unit: str = "workers") -> None:
        """Let the number of workers follow the load; raises as ``scale``."""
        self._check_scalable(self.cluster)
        super().adapt(minimum, maximum, unit)

    def end_cluster(self, cluster: RemoteCluster | None) -> None:
        """Close the cluster and whatever else the create code has made, also half of it."""
        ended = self.monitor is not None and self.monitor.has_ended()
        if self.monitor:
            self.monitor.stop()
        try:
            if ended:
                self._close_without_scheduler(cast("RemoteCluster", cluster))
            else:
                self._close_completely(cluster)
        finally:
            remove_keys(self.settings.get("directory", ""))
            self._end_others(cluster)
        with contextlib.suppress(OSError):
            os.unlink(self._note)

    def _close_without_scheduler(self, cluster: RemoteCluster) -> None:
        """Close a cluster whose scheduler has ended.

        Raises ``TimeoutError`` where Dask hangs: the note of what was started stays, for a server.
        """
        from .made import forget_scheduler  # noqa: PLC0415 - as above

        forget_scheduler(cluster)
        # What it began before, such as a request to that scheduler, it may still wait for.
        in_thread(lambda: self._close_completely(cluster), self._limit(cluster), NOT_CLOSED)

    def _close_completely(self, cluster: RemoteCluster | None) -> None:
        """Close the cluster, once more where Dask stops half-way; raises what that raises."""
        try:
            super().end_cluster(cluster)
        except Exception:  # of whatever kind: what it had not come to is left
            from .made import close_again  # noqa: PLC0415 - as above

            if not close_again(cluster):
                raise

    def _end_others(self, cluster: RemoteCluster | None) -> None:
        """End what the create code has made besides the cluster, however long that takes."""
        others = [one for one in self.made if one is not cluster]
        if others:
            from .made import end_all  # noqa: PLC0415 - as above

            end_all(others)

    def _limit(self, cluster: RemoteCluster) -> float:
        """Return how many seconds the close of a cluster without a scheduler may take."""
        from . import notes  # noqa: PLC0415 - as above

        if not self.starts or notes.host(cluster) == notes.HERE:
            return CLOSE_LIMIT
        by_server = self._watch is not None and self._watch.closing
        return ELSEWHERE_SERVER_LIMIT if by_server else ELSEWHERE_LIMIT

    def _check_scalable(self, cluster: RemoteCluster) -> None:
        if not getattr(cluster, "_supports_scaling", True):
            raise CannotScaleError(
                f"{class_name(cluster)} cannot change its number of workers. Launch another "
                "cluster with the number that you need."
            )


def class_name(cluster: RemoteCluster) -> str:
    """Return the name of a cluster's class as users know it: some are made by a function."""
    return str(getattr(cluster, "_cluster_class_name", type(cluster).__name__))


RESIDENT = RemoteResident
