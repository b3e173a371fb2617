"""Keeps a fixed number of jobs beyond their time limit: replaces each before its workers end.

A replacement is submitted one queue wait ahead. When all of its workers are there, those of the old
job hand their data over and end.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, TypedDict

from ..protocols import JobqueueCluster
from ..report import Report
from ..wall_clock import Moment
from .tracker import JobTracker
from .workers import belongs, complete, working

PERIOD = 0.5  # seconds between two looks at the jobs, all within this process
RETRY = 60.0  # seconds after which a replacement that was refused is submitted again
SETTLE_LIMIT = 20.0  # seconds that a change of the number of jobs waits for data that moves
REMEMBERED = 5  # waits in the queue: the longest of the last ones is expected
LEAST = (0.1, 600.0)  # the shortest wait that is expected: a share of a job's life, seconds at most
MOST = 0.5  # the longest wait that is expected, as a share: else jobs would only replace each other


class RenewalSettings(TypedDict):
    """How long jobs are kept, and after how many seconds the first worker of a job may end."""

    seconds: float
    life: float


class Renewal:
    """Replaces the jobs of a cluster until ``settings["seconds"]`` have passed."""

    def __init__(
        self,
        cluster: JobqueueCluster,
        tracker: JobTracker,
        settings: RenewalSettings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to count the time; ``clock`` gives seconds."""
        self._cluster, self._tracker, self._clock = cluster, tracker, clock
        self.life, self._deadline = settings["life"], clock() + settings["seconds"]
        self._until = Moment(time.monotonic() + settings["seconds"])
        self._renewed, self._trouble = 0, ""
        self._seen: dict[Any, float] = {}  # since when a job is there, and since when it works
        self._began: dict[Any, float] = {}
        self._refused: dict[Any, float] = {}
        self._waits: deque[float] = deque(maxlen=REMEMBERED)
        self._replacements: dict[Any, Any] = {}  # by the name of the job that is replaced
        self._lock: asyncio.Lock | None = None  # made in the cluster's loop, for Python 3.9
        self._running: Future[None] | None = None

    def start(self) -> None:
        """Begin to replace jobs, in the cluster's own loop."""
        self._running = self._submit(self._run())

    def stop(self) -> None:
        """Replace no more jobs."""
        if self._running is not None:
            self._running.cancel()

    def settle(self) -> None:
        """Finish what is half done, from another thread: the number of jobs will change.

        Jobs whose replacement works are retired, and other replacements are given up.
        """
        with contextlib.suppress(Exception):  # the number changes in any case
            self._submit(self._settle()).result(SETTLE_LIMIT)

    @property
    def extra(self) -> int:
        """How many jobs there are more than wanted, because others replace them."""
        spec = self._cluster.worker_spec
        pairs = list(self._replacements.items())
        return sum(old in spec and new in spec for old, new in pairs)

    def report(self) -> Report:
        """Return what a report says of this."""
        found: Report = {"renewed": self._renewed, "renew_until": self._until.text()}
        if self._trouble:
            found["warnings"] = [self._trouble]
        return found

    async def step(self) -> None:
        """Submit the replacements that are due, and retire the jobs whose replacements work."""
        if self._lock is None:
            self._lock = asyncio.Lock()
        async with self._lock:
            now = self._clock()
            self._look(now)
            if getattr(self._cluster, "_adaptive", None) is None:  # which replaces jobs itself
                self._replace(self._due(now))
                await self._retire()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD)
            try:
                await self.step()
                self._trouble = ""
            except Exception as error:  # the next step may succeed
                self._trouble = f"Jobs cannot be renewed: {type(error).__name__}: {error}"

    async def _settle(self) -> None:
        await self.step()
        for new in self._replacements.values():
            self._cluster.worker_spec.pop(new, None)
        self._replacements.clear()

    def _submit(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._cluster.loop.asyncio_loop)

    def _look(self, now: float) -> None:
        """Note which jobs are there and which work, and forget what has gone."""
        spec, at_work = self._cluster.worker_spec, working(self._cluster)
        for known in (self._seen, self._began, self._refused):
            for name in [name for name in known if name not in spec]:
                del known[name]
        for name in list(spec):
            since = self._seen.setdefault(name, now)
            if name in at_work and name not in self._began:
                self._began[name] = now
                self._waits.append(now - since)
        for old, new in list(self._replacements.items()):
            if self._failed(new, now):
                spec.pop(new, None)
            if old not in spec or new not in spec:
                del self._replacements[old]

    def _failed(self, name: Any, now: float) -> bool:
        """Return whether a replacement was refused, or ended too soon, and is to be tried again."""
        entry = self._tracker.latest([name])[name]
        if entry is None or name in self._began or not (entry["error"] or entry["ended"]):
            return False
        return now - self._refused.setdefault(name, now) >= RETRY

    def _due(self, now: float) -> list[Any]:
        """Return the jobs to replace now: their workers would end about when the others begin."""
        share, most = LEAST
        expected = max([min(most, share * self.life), *self._waits])
        age = self.life - min(expected, MOST * self.life)
        new = set(self._replacements.values())
        return [
            name
            for name, began in self._began.items()
            if now - began >= age
            and began + self.life < self._deadline
            and name not in self._replacements
            and name not in new
        ]

    def _replace(self, names: list[Any]) -> None:
        if not names:
            return
        cluster = self._cluster
        before = set(cluster.worker_spec)
        # A name that is used again at once would keep its old job.
        cluster._i = max(cluster._i, self._tracker.submitted)
        cluster.scale(jobs=len(before) + len(names))
        added = [name for name in cluster.worker_spec if name not in before]
        self._replacements.update(zip(names, added))

    async def _retire(self) -> None:
        """Retire the jobs whose replacements have brought all of their workers."""
        cluster, ready = self._cluster, complete(self._cluster)
        old = [old for old, new in self._replacements.items() if new in ready]
        if not old:
            return
        addresses = [address for name in old for address in self._addresses(name)]
        if addresses:
            await cluster.scheduler.retire_workers(
                workers=addresses, close_workers=True, remove=True
            )
        # One whose data found no place elsewhere stays for now.
        for name in [name for name in old if not self._addresses(name)]:
            cluster.worker_spec.pop(name, None)
            del self._replacements[name]
            self._renewed += 1
            entry = self._tracker.latest([name])[name]
            if entry is not None:  # the batch system may list its end before Dask closes it
                entry["closed"] = True
        cluster.scale(jobs=len(cluster.worker_spec))  # closes the jobs that were removed

    def _addresses(self, name: Any) -> list[str]:
        workers = list(self._cluster.scheduler.workers.items())
        return [address for address, worker in workers if belongs(worker.name, name)]
