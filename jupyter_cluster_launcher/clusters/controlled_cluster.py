"""One cluster and its controller: what it reports, and how both end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from ..controller.client import end_controller
from ..controller.spawn import left_behind
from ..errors import LauncherError
from ..models import Cluster, Queue, State
from . import records
from .connection import CLOSE, SHUT_DOWN, Connection
from .recorded_cluster import RecordedCluster
from .services import Services

ANSWER_LIMIT = 10.0  # seconds that a controller has for an answer before its row says so
SILENT = "Its controller does not answer. It may be busy, or this host is overloaded."

log = logging.getLogger(__name__)


class ControlledCluster(RecordedCluster):
    """One cluster, the connection to its controller, and the tasks that look after both."""

    def __init__(
        self, cluster: Cluster, services: Services, changed: Callable[[str], None]
    ) -> None:
        """Hold ``cluster``, not connected to its controller; ``changed`` as of the base."""
        super().__init__(cluster, services, changed)
        self.connection = Connection(
            self._reported,
            lambda text: services.store.append_log(self.cluster.id, text),
            lambda error: services.explain(self.cluster, error),
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._notified: set[str] = set()  # the ended jobs that the controller was notified of

    # What the controller and the batch system report

    def _reported(self, data: dict[str, Any]) -> None:
        """Record a report; one that comes after the end says nothing new."""
        if self.cluster.state not in (State.STARTING, State.RUNNING):
            return
        try:
            report = records.report(data)
        except ValueError as error:
            log.warning("A report of cluster %s cannot be read: %s", self.cluster.id, error)
            return
        if report.ended:
            self._task(self._ended(report.ended))
        self.put(replace(self.cluster, report=report).to(State.RUNNING))
        self._notify_ended()

    def update_queue(self, queue: Queue) -> None:
        """Record what the batch system answered about the jobs."""
        self.put(replace(self.cluster, queue=queue))
        self._notify_ended()

    def _notify_ended(self) -> None:
        """Notify the controller of jobs that the batch system has ended, once each."""
        ended = self._services.backend(self.cluster).newly_ended(self.cluster)
        news = [job_id for job_id in ended if job_id not in self._notified]
        if news and self.connection.controller is not None:
            self._notified |= set(news)
            self._task(self._notify(news))

    async def _notify(self, ids: list[str]) -> None:
        with contextlib.suppress(LauncherError):
            await self.connection.call("jobs_ended", ids)

    async def check(self) -> None:
        """Warn in the row of a controller that does not answer, until it does again."""
        if self.cluster.state is not State.RUNNING or self.connection.controller is None:
            return
        before = self.cluster.report
        answers = await self.connection.answers(ANSWER_LIMIT)
        report = self.cluster.report
        if self.cluster.state is not State.RUNNING or (not answers and report != before):
            return  # a report that came meanwhile is an answer, too
        warnings = tuple(text for text in report.warnings if text != SILENT)
        warnings += () if answers else (SILENT,)
        self.put(replace(self.cluster, report=replace(report, warnings=warnings)))

    # The end

    async def _ended(self, why: str) -> None:
        """Clean up after a cluster that ended on its own, and keep the row that says why."""
        await self.connection.end(CLOSE, self._services.limits.close)
        left = await self._clean_up()
        if self.cluster.state is not State.CLOSING:  # else the stop takes care of the rest
            state = State.FAILED if left or self.cluster.report.broken else State.CLOSED
            self.put(self.cluster.to(state, f"{why} {left}".strip()))

    async def _fail(self, message: str) -> None:
        """End what a launch began; record and log stay until the user dismisses them."""
        self._services.store.append_log(self.cluster.id, f"\n{message}\n")
        await self.connection.end(CLOSE, self._services.limits.close)
        left = await self._clean_up()
        self.put(self.cluster.to(State.FAILED, f"{message} {left}".strip()))

    async def _close(self) -> str:
        """End the controller and its cluster; return a sentence where something may be left."""
        joined, leave, closed = self.cluster.report.joined, self.cluster.leave, False
        if self.connection.controller is not None:
            close = None if leave else SHUT_DOWN if joined else CLOSE
            closed = await self.connection.end(close, self._services.limits.close)
        else:
            directory = self._services.store.root / self.cluster.id
            ref = self.cluster.controller or await asyncio.to_thread(left_behind, directory)
            await end_controller(ref)
        return await self._clean_up(shut_down=joined and not leave and not closed, wait=True)

    async def _clean_up(self, shut_down: bool = False, wait: bool = False) -> str:
        """End what the controller left behind; return a sentence where something may be left."""
        directory = self._services.store.root / self.cluster.id
        try:
            backend = self._services.backend(self.cluster)
            await backend.cleanup(self.cluster, directory, shut_down, wait)
        except LauncherError as error:
            return str(error)
        return ""

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
