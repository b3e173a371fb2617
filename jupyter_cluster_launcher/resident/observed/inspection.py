"""Looking into a cluster: its logs, its workers one by one, and a restart of one of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from ..logs import LOGS_LIMIT, Logs, collect, nanny_logs
from ..protocols import LogSource
from ..report import Polled
from .crashes import Crashes
from .deaths import Deaths, Events
from .identity import WorkerIdentity
from .workers import RESTART_LIMIT, CannotRestartError, WorkerRow, restart, worker_rows

T = TypeVar("T")

Request = Callable[[LogSource], Coroutine[Any, Any, T]]
NO_NANNY = (
    "This worker has no nanny, the process that could restart it. Scale the cluster to fewer "
    "workers and back instead."
)


class Inspection(ABC):
    """What users can see of the workers of a cluster, wherever its scheduler runs."""

    def __init__(self) -> None:
        """Know of no worker that died."""
        self.deaths = Deaths()
        self._crashes = Crashes(self.deaths)

    @abstractmethod
    def identities(self) -> Mapping[str, WorkerIdentity]:
        """Return the workers that are there, by address."""

    @abstractmethod
    def on_scheduler(self, request: Request[T], limit: float) -> T:
        """Return what a request to the scheduler returns.

        Raises what it raises, and ``TimeoutError`` after ``limit`` seconds.
        """

    def logs(self) -> Logs:
        """Return the logs of the scheduler and the workers, also of those that died."""
        workers = {address: one["name"] for address, one in self.identities().items()}
        logs = self.on_scheduler(lambda scheduler: collect(scheduler, workers), LOGS_LIMIT)
        return {**logs, "workers": [*logs["workers"], *self.deaths.logs(logs["scheduler"])]}

    def workers(self) -> list[WorkerRow]:
        """Return the workers that are there, one by one."""
        return worker_rows(self.identities())

    def restart_worker(self, address: str) -> None:
        """Restart one worker; raises ``CannotRestartError``."""
        worker = self.identities().get(address)
        if worker is None:
            raise CannotRestartError("This worker is no longer there.")
        if not worker.get("nanny"):
            raise CannotRestartError(NO_NANNY)
        self.deaths.expect(address)
        self.on_scheduler(lambda scheduler: restart(scheduler, address), RESTART_LIMIT + 2)

    def note_deaths(self, events: Events, workers: Mapping[str, object]) -> None:
        """Note the deaths of workers elsewhere: ``workers`` are the names of the present ones.

        ``events`` are those of the topic ``MEMORY_EVENTS``.
        """
        self.deaths.note_events(events, workers)
        self._crashes.follow(
            workers,
            lambda *found: self.on_scheduler(lambda one: nanny_logs(one, *found), LOGS_LIMIT),
        )

    def with_deaths(self, report: Polled) -> Polled:
        """Return a report with the workers that died so far."""
        deaths = self.deaths
        return {**report, "killed": deaths.killed, "deaths": deaths.noted}
