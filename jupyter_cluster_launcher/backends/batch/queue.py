"""Asks batch systems about jobs: seldom, for all clusters at once, and never for long.

However many clusters and browsers there are, a batch system is asked once in 15 seconds at most,
and not at all while nobody has a job there. A controller that hangs costs one waiting process, no
more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from .system import BatchSystem, Job, Phase

INTERVAL = 15.0  # seconds between two questions to a batch system
PATIENCE = 10.0  # seconds; SLURM's own limit is twice its MessageTimeout of 10 by default
TRIES = 10  # at the accounts of a job, each twice as long after the last: two hours at 15 seconds
MISSING = 127  # the exit code of a program that is not there
GONE = "GONE"  # the word for jobs of which nobody knows how they ended

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What a batch system said of the jobs of one name; ``silent`` says that it did not answer."""

    jobs: tuple[Job, ...] = ()
    silent: str | None = None

    @property
    def open(self) -> list[Job]:
        """The jobs that are queued or running."""
        return [job for job in self.jobs if job.phase is not Phase.ENDED]


@dataclass(frozen=True)
class Output:
    """What a command wrote, both streams together; ``returncode`` None: it was ended by us."""

    returncode: int | None
    text: str


async def run(command: Sequence[str], timeout: float = PATIENCE) -> Output:
    """Run a command of a batch system, for ``timeout`` seconds at most."""
    # A person's own formats and filters would change what is written.
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
            return Output(None, f"{command[0]} gave no answer in {timeout:g} s")
        raise
    return Output(process.returncode, written.decode(errors="replace"))


@dataclass
class Ending:
    """How a job ended, as far as is known; ``sure`` is what no further question would better."""

    job: Job
    sure: bool = False
    tries: int = 0
    due: float = float("-inf")


@dataclass
class QueueWatch:
    """Keeps the latest answer of one batch system for each job name that is asked for.

    ``wanted`` returns the names to ask for, each with the ids of the jobs that should be found, so
    that it stays the only list of them. ``changed`` is called with the answers that differ from
    the last ones.
    """

    system: BatchSystem
    user: str
    wanted: Callable[[], Mapping[str, Collection[str]]]
    changed: Callable[[Mapping[str, Answer]], None]
    interval: float = INTERVAL
    patience: float = PATIENCE
    answers: dict[str, Answer] = field(default_factory=dict)
    _endings: dict[str, Ending] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _asked: float = float("-inf")
    _insisted: list[str] = field(default_factory=list)
    _turn: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Ask as soon as the interval allows: there is, or may be, something to ask for."""
        self._wake.set()
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())

    async def fresh(self, name: str) -> Answer:
        """Return the answer to a question that is asked after this call."""
        now = asyncio.get_running_loop().time()
        self._insisted.append(name)
        try:
            while self._asked <= now or name not in self.answers:
                self.wake()
                await self._turn.wait()
            return self.answers[name]
        finally:
            self._insisted.remove(name)

    async def stop(self) -> None:
        """Ask no more, and leave no process behind."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        """Ask while there are names; end when there are none, until woken again."""
        loop = asyncio.get_running_loop()
        while self._wake.is_set() or self.wanted():
            await asyncio.sleep(self._asked + self.interval - loop.time())
            self._wake.clear()
            wanted = {**dict.fromkeys(self._insisted, ()), **self.wanted()}
            if wanted:
                self._asked = loop.time()
                await self._ask(wanted)
                # Whoever waits for the answer to a question may look at this one now.
                turn, self._turn = self._turn, asyncio.Event()
                turn.set()

    def remember(self, jobs: Iterable[Job]) -> None:
        """Take in how jobs ended, as an earlier server has heard it."""
        for job in jobs:
            self._endings.setdefault(job.id, Ending(job, _sure(job)))

    async def _ask(self, wanted: Mapping[str, Collection[str]]) -> None:
        names = sorted(wanted)
        output = await run(self.system.list_jobs(self.user, names), self.patience)
        if output.returncode == 0:
            jobs = self.system.parse_jobs(output.text)
            self._note(wanted, jobs)
            # Of an end without an exit code the accounts may know more.
            told = [job for job in jobs if job.id not in self._endings or _sure(job)]
            listed = {name: [job for job in told if job.name == name] for name in names}
            absent = [self._absent(n, set(wanted[n]) - {j.id for j in listed[n]}) for n in names]
            ended = dict(zip(names, await asyncio.gather(*absent), strict=True))
            found = {name: Answer((*listed[name], *ended[name])) for name in names}
        else:
            said = self.system.explain(output.text)
            log.warning("%s does not answer: %s", self.system.TITLE, said)
            # What was last known is still the best that is known of the jobs.
            sentence = f"{self.system.TITLE} does not answer ({said})."
            found = {n: Answer(self.answers.get(n, Answer()).jobs, sentence) for n in names}
        news = {name: answer for name, answer in found.items() if answer != self.answers.get(name)}
        self.answers = found
        if news:
            self.changed(news)

    def _note(self, wanted: Mapping[str, Collection[str]], listed: Iterable[Job]) -> None:
        """Note how jobs ended while they are listed, which they are for a few minutes only."""
        ids = {job_id for ids in wanted.values() for job_id in ids}
        self._endings = {i: ending for i, ending in self._endings.items() if i in ids}
        for job in listed:
            if job.phase is not Phase.ENDED or _sure(job):
                self._endings.pop(job.id, None)  # a job may have been put into the queue again
            if job.phase is Phase.ENDED and job.id in ids:
                self._endings.setdefault(job.id, Ending(job, _sure(job)))

    async def _absent(self, name: str, ids: Collection[str]) -> list[Job]:
        """Return how jobs ended that are listed no more.

        The accounts are asked about those of which that is not known. They may lag behind, or be
        away for a while: then they are asked again, more and more seldom.
        """
        for job_id in ids:
            # That a job has gone is certain, whether or not anybody can tell how.
            gone = Ending(Job(job_id, name, Phase.ENDED, GONE))
            self._endings.setdefault(job_id, gone)
        now = asyncio.get_running_loop().time()
        doubtful = [i for i in sorted(ids) if not self._endings[i].sure]
        unknown = [i for i in doubtful if self._endings[i].due <= now]
        if unknown:
            output = await run(self.system.ended_jobs(name, unknown), self.patience)
            told = {job.id: job for job in self.system.parse_ended(output.text)}
            none = output.returncode == MISSING or self.system.no_accounts(output.text)
            for job_id in unknown:
                last = self._endings[job_id]
                tries = last.tries + 1
                sure = none or job_id in told or tries == TRIES
                due = now + self.interval * 2 ** (tries - 1)
                self._endings[job_id] = Ending(told.get(job_id, last.job), sure, tries, due)
        return [self._endings[job_id].job for job_id in sorted(ids)]


def _sure(job: Job) -> bool:
    return job.exit_code is not None
