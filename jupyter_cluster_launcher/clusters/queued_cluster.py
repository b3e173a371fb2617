"""One cluster and its jobs, as a batch system lists them."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ..errors import LauncherError
from ..jobs import Queue
from ..masking import masked
from ..models import Cluster
from .controlled_cluster import ControlledCluster
from .reconcile import ENDED, Decision, Facts
from .services import Services

LEFT_FOR = 60.0  # seconds for which jobs of a cluster that has ended are left alone
STOPPED = "Stopped. None of its jobs is left."


class QueuedCluster(ControlledCluster):
    """One cluster, and what is done about jobs that have ended or should have."""

    def __init__(
        self, cluster: Cluster, services: Services, changed: Callable[[str], None]
    ) -> None:
        """Hold ``cluster``; ``changed`` as of the base."""
        super().__init__(cluster, services, changed)
        self._notified: set[str] = set()  # the ended jobs that the controller was notified of
        # Jobs that were canceled, and since when they are listed all the same.
        self._unwanted: dict[str, float] = {}
        self._canceling: asyncio.Task[None] | None = None  # of what an ended cluster has left

    def _reported(self, data: dict[str, Any]) -> None:
        """Record a report; it may be of a job that the batch system has ended already."""
        super()._reported(data)
        self._notify_ended()

    def update_queue(self, queue: Queue) -> None:
        """Record what the batch system answered about the jobs."""
        answered = _answered(self.cluster, queue)
        if self.ownership.held:
            self.put(answered)
            self._notify_ended()
        elif self.cluster.state in ENDED and answered != self.cluster:
            self._task(self._note_queue(queue))
        self._end_left(queue)

    def _decided(self, cluster: Cluster, facts: Facts, decision: Decision) -> Cluster:
        """Return ``cluster`` after a decision, with what its message says of jobs that may be left.

        Only that is known to be over once the batch system lists none: the message may also say
        that a process could not be ended.
        """
        decided = super()._decided(cluster, facts, decision)
        if decision.message is None:
            return decided
        left = self._services.backend(cluster).unconfirmed(cluster)
        message, left = masked([decided.message, left], os.environ)
        return replace(decided, message=message, left=left if message.endswith(left) else "")

    def _end_left(self, queue: Queue) -> None:
        """Begin to cancel what an ended cluster has left, by the batch system's last answer."""
        idle = self._canceling is None or self._canceling.done()
        if idle and _has_left(self.cluster, queue):
            self._canceling = self._task(self._cancel_left())

    async def _cancel_left(self) -> None:
        """Cancel jobs of a cluster that ended while the batch system did not answer.

        Not at once: the row says what is left, and most of it is just being canceled.
        """
        await asyncio.sleep(LEFT_FOR)
        while not self.gone and _has_left(self.cluster, self.cluster.queue):
            directory = self._services.store.root / self.cluster.id
            with contextlib.suppress(LauncherError):
                await self._services.backend(self.cluster).cleanup(self.cluster, directory)
            await asyncio.sleep(LEFT_FOR)

    def _leave_jobs(self) -> None:
        """Cancel no more jobs: the user has dismissed the cluster, which cancels them."""
        if self._canceling is not None:
            self._canceling.cancel()

    async def _note_queue(self, queue: Queue) -> None:
        """Record it of a cluster that has ended, unless another server does."""
        if await self.change(queue=queue):  # the record of another server may say more
            self.put(_answered(self.cluster, queue))

    def _notify_ended(self) -> None:
        """Notify the controller of jobs that the batch system has ended, once each."""
        ended = self._services.backend(self.cluster).newly_ended(self.cluster)
        news = [job_id for job_id in ended if job_id not in self._notified]
        if news and self.connection.controller is not None:
            self._notified |= set(news)
            self._task(self._notify("jobs_ended", news))

    async def _notify(self, function: str, ids: list[str]) -> None:
        with contextlib.suppress(LauncherError):
            await self.connection.call(function, ids)

    def cancel_unwanted(self) -> None:
        """Have the controller cancel jobs once more that are still listed two polls later."""
        backend, now = self._services.backend(self.cluster), asyncio.get_running_loop().time()
        before, patience = self._unwanted, 2 * backend.context.queue_interval
        self._unwanted = {one: before.get(one, now) for one in backend.unwanted(self.cluster)}
        again = sorted(one for one, since in self._unwanted.items() if now - since > patience)
        if again and self.connection.controller is not None:
            self._unwanted |= dict.fromkeys(again, now)
            self._task(self._notify("cancel_jobs", again))


def _answered(cluster: Cluster, queue: Queue) -> Cluster:
    """Return ``cluster`` with the batch system's answer: its jobs, or that none may be left."""
    cluster = replace(cluster, queue=queue)
    if not cluster.left or queue.error or not queue.polled or queue.open:
        return cluster
    message = cluster.message.removesuffix(cluster.left).strip()
    return replace(cluster, message=message or STOPPED, left="")


def _has_left(cluster: Cluster, queue: Queue) -> bool:
    """Return whether jobs of a cluster that has ended go on, by the batch system's last answer."""
    over = cluster.state in ENDED and not queue.error
    return over and any(not job.ending for job in queue.open)
