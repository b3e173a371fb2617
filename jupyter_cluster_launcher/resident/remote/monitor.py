"""The thread that polls a scheduler in another process, on another machine or in a pod.

The connection is the cluster object's own, on its event loop. A scheduler that does not answer
keeps this thread waiting, and not the one with the controller's timers.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
import traceback
from collections.abc import Coroutine, Mapping
from concurrent.futures import wait
from typing import Any, TypeVar

from ..dashboard import SOCKET
from ..observed.deaths import MEMORY_EVENTS, Events
from ..observed.identity import (
    States,
    WorkerIdentity,
    is_busy,
    scheduler_versions,
    task_count,
    task_progress,
    worker_report,
)
from ..observed.plots import plots
from ..observed.scheduler import ENDINGS, status_name
from ..protocols import RemoteCluster
from ..report import Polled, Report, Sample
from . import bridge, dashboard
from .scheduler import listens_there, refuses

PERIOD = 1.0  # seconds between two polls, for up to 50 workers
ANSWER_LIMIT = 10.0  # seconds for one answer
LAST_LIMIT = 3.0  # the same before the cluster is closed
# Whether it was shut down or killed cannot be seen from here.
HAS_ENDED = "Stopped: the scheduler has ended."
CANNOT_BE_READ = "The cluster's state cannot be read: {}: {}"
# Seconds without an answer, at a port where nothing listens. A poll may fail as soon as it begins,
# so one look at the port is not enough: a firewall that reloads its rules refuses once, too.
GONE_AFTER = 0.7
FIRST_LOOK = 0.4  # seconds of waiting for an answer until the first look at the port
SECOND_LOOK = 0.2  # seconds between that and the second
FORWARD_GONE_AFTER = 15.0  # the same where the port may forward to another, and begin anew
UNREAD_LIMIT = 3600.0  # seconds after which what cannot be read counts as idle: it costs money
TRIES = 10  # to list the dashboard's plots, which come up a little later

T = TypeVar("T")


class RemoteMonitor(threading.Thread):
    """Keeps the state of a cluster up to date."""

    def __init__(self, cluster: RemoteCluster, sockets: str) -> None:
        """Poll the scheduler of ``cluster``; ``sockets`` is the directory for private sockets."""
        super().__init__(name="cluster-launcher-remote", daemon=True)
        self.cluster, self._sockets = cluster, sockets
        self.first, self._stopped = threading.Event(), threading.Event()
        self.workers: Mapping[str, WorkerIdentity] = {}
        self.killed: Events = ()  # what nannies killed for memory
        self.scheduler_id: str | None = None
        self.ended: str | None = None
        self._states: list[States] = []
        self._activity = 0
        self._trouble = ""
        self._printed: set[type[Exception]] = set()
        self._answered, self._gone_after = time.monotonic(), FORWARD_GONE_AFTER
        self._versions: dict[str, str] = {}
        self._dashboard: Report = {}
        self._plots: dict[str, str] = {}
        self._tries = TRIES
        self._bridge: asyncio.AbstractServer | None = None

    def run(self) -> None:
        """Poll until the cluster has ended or ``stop`` is called."""
        while not self.ended and not self._stopped.is_set():
            try:
                self.poll()
            except Exception as error:  # of whatever kind: without this thread the state stands
                self._print(error)
                self._trouble = CANNOT_BE_READ.format(type(error).__name__, error)
            self.first.set()
            self._stopped.wait(max(PERIOD, len(self.workers) / 50))

    def stop(self) -> None:
        """Poll no more: the cluster is being closed."""
        self._stopped.set()

    def has_ended(self) -> bool:
        """Return whether the scheduler has ended, also where no poll has noticed it yet.

        One that was killed a moment ago may still hold its port: it is asked.
        """
        if self.ended or self._gone_after != GONE_AFTER:  # else it may only be what forwards to it
            return bool(self.ended)
        try:
            self.do(self.cluster.scheduler_comm.identity(), LAST_LIMIT)
        except Exception:  # of whatever kind: the cluster is closed all the same
            return self._is_gone()
        return False

    def _is_gone(self) -> bool:
        """Return whether nothing listens at the scheduler's port, now and a moment later."""
        if not refuses(self.cluster.scheduler_address):
            return False
        self._stopped.wait(SECOND_LOOK)
        return refuses(self.cluster.scheduler_address)

    def do(self, request: Coroutine[Any, Any, T], limit: float = ANSWER_LIMIT) -> T:
        """Return what a request on the cluster's event loop returns.

        Raises what it raises, and ``TimeoutError`` after ``limit`` seconds, or as soon as nothing
        listens at the scheduler's port: Dask would go on trying.
        """
        future = asyncio.run_coroutine_threadsafe(request, self.cluster.loop.asyncio_loop)
        try:
            done, _ = wait([future], FIRST_LOOK)
            if not done and refuses(self.cluster.scheduler_address):
                raise TimeoutError
            return future.result(limit - FIRST_LOOK)
        finally:
            future.cancel()

    def poll(self) -> None:
        """Poll once."""
        self.ended = ENDINGS.get(status_name(self.cluster.status))
        if self.ended:
            return
        try:
            self.do(self._fetch())
        except Exception as error:  # of whatever kind: the timers of the controller go on
            self._no_answer(error)
            return
        self._answered, self._trouble = time.monotonic(), ""
        try:
            self._look_at_dashboard()
        except Exception as error:  # of whatever kind: the workers are read all the same
            self._print(error)

    def _print(self, error: Exception) -> None:
        """Print an exception to the launch log, once of its kind: it may come with each poll."""
        if type(error) not in self._printed:
            self._printed.add(type(error))
            traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)

    def _look_at_dashboard(self) -> None:
        if not self._dashboard:
            self._dashboard = dashboard.place(self.cluster)
        if not self._plots and self._tries:
            self._tries -= 1
            self._plots = self._list_plots()

    def _list_plots(self) -> dict[str, str]:
        """List the dashboard's plots; what the server's proxy cannot reach gets a bridge first."""
        path = self._dashboard.get("dashboard_socket")
        if path is not None:
            return plots(path)
        listed, place = dashboard.plots(self._dashboard), dashboard.host_and_port(self._dashboard)
        if place is None or (listed is not None and not dashboard.needs_bridge(place[0])):
            return listed or {}
        certificate = bridge.certificate(*place) if listed is None else None
        if listed is None and certificate is None:
            return {}
        path = os.path.join(self._sockets, SOCKET)
        self._bridge = self.do(bridge.bridge(path, *place, certificate))
        self._dashboard = {**self._dashboard, "dashboard_socket": path}
        return plots(path)

    async def _fetch(self) -> None:
        scheduler = self.cluster.scheduler_comm
        identity = await scheduler.identity()
        states = list((await scheduler.get_task_prefix_states()).values())
        self.killed = await scheduler.events(topic=MEMORY_EVENTS)
        if not self._versions:
            self._versions = scheduler_versions((await scheduler.versions())["packages"])
        # Work that began and ended between two polls has changed the numbers.
        self._activity += states != self._states
        self.workers, self.scheduler_id = identity["workers"], identity["id"]
        if listens_there(identity["address"], self.cluster.scheduler_address):
            self._gone_after = GONE_AFTER
        self._states = states

    def _no_answer(self, error: Exception) -> None:
        gone = self._is_gone()
        if gone and time.monotonic() - self._answered > self._gone_after:
            self.ended, self._trouble = HAS_ENDED, ""
        elif gone or time.monotonic() - self._answered > ANSWER_LIMIT:
            kind = type(error).__name__
            self._trouble = f"The cluster's scheduler does not answer ({kind})."

    def sample(self) -> Sample:
        """Return the state of the cluster as it was last polled."""
        cluster = self.cluster
        tasks, busy = task_count(self._states), is_busy(self._states)
        report: Polled = {
            **worker_report(
                list(self.workers.values()),
                tasks,
                busy,
                task_progress(self._states, len(self.workers)),
            ),
            **self._dashboard,
            "address": cluster.scheduler_address,
            "name": cluster.name,
            "requested": requested(cluster),
            "plots": self._plots,
            "warnings": [self._trouble] if self._trouble and not self.ended else [],
        }
        if self._versions:
            report["versions"] = self._versions
        if self.ended:
            report["ended"], report["ready"], report["usage"] = self.ended, 0, None
        elif self._trouble and time.monotonic() - self._answered < UNREAD_LIMIT:
            self._activity += 1  # what cannot be read is not idle
        return Sample(report, self._activity)


def requested(cluster: RemoteCluster) -> int | None:
    """Return how many workers a cluster object wants, None where it does not say."""
    specification = getattr(cluster, "worker_spec", None)
    if specification is None:
        return None
    return sum(len(one.get("group", [1])) for one in specification.values())
