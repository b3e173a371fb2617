"""Keeps a fixed number of jobs beyond their time limit: replaces each before its workers end.

A replacement is submitted one queue wait ahead. When all of its workers are there, those of the old
job hand their data over and end. Jobs that end without such a plan are replaced, too: see `losses`.
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
from .losses import MOST_FAILURES, Losses, pause_after
from .tracker import JobTracker
from .workers import addresses_of, complete, working

PERIOD = 0.5  # seconds between two looks at the jobs, all within this process
OFF_PERIOD = 5.0  # the same while none is replaced: only to know since when each works
SETTLE_LIMIT = 10.0  # seconds that a change of the number of jobs waits for data that moves
REMEMBERED = 5  # waits in the queue: the longest of the last ones is expected
LEAST = (0.1, 600.0)  # the shortest wait that is expected: a share of a job's life, seconds at most
MOST = 0.5  # the longest wait that is expected, as a share: else jobs would only replace each other


class RenewalSettings(TypedDict):
    """How long jobs are kept, and after how many seconds the first worker of a job may end.

    ``seconds`` is None where jobs are not kept beyond their time limit.
    """

    seconds: float | None
    life: float


class Renewal:
    """Replaces the jobs of a cluster for as long as they are to be kept."""

    def __init__(
        self,
        cluster: JobqueueCluster,
        tracker: JobTracker,
        settings: RenewalSettings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin to count the time; ``clock`` gives seconds."""
        self._cluster, self._tracker, self._clock = cluster, tracker, clock
        self.life, self._deadline = settings["life"], clock()
        self._until: Moment | None = None
        self._losses = Losses(cluster, tracker, self.life)
        self._renewed, self._trouble = 0, ""
        self._seen: dict[Any, float] = {}  # since when a job is there, and since when it works
        self._began: dict[Any, float] = {}
        self._failed: dict[Any, float] = {}  # since when a replacement is known to have failed
        self._tries: dict[Any, int] = {}  # how many replacements of a job have failed
        self._waits: deque[float] = deque(maxlen=REMEMBERED)
        self._replacements: dict[Any, Any] = {}  # by the name of the job that is replaced
        self._lock: asyncio.Lock | None = None  # made in the cluster's loop, for Python 3.9
        self._running: Future[None] | None = None
        if settings["seconds"] is not None:
            self.keep(settings["seconds"])

    def keep(self, seconds: float | None) -> None:
        """Keep the jobs for so many seconds from now; None for no longer than they run anyway."""
        self._deadline = self._clock() + (seconds or 0.0)
        if seconds is not None or self._until is not None:
            self._until = Moment(time.monotonic() + (seconds or 0.0))

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
        """How many jobs there are more than wanted, because others replace them.

        Below zero where jobs are missing that will be replaced later, or not any more.
        """
        spec = self._cluster.worker_spec
        pairs = list(self._replacements.items())
        return sum(old in spec and new in spec for old, new in pairs) - self._losses.missing

    def report(self) -> Report:
        """Return what a report says of this; nothing of jobs that were never to be kept."""
        if self._until is None or self._adapts():
            return {}
        found: Report = {"renewed": self._renewed, "replaced": self._losses.replaced}
        found["renew_until"] = self._until.text()
        warnings = [self._trouble, self._losses.warning() or ""]
        if any(warnings):
            found["warnings"] = [one for one in warnings if one]
        return found

    async def step(self) -> None:
        """Submit the replacements that are due, and retire the jobs whose replacements work."""
        if self._lock is None:
            self._lock = asyncio.Lock()
        async with self._lock:
            now = self._clock()
            self._look(now)
            if self._adapts():
                return
            if self._keeps(now):
                self._losses.note(self._lost(), now, self._began)
                self._losses.replace(now, self._add)
                self._replace(self._due(now))
            await self._retire()

    def _keeps(self, now: float) -> bool:
        return now < self._deadline

    def _adapts(self) -> bool:
        """Return whether the cluster scales adaptively, and so replaces jobs itself."""
        return getattr(self._cluster, "_adaptive", None) is not None

    async def _run(self) -> None:
        while True:
            busy = self._keeps(self._clock()) or self._replacements
            await asyncio.sleep(PERIOD if busy else OFF_PERIOD)
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
        self._losses.forget()

    def _submit(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        return asyncio.run_coroutine_threadsafe(work, self._cluster.loop.asyncio_loop)

    def _look(self, now: float) -> None:
        """Note which jobs are there and which work, and forget what has gone."""
        spec, at_work = self._cluster.worker_spec, working(self._cluster)
        for known in (self._seen, self._began, self._failed, self._tries):
            for name in [name for name in known if name not in spec]:
                del known[name]
        for name in list(spec):
            since = self._seen.setdefault(name, now)
            if name in at_work and name not in self._began:
                self._began[name] = now
                self._waits.append(now - since)
        for old, new in list(self._replacements.items()):
            if self._retries(new, now):
                self._tries[old] = self._losses.failures(new) + 1
                spec.pop(new, None)
            if old not in spec or new not in spec:
                del self._replacements[old]

    def _lost(self) -> list[Any]:
        """Return the jobs that were rejected or have ended, and that nothing else takes care of.

        While a job works, its replacement may fail; where one that works follows a job that has
        ended, the job was replaced in time.
        """
        gone = [name for name in self._cluster.worker_spec if self._is_gone(name)]
        waiting = {new: old for old, new in self._replacements.items() if new in gone}
        for new, old in list(waiting.items()):
            if old in gone:  # both
                del self._replacements[old], waiting[new]
                self._cluster.worker_spec.pop(old, None)
                gone.remove(old)
        return [name for name in gone if name not in waiting and name not in self._replacements]

    def _is_gone(self, name: Any) -> bool:
        """Return whether a job was rejected, or has ended and none of its workers is left."""
        entry = self._tracker.latest([name])[name]
        ended = entry and (entry["error"] or entry["ended"] or entry["lost"])
        return bool(ended) and not addresses_of(self._cluster, name)

    def _retries(self, name: Any, now: float) -> bool:
        """Return whether a replacement has failed, and is to be tried again now."""
        if not self._is_gone(name):
            return False
        failures = self._losses.failures(name) + 1
        since = self._failed.setdefault(name, now)
        return failures <= MOST_FAILURES and now - since >= pause_after(failures)

    def _due(self, now: float) -> list[Any]:
        """Return the jobs to replace now: their workers would end about when the others begin."""
        share, most = LEAST
        expected = max([min(most, share * self.life), *self._waits])
        age = self.life - min(expected, MOST * self.life)
        new = set(self._replacements.values())
        return [
            name
            for name, began in self._began.items()
            if name in self._cluster.worker_spec
            and now - began >= age
            and began + self.life < self._deadline
            and name not in self._replacements
            and name not in new
        ]

    def _replace(self, names: list[Any]) -> None:
        if names:
            added = self._add(len(names))
            self._losses.follows(added, [self._tries.get(name, 0) for name in names])
            self._replacements.update(zip(names, added))

    def _add(self, number: int) -> list[Any]:
        """Submit more jobs, and return their names."""
        return self._tracker.scale(self._cluster, len(self._cluster.worker_spec) + number)

    async def _retire(self) -> None:
        """Retire the jobs whose replacements have brought all of their workers."""
        cluster, ready = self._cluster, complete(self._cluster)
        old = [old for old, new in self._replacements.items() if new in ready]
        if not old:
            return
        addresses = [address for name in old for address in addresses_of(cluster, name)]
        if addresses:
            await cluster.scheduler.retire_workers(
                workers=addresses, close_workers=True, remove=True
            )
        # One whose data found no place elsewhere stays for now.
        for name in [name for name in old if not addresses_of(cluster, name)]:
            cluster.worker_spec.pop(name, None)
            del self._replacements[name]
            self._renewed += 1
            entry = self._tracker.latest([name])[name]
            if entry is not None:  # the batch system may list its end before Dask closes it
                entry["closed"] = True
        cluster.scale(jobs=len(cluster.worker_spec))  # closes the jobs that were removed
