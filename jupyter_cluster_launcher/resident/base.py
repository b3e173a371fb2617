"""The methods that the server calls in a controller, whatever kind of cluster it has."""

from __future__ import annotations

import importlib
import os
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Generic, TypeVar

from .credentials import write_credentials
from .dashboard import serve_privately
from .observed.inspection import Inspection
from .observed.scheduler import is_gone
from .process.kernel import Answer, keep_sockets, print_to_log, send_answer, variable
from .process.prepared import make_used, move_to, read_config_again
from .protocols import Cluster
from .report import Report, Sample
from .versions import versions
from .watching import early
from .watching.collection import collect_as_usual
from .watching.watch import CLOSE_LIMIT, Watch, not_closed

ClusterT = TypeVar("ClusterT", bound=Cluster)

# Calls that take long, and must not keep others waiting.
IN_BACKGROUND = ("logs", "restart_worker")
NEWS = ("ping", "jobs_ended")  # calls that are as true later
AFTER_CLOSE = 10.0  # seconds that a server has to end this process after the close
QUICK = "1s"  # for connections to a scheduler that is known to be gone
INPROC = (
    "The cluster runs inside a single process (its address is inproc://), so no notebook can "
    "connect to it. Launch it without processes=False."
)


class UnreachableError(RuntimeError):
    """No notebook can connect to the cluster; the text says why."""


class Resident(Inspection, Generic[ClusterT]):
    """Watches one cluster and acts on it for the server; a subclass for each kind of platform."""

    cluster: ClusterT  # from ``start`` on
    imports: tuple[str, ...] = ("dask.distributed",)
    # Of the next call, set by the server: a resident that knows neither can be called all the same.
    ticket = ""
    deadline: float | None = None  # on the monotonic clock, which all processes of a host share

    def __init__(self) -> None:
        """Watch nothing yet."""
        super().__init__()
        self._watch: Watch | None = None
        self._closing = threading.Lock()
        self.answer: Answer | None = None

    def call(self, function: str, /, *args: Any, **kwargs: Any) -> None:
        """Call a method and keep the plain data it returns in ``answer`` for the server.

        Does nothing after ``deadline``, when the server has given up: what it reported as failed
        must not happen later. What takes long answers from a thread, with the call's ``ticket``.
        """
        self.answer, ticket = None, self.ticket
        late = self.deadline is not None and time.monotonic() > self.deadline
        if late and function not in NEWS:
            return
        method = getattr(self, function)
        if function in IN_BACKGROUND:
            self.answer = Answer({"ticket": ticket})
            work = (ticket, lambda: method(*args, **kwargs))
            threading.Thread(target=_answer, args=work, daemon=True).start()
        else:
            self.answer = Answer(method(*args, **kwargs))

    def begin(self, directory: str, orphan_timeout: float | None = None) -> None:
        """Begin to watch over this process, before anything else.

        ``directory`` is the cluster's; ``orphan_timeout`` is as in ``Watch``.
        """
        self._watch = early.watch(self._close_whatever, directory, orphan_timeout)

    def use_log(self) -> None:
        """Let this kernel print to its log file, as its children do, with a server or without."""
        print_to_log()

    def warm_up(self, settings: Mapping[str, Any]) -> None:
        """Import what every cluster of this kind needs, before it is known which one is launched.

        ``settings`` are as of ``prepare``. What is missing is passed over.
        """
        for name in self.imports:
            with suppress(Exception):  # the create code fails with the reason
                importlib.import_module(name)

    def use(self, cwd: str, orphan_timeout: float | None) -> None:
        """Make of this prepared process the controller of a cluster that is launched now.

        ``cwd`` is its working directory; ``orphan_timeout`` is as in ``Watch``. Its log begins
        here. Raises ``OSError`` where the directory cannot be used.
        """
        self.watch.orphan_timeout, self.watch.disk.launched = orphan_timeout, True
        make_used(self.watch.directory)
        read_config_again()
        move_to(cwd)

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Get ready before the create code runs; ``settings`` are of the platform's kind.

        Two are always there: ``directory`` is the cluster's, ``sockets`` that of this controller's
        sockets.
        """
        self._keep_sockets(settings["sockets"])

    def serve_privately(self, settings: Mapping[str, Any]) -> None:
        """Have the dashboards of schedulers in this process served to this user alone.

        Dask may be missing: the create code fails with the reason.
        """
        with suppress(ImportError):
            serve_privately(settings["sockets"], os.path.basename(settings["directory"]))

    def _keep_sockets(self, directory: str) -> None:
        """Have all sockets of this process made in a directory that goes with the cluster."""
        if self._watch is not None:
            self._watch.sockets = directory
        with suppress(OSError):
            keep_sockets(directory)

    def start(self, cluster: ClusterT, **limits: Any) -> None:
        """Begin to watch ``cluster`` and publish the first report.

        ``limits`` are further arguments of ``Watch.begin``. Raises ``UnreachableError`` for a
        cluster that no notebook could use.
        """
        if str(cluster.scheduler_address).startswith("inproc:"):
            raise UnreachableError(INPROC)
        self.cluster = cluster
        security = getattr(cluster, "security", None)
        known: Report = {
            "tls": write_credentials(security, self.watch.directory),
            "versions": versions(),
        }
        collect_as_usual()
        self.watch.begin(self.sample, known=known, **limits)
        self.watch.poll(always=True)

    @property
    def watch(self) -> Watch:
        """The watch over the cluster; raises ``RuntimeError`` before ``begin``."""
        if self._watch is None:
            raise RuntimeError("The cluster is still being created.")
        return self._watch

    @abstractmethod
    def sample(self) -> Sample:
        """Return the cluster's present state."""

    def ping(self) -> None:
        """Note that a server is there, and publish a report for it."""
        self.watch.contact.note()
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
        """Close the cluster; this may be called twice, and before ``start``.

        The process ends some time later, also where the server that called this has gone.
        """
        if self._watch is not None:
            self._watch.close_within(CLOSE_LIMIT, f"Stopped. {not_closed()}")
            self._watch.report_used()
        try:
            with self._closing:  # a timer may have begun it
                self.end_cluster(cluster)
        except Exception as error:  # of whatever kind: it does not go on closing
            if self._watch is not None:
                why = str(error) or type(error).__name__
                self._watch.close_within(AFTER_CLOSE, f"Stopped. Closing it failed: {why}")
            raise
        if self._watch is not None:
            self._watch.close_within(AFTER_CLOSE, "Stopped.")

    def end_cluster(self, cluster: ClusterT | None) -> None:
        """Shut down the cluster, None where it was not created completely."""
        if cluster is None:
            return
        if is_gone(cluster):
            # Else Dask tries for half a minute to reach the scheduler and shut it down.
            import dask  # noqa: PLC0415 - the server's checks import this module without Dask

            dask.config.set({"distributed.comm.timeouts.connect": QUICK})
        cluster.close()

    def _close_whatever(self) -> None:
        """Close the cluster, or what the create code has left by now."""
        with self._closing:
            self.end_cluster(getattr(self, "cluster", None) or variable("cluster"))

    def shut_down(self) -> None:
        """Close the cluster although it was joined and others may use it."""
        self.close(self.cluster)


def _answer(ticket: str, work: Callable[[], Any]) -> None:
    """Do the work of a call and send what it returned or raised."""
    try:
        send_answer({"ticket": ticket, "data": work()})
    except Exception as error:
        send_answer({"ticket": ticket, "error": [type(error).__name__, str(error)]})
