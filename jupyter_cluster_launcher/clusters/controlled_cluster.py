"""One cluster and its controller: what it reports, and the facts about both."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from ..controller.disk import on_disk
from ..models import Cluster, ControllerRef, State
from .connection import Connection
from .core_hours import Heard, counted, heard_now
from .reconcile import ANSWER_LIMIT, ENDED, Decision, Facts, Process, Wanted, Work
from .recorded_cluster import RecordedCluster
from .saved import records
from .services import Services

RECONNECT_AFTER = 60.0  # seconds between two controllers for one cluster
SILENT = "Its controller does not answer. It may be busy, or this host is overloaded."
DELETED = (
    "Files of this cluster were deleted. Notebooks and other Jupyter servers may not be able to "
    "connect to it any more: save your results, then stop it."
)

log = logging.getLogger(__name__)


class ControlledCluster(RecordedCluster):
    """One cluster, the connection to its controller, and what is known of it."""

    def __init__(
        self, cluster: Cluster, services: Services, changed: Callable[[str], None]
    ) -> None:
        """Hold ``cluster``, not connected to its controller; ``changed`` as of the base."""
        super().__init__(cluster, services, changed)
        self.connection = Connection(
            services.controllers,
            self._reported,
            lambda text: services.store.log_soon(self.cluster.id, text),
            lambda error: services.explain(self.cluster, error),
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._known = Facts(cluster.state)
        self._first = asyncio.Event()  # set once the controller has reported
        self._unread = ""  # why its last report cannot be read
        self._last_words: tuple[ControllerRef | None, str] | None = None  # as of `_noted`
        self._heard_at: float | None = None  # when the controller last answered or reported
        self._report_heard: Heard | None = None
        self._reconnected_at: float | None = None

    @abstractmethod
    def settle(self, cluster: Cluster | None = None, due: bool = False) -> None:
        """Do what the facts about ``cluster``, by default as it is, ask for."""

    # What the controller reports

    def _reported(self, data: dict[str, Any]) -> None:
        """Record a report; one that comes at the end only says what has been used."""
        if self.cluster.state not in (State.STARTING, State.RUNNING, State.CLOSING):
            return
        try:
            report = records.report(data)
        except ValueError as error:
            log.warning("A report of cluster %s cannot be read: %s", self.cluster.id, error)
            self._unread = str(error)
            return
        if self.cluster.state is State.CLOSING:
            if report.used is not None:  # not shown any more, but kept
                known = replace(self.cluster.report, used=report.used)
                self.cluster = replace(self.cluster, report=known)
            return
        self._heard()
        self._report_heard = heard_now()
        self._known = replace(self._known, reported=True)
        self._first.set()
        self.settle(replace(self.cluster, report=report))

    async def check(self) -> None:
        """Find out whether the controller answers, which the row says when it does not."""
        controller = self.connection.controller
        attaches = self._known.work is not Work.NONE
        if self.cluster.state is not State.RUNNING or controller is None or attaches:
            return
        began = time.monotonic()
        answers = await self.connection.answers(ANSWER_LIMIT)
        if self.connection.controller is not controller:
            return
        if answers:
            self._heard()
        elif self._heard_at is None or self._heard_at < began:  # a report is an answer, too
            now, since = time.monotonic(), self._heard_at or began
            self._known = replace(self._known, silent=max(now - since, ANSWER_LIMIT))
        self.settle()

    def _heard(self) -> None:
        self._heard_at = time.monotonic()
        self._known = replace(self._known, silent=None)

    # The facts

    def _facts(self, cluster: Cluster, due: bool = False) -> Facts:
        """Return all that is known about ``cluster``."""
        process, report = self._process(cluster), cluster.report
        noted = self._noted(cluster) or ""
        return replace(
            self._known,
            state=cluster.state,
            process=process,
            connected=self.connection.controller is not None,
            ended=report.ended or ("" if process is Process.RUNS or self._over(cluster) else noted),
            broken=report.broken,
            reconnects=process is not Process.RUNS and self._reconnects(cluster),
            due=due,
        )

    def _over(self, cluster: Cluster) -> bool:
        """Return whether it does not matter any more why the controller ends."""
        ends = cluster.state in (*ENDED, State.CLOSING)
        return ends or self._known.wanted is not Wanted.GO_ON

    def _noted(self, cluster: Cluster) -> str | None:
        """Return why the controller ended its cluster, None where that has not been read yet."""
        last = self._last_words
        return last[1] if last is not None and last[0] == cluster.controller else None

    def _must_read_last_words(self, cluster: Cluster) -> bool:
        """Return whether facts are missing that are on a disk, which may be slow."""
        known = cluster.report.ended or self._noted(cluster) is not None or self._over(cluster)
        return not known and self._process(cluster) is not Process.RUNS

    async def _read_last_words(self, cluster: Cluster) -> None:
        words = await on_disk(self._services.store.last_words, cluster.id)
        self._last_words = cluster.controller, words or ""

    def _process(self, cluster: Cluster) -> Process:
        controllers, ref = self._services.controllers, cluster.controller
        if self.connection.controller is not None and self.connection.controller.watched:
            return Process.RUNS  # surer than a look at the list of processes, which can fail
        if ref is None:
            return Process.UNKNOWN
        if not controllers.of_this_boot(ref):
            return Process.RESTARTED
        return Process.RUNS if controllers.runs(ref) else Process.ENDED

    def _reconnects(self, cluster: Cluster) -> bool:
        """Return whether the cluster goes on without its controller and is to get another one.

        A second controller that ends as soon would not be the last, and to one that is lost
        another is given once.
        """
        if not (self._services.backend(cluster).outlives_controller and cluster.report.name):
            return False
        last = self._reconnected_at
        if last is None:
            return True
        now = time.monotonic()
        return cluster.state is State.RUNNING and now - last >= RECONNECT_AFTER

    def _decided(self, cluster: Cluster, facts: Facts, decision: Decision) -> Cluster:
        """Return ``cluster`` as its row shows it after a decision."""
        report = cluster.report
        if facts.state is State.RUNNING and decision.state is not State.RUNNING:
            report, self._report_heard = counted(report, self._report_heard), None
        if decision.work is Work.RECONNECT or (
            facts.process is not Process.RUNS and facts.state is State.RUNNING
        ):
            report = replace(report, ready=0, usage=None)
        deleted = self.deleted and decision.state is State.RUNNING
        ours = {SILENT: decision.warn, DELETED: deleted}
        warnings = [text for text in report.warnings if text not in ours]
        warnings += [text for text, holds in ours.items() if holds]
        report = replace(report, warnings=tuple(warnings))
        message = cluster.message if decision.message is None else decision.message
        return replace(cluster.to(decision.state, message), report=report)

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
