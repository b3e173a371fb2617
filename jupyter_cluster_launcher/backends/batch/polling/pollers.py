"""The polls of all batch systems that a server has clusters on: one poller for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ....jobs import Queue
from ....models import Cluster
from ...facts import Context
from ..jobs import job_name, may_have_jobs, wanted
from ..system import batch_system
from .queue import QueuePoller


class Pollers:
    """The pollers by the name of their batch system, each made when first needed."""

    clusters: Callable[[], Iterable[Cluster]] = list
    update: Callable[[str, Queue], None] = staticmethod(lambda cluster_id, queue: None)

    def __init__(self, user: str, context: Context) -> None:
        """Poll for the jobs of ``user``, as ``context`` says.

        ``clusters`` returns the clusters to poll for; ``update(id, queue)`` is called when an
        answer about one of them changes.
        """
        self._user, self._context = user, context
        self._pollers: dict[str | None, QueuePoller] = {}

    def get(self, name: str | None) -> QueuePoller:
        """Return the poller of a batch system; raises ``LookupError`` for an unknown one."""
        if name not in self._pollers:
            self._pollers[name] = QueuePoller(
                batch_system(name),
                self._user,
                lambda: {job_name(c.id): wanted(c) for c in self._of(name) if may_have_jobs(c)},
                lambda job, queue: self._answered(name, job, queue),
                self._context.queue_interval,
                self._context.queue_patience,
            )
        return self._pollers[name]

    async def stop(self) -> None:
        """Poll no more."""
        for poller in self._pollers.values():
            await poller.stop()

    def _of(self, name: str | None) -> list[Cluster]:
        return [cluster for cluster in self.clusters() if cluster.batch == name]

    def _answered(self, name: str | None, job: str, queue: Queue) -> None:
        for cluster in self._of(name):
            if job_name(cluster.id) == job:
                self.update(cluster.id, queue)
