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
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from . import BatchSystem, Job, Phase

INTERVAL = 15.0  # seconds between two questions to a batch system
PATIENCE = 10.0  # seconds; SLURM's own limit is twice its MessageTimeout of 10 by default

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
        return Output(127, f"{command[0]}: {error.strerror}")
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
    _ended: dict[str, Job] = field(default_factory=dict)
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

    async def _ask(self, wanted: Mapping[str, Collection[str]]) -> None:
        names = sorted(wanted)
        output = await run(self.system.list_jobs(self.user, names), self.patience)
        if output.returncode == 0:
            jobs = self.system.parse_jobs(output.text)
            found = {n: Answer(tuple(job for job in jobs if job.name == n)) for n in names}
            for name in names:
                absent = set(wanted[name]) - {job.id for job in found[name].jobs}
                if absent:
                    found[name] = Answer((*found[name].jobs, *await self._absent(name, absent)))
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

    async def _absent(self, name: str, ids: Collection[str]) -> list[Job]:
        """Return how jobs ended that are listed no more; each is asked for once."""
        unknown = sorted(ids - self._ended.keys())
        if unknown:
            output = await run(self.system.ended_jobs(name, unknown), self.patience)
            told = {job.id: job for job in self.system.parse_ended(output.text)}
            for job_id in unknown:
                # A site may keep no accounts; that the job has gone is certain all the same.
                gone = Job(job_id, name, Phase.ENDED, "GONE")
                self._ended[job_id] = told.get(job_id, gone)
        return [self._ended[job_id] for job_id in sorted(ids)]
