"""Polls batch systems: seldom, for all clusters in one command, and never for long.

However many clusters and browsers there are, a batch system is polled once in 15 seconds at most,
and not at all while there is nothing to ask for. A hung controller costs one waiting process.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...models import Job, Phase, Queue
from .system import BatchSystem

INTERVAL = 15.0  # seconds between two polls of a batch system, at least
PATIENCE = 10.0  # seconds for an answer; SLURM's own limit is twice its MessageTimeout of 10
TRIES = 10  # queries of accounting for one job, each twice as long after the last: about two hours
MISSING = 127  # the exit code of a program that is not there
GONE = "GONE"  # the state of jobs that ended without a trace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Output:
    """What a command wrote, both streams together; ``returncode`` is None if it took too long."""

    returncode: int | None
    text: str


async def run(command: Sequence[str], timeout: float = PATIENCE) -> Output:
    """Run a command of a batch system, for ``timeout`` seconds at most, and return its output."""
    # The user's own formats and filters would change what is written.
    env = {key: value for key, value in os.environ.items() if not key.startswith("SQUEUE_")}
    env |= {"LC_ALL": "C", "SLURM_TIME_FORMAT": "standard"}
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=env,
        )
    except OSError as error:
        return Output(MISSING, f"{command[0]}: {error.strerror}")
    try:
        written, _ = await asyncio.wait_for(process.communicate(), timeout)
    except BaseException as error:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if isinstance(error, asyncio.TimeoutError):
            return Output(None, f"{command[0]} did not answer within {timeout:g} s")
        raise
    return Output(process.returncode, written.decode(errors="replace"))


@dataclass
class Ending:
    """How a job ended, as far as known; ``sure`` marks what no further query would improve."""

    job: Job
    sure: bool = False
    tries: int = 0
    due: float = float("-inf")


@dataclass
class QueuePoller:
    """Keeps the latest answer of one batch system for each job name.

    ``wanted`` returns the names to poll for, each with the ids of the jobs that should be found.
    ``changed`` is called with the answers that differ from the last ones.
    """

    system: BatchSystem
    user: str
    wanted: Callable[[], Mapping[str, Collection[str]]]
    changed: Callable[[Mapping[str, Queue]], None]
    interval: float = INTERVAL
    patience: float = PATIENCE
    answers: dict[str, Queue] = field(default_factory=dict)
    _endings: dict[str, Ending] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _due: asyncio.Event = field(default_factory=asyncio.Event)
    _polled: float = float("-inf")
    _awaited: list[str] = field(default_factory=list)
    _turn: asyncio.Event = field(default_factory=asyncio.Event)

    def poll_soon(self) -> None:
        """Poll as soon as the interval allows."""
        self._due.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._poll_on())

    async def fresh(self, name: str) -> Queue:
        """Return the answer to a poll that begins after this call."""
        now = asyncio.get_running_loop().time()
        self._awaited.append(name)
        try:
            while self._polled <= now or name not in self.answers:
                self.poll_soon()
                await self._turn.wait()
            return self.answers[name]
        finally:
            self._awaited.remove(name)

    async def stop(self) -> None:
        """Poll no more, and leave no process behind."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _poll_on(self) -> None:
        """Poll while there are names; end when there are none, until the next `poll_soon`."""
        loop = asyncio.get_running_loop()
        while self._due.is_set() or self.wanted():
            await asyncio.sleep(self._polled + self.interval - loop.time())
            self._due.clear()
            wanted = {**dict.fromkeys(self._awaited, ()), **self.wanted()}
            if wanted:
                self._polled = loop.time()
                await self._poll(wanted)
                # Wake up those who wait for an answer.
                turn, self._turn = self._turn, asyncio.Event()
                turn.set()

    def remember(self, jobs: Iterable[Job]) -> None:
        """Take over how jobs ended from what an earlier server recorded."""
        for job in jobs:
            self._endings.setdefault(job.id, Ending(job, _sure(job)))

    async def _poll(self, wanted: Mapping[str, Collection[str]]) -> None:
        names = sorted(wanted)
        output = await run(self.system.list_jobs(self.user, names), self.patience)
        if output.returncode == 0:
            jobs = self.system.parse_jobs(output.text)
            self._note(wanted, jobs)
            # Accounting may know more about an end without an exit code.
            listed_jobs = [job for job in jobs if job.id not in self._endings or _sure(job)]
            listed = {name: [job for job in listed_jobs if job.name == name] for name in names}
            absent = [self._absent(n, set(wanted[n]) - {j.id for j in listed[n]}) for n in names]
            ended = dict(zip(names, await asyncio.gather(*absent), strict=True))
            found = {name: Queue((*listed[name], *ended[name]), polled=True) for name in names}
        else:
            reason = self.system.explain(output.text)
            log.warning("%s does not answer: %s", self.system.TITLE, reason)
            # The last answer is still the best that is known of the jobs.
            sentence = f"{self.system.TITLE} does not answer ({reason})."
            found = {n: replace(self.answers.get(n, Queue()), error=sentence) for n in names}
        news = {name: answer for name, answer in found.items() if answer != self.answers.get(name)}
        self.answers = found
        if news:
            self.changed(news)

    def _note(self, wanted: Mapping[str, Collection[str]], listed: Iterable[Job]) -> None:
        """Record how jobs ended while they are listed, which is a few minutes only."""
        ids = {job_id for ids in wanted.values() for job_id in ids}
        self._endings = {i: ending for i, ending in self._endings.items() if i in ids}
        for job in listed:
            if job.phase is not Phase.ENDED or _sure(job):
                self._endings.pop(job.id, None)  # a job may have been put into the queue again
            if job.phase is Phase.ENDED and job.id in ids:
                self._endings.setdefault(job.id, Ending(job, _sure(job)))

    async def _absent(self, name: str, ids: Collection[str]) -> list[Job]:
        """Return how jobs ended that are no longer listed.

        Accounting is queried for those whose end is not known. It may lag behind or be away for a
        while: then it is queried again, less and less often.
        """
        for job_id in ids:
            # It is certain that the job has gone, even if not how it ended.
            gone = Ending(Job(job_id, name, Phase.ENDED, GONE))
            self._endings.setdefault(job_id, gone)
        now = asyncio.get_running_loop().time()
        unsure = [i for i in sorted(ids) if not self._endings[i].sure]
        unknown = [i for i in unsure if self._endings[i].due <= now]
        if unknown:
            output = await run(self.system.ended_jobs(name, unknown), self.patience)
            recorded = {job.id: job for job in self.system.parse_ended(output.text)}
            none = output.returncode == MISSING or self.system.no_accounting(output.text)
            for job_id in unknown:
                last = self._endings[job_id]
                tries = last.tries + 1
                sure = none or job_id in recorded or tries == TRIES
                due = now + self.interval * 2 ** (tries - 1)
                self._endings[job_id] = Ending(recorded.get(job_id, last.job), sure, tries, due)
        return [self._endings[job_id].job for job_id in sorted(ids)]


def _sure(job: Job) -> bool:
    return job.exit_code is not None
