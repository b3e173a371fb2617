"""Polls batch systems: rarely, for all clusters in one command, and never for long.

However many clusters and browsers there are, a batch system is polled once in 15 seconds at most,
and not at all while there is nothing to poll for. A hung controller costs one waiting process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ....jobs import Job, Queue
from ..system import BatchSystem
from ..words.endings import Endings
from .commands import PATIENCE, run

INTERVAL = 15.0  # seconds between two polls of a batch system, at least

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """The jobs of one name to poll for.

    ``known`` are the ids of jobs that belong to it whatever they are called; those of ``expected``
    should be found, and have ended where they are not. With ``always`` each answer is passed on,
    also where it is the same as the last.
    """

    known: frozenset[str] = frozenset()
    expected: frozenset[str] = frozenset()
    always: bool = False

    def has(self, name: str, job: Job) -> bool:
        """Return whether a job belongs to what is wanted under ``name``."""
        return job.name == name or job.id in self.known


@dataclass
class QueuePoller:
    """Keeps the latest answer of one batch system for each job name.

    ``wanted`` returns the names to poll for. ``changed`` is called with a name and its answer
    where that differs from the last one, or is wanted in any case.
    """

    system: BatchSystem
    user: str
    wanted: Callable[[], Mapping[str, Wanted]]
    changed: Callable[[str, Queue], None]
    interval: float = INTERVAL
    patience: float = PATIENCE
    answers: dict[str, Queue] = field(default_factory=dict)
    _endings: Endings = field(init=False)
    _task: asyncio.Task[None] | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _due: float = float("-inf")  # the time of the event loop before which no poll begins
    _polling: asyncio.Lock = field(default_factory=asyncio.Lock)
    _silence: str | None = None  # why the batch system does not answer, as logged
    _failures: set[str] = field(default_factory=set)  # the kinds of exceptions that were logged

    def __post_init__(self) -> None:
        """Begin with no known ends."""
        self._endings = Endings(self.system)

    def poll_soon(self) -> None:
        """Poll as soon as the interval allows."""
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._poll_on())

    def remember(self, jobs: Iterable[Job]) -> None:
        """Load how jobs ended from what an earlier server recorded."""
        self._endings.remember(jobs)

    async def poll_now(self, name: str, wanted: Wanted) -> Queue:
        """Return the answer to a poll that begins now, whatever the interval, for one name."""
        async with self._polling:
            return (await self._query({name: wanted}))[name]

    async def stop(self) -> None:
        """Poll no more, and leave no process behind."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _poll_on(self) -> None:
        """Poll for ever. Here alone is decided when; no exception ends it."""
        loop = asyncio.get_running_loop()
        while True:
            await self._wake.wait()
            await asyncio.sleep(self._due - loop.time())
            self._wake.clear()
            begun, again = loop.time(), True
            try:
                again = await self._poll()
            except Exception as error:
                self._failed(error)
            if again:
                self._due = begun + self.interval
                self._wake.set()

    async def _poll(self) -> bool:
        """Poll for everything that is wanted; return whether that was anything."""
        wanted = self.wanted()
        self.answers = {name: queue for name, queue in self.answers.items() if name in wanted}
        if not wanted:
            return False
        self._endings.keep({job_id for one in wanted.values() for job_id in one.expected})
        async with self._polling:
            await self._query(wanted)
        return True

    async def _query(self, wanted: Mapping[str, Wanted]) -> dict[str, Queue]:
        output = await run(self.system, self.system.list_jobs(self.user, [*wanted]), self.patience)
        if output.returncode == 0:
            self._silence = None
            found = await self._found(wanted, self.system.parse_jobs(output.text))
        else:
            reason = self.system.explain(output.text)
            if reason != self._silence:
                log.warning("%s does not answer: %s", self.system.TITLE, reason)
            self._silence = reason
            # The last answer is still the best that is known of the jobs.
            sentence = f"{self.system.TITLE} does not answer ({reason})."
            found = {n: replace(self.answers.get(n, Queue()), error=sentence) for n in wanted}
        for name, queue in found.items():
            if queue != self.answers.get(name) or wanted[name].always:
                self._publish(name, queue)
        return found

    async def _found(self, wanted: Mapping[str, Wanted], jobs: list[Job]) -> dict[str, Queue]:
        """Return the jobs of each name: those that are listed, and those that should be."""
        self._endings.note(jobs, {job_id for one in wanted.values() for job_id in one.expected})
        clear = [job for job in jobs if not self._endings.unclear(job)]
        listed = {n: [job for job in clear if one.has(n, job)] for n, one in wanted.items()}
        absent = {n: one.expected - {job.id for job in listed[n]} for n, one in wanted.items()}
        ended = await self._endings.of(absent, self.interval, self.patience)
        return {name: Queue((*listed[name], *ended[name]), polled=True) for name in wanted}

    def _publish(self, name: str, queue: Queue) -> None:
        """Pass on an answer; one that cannot be is tried again with the next poll."""
        try:
            self.changed(name, queue)
        except Exception as error:
            self._failed(error)
        else:
            self.answers[name] = queue

    def _failed(self, error: Exception) -> None:
        """Log an exception, but each kind only once: it may come back with every poll."""
        kind = type(error).__name__
        if kind not in self._failures:
            self._failures.add(kind)
            log.error("A poll of %s failed", self.system.TITLE, exc_info=error)
