"""How jobs ended that a batch system no longer lists, or lists without an exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ....jobs import Job, Phase
from ..polling.commands import MISSING, run
from ..system import BatchSystem

TRIES = 10  # queries of accounting for one job, each twice as long after the last: about two hours
GONE = "GONE"  # the state of jobs that ended without a trace


@dataclass
class Ending:
    """How a job ended, as far as known; ``sure`` marks what no further query would improve."""

    job: Job
    sure: bool = False
    tries: int = 0
    due: float = float("-inf")


@dataclass
class Endings:
    """The ends of the jobs of one batch system, by job id."""

    system: BatchSystem
    _known: dict[str, Ending] = field(default_factory=dict)

    def remember(self, jobs: Iterable[Job]) -> None:
        """Load how jobs ended from what an earlier server recorded."""
        for job in jobs:
            self._known.setdefault(job.id, Ending(job, _sure(job)))

    def keep(self, ids: Collection[str]) -> None:
        """Forget all jobs but these."""
        self._known = {job_id: end for job_id, end in self._known.items() if job_id in ids}

    def note(self, listed: Iterable[Job], ids: Collection[str]) -> None:
        """Record how the jobs of ``ids`` ended while they are listed: a few minutes only."""
        for job in listed:
            if job.phase is not Phase.ENDED or _sure(job):
                self._known.pop(job.id, None)  # a job may have been put into the queue again
            if job.phase is Phase.ENDED and job.id in ids:
                self._known.setdefault(job.id, Ending(job, _sure(job)))

    def unclear(self, job: Job) -> bool:
        """Return whether accounting may know more about a listed job than the list does."""
        return job.id in self._known and not _sure(job)

    async def of(
        self, absent: Mapping[str, Collection[str]], interval: float, patience: float
    ) -> dict[str, list[Job]]:
        """Return how jobs ended that are no longer listed: ids by job name, and jobs likewise.

        Accounting is queried for those whose end is not known. It may lag behind or be away for a
        while: then it is queried again, less and less often, from ``interval`` seconds on.
        """
        for name, ids in absent.items():
            for job_id in ids:
                # It is certain that the job has gone, even if not how it ended.
                gone = Ending(Job(job_id, name, Phase.ENDED, GONE))
                self._known.setdefault(job_id, gone)
        now = asyncio.get_running_loop().time()
        unknown = {name: self._open(ids, now) for name, ids in absent.items()}
        unknown = {name: ids for name, ids in unknown.items() if ids}
        if unknown:
            await self._query(unknown, now, interval, patience)
        return {name: [self._known[i].job for i in sorted(ids)] for name, ids in absent.items()}

    def _open(self, ids: Collection[str], now: float) -> list[str]:
        known = self._known
        return [i for i in sorted(ids) if not known[i].sure and known[i].due <= now]

    async def _query(
        self, unknown: Mapping[str, list[str]], now: float, interval: float, patience: float
    ) -> None:
        commands = self.system.ended_jobs(unknown)
        outputs = await asyncio.gather(*(run(self.system, one, patience) for one in commands))
        recorded = {job.id: job for one in outputs for job in self.system.parse_ended(one.text)}
        none = any(
            one.returncode == MISSING or self.system.no_accounting(one.text) for one in outputs
        )
        for job_id in (job_id for ids in unknown.values() for job_id in ids):
            last = self._known[job_id]
            tries = last.tries + 1
            sure = none or job_id in recorded or tries == TRIES
            due = now + interval * 2 ** (tries - 1)
            self._known[job_id] = Ending(recorded.get(job_id, last.job), sure, tries, due)


def _sure(job: Job) -> bool:
    return job.exit_code is not None
