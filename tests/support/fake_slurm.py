"""A SLURM without processes: it answers the commands that the launcher runs, or does not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from jupyter_cluster_launcher.backends.batch.polling import cancel, queue
from jupyter_cluster_launcher.backends.batch.polling.commands import MISSING, Output
from jupyter_cluster_launcher.backends.batch.site import discovery
from jupyter_cluster_launcher.backends.batch.words import endings

PENDING, RUNNING, COMPLETING = OPEN = ("PENDING", "RUNNING", "COMPLETING")
DOWN = "Unable to contact slurm controller (connect failure)"


@dataclass
class FakeJob:
    """One job; ``listed`` until squeue has forgotten it."""

    id: str
    name: str
    state: str = PENDING
    listed: bool = True


class FakeSlurm:
    """A batch system of one user, which servers and controllers share.

    ``silence`` is empty while it answers; else its commands hang, fail at once or are missing.
    ``late`` is whether it carries out submissions all the same when it answers again, as slurmctld
    can, but not where commands are missing.
    ``ending`` is how many seconds running jobs take to end once they are cancelled, None for ever.
    ``changed`` is called with a job whose state has changed.
    """

    def __init__(self) -> None:
        self.jobs: list[FakeJob] = []
        self.silence, self.late = "", False
        self.ending: float | None = 3.0
        self.accounting = True
        self.changed: Callable[[FakeJob], None] = lambda job: None
        self._accepted_late: list[str] = []

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the launcher's commands reach this batch system."""
        with contextlib.ExitStack() as stack:
            for module in (cancel, queue, endings, discovery):
                stack.enter_context(patch.object(module, "run", self.run))
            yield

    def open(self, name: str) -> list[FakeJob]:
        """Return the jobs of a name that have not ended."""
        return [job for job in self.jobs if job.name == name and job.state in OPEN]

    # What happens in it

    def fall_silent(self, how: str, late: bool) -> None:
        """Answer no more: ``how`` is "hangs", "fails" or "missing"."""
        self.silence, self.late = how, late

    def answer(self) -> None:
        """Answer again."""
        self.silence = ""
        names, self._accepted_late = self._accepted_late, []
        for name in names:
            self.submit(name)

    def move(self, job: FakeJob, state: str) -> None:
        """Let a job have another state."""
        if job.state in OPEN and job.state != state:
            job.state = state
            self.changed(job)

    # What a controller does

    def submit(self, name: str) -> str:
        """Return the id of a new job; raises ``RuntimeError`` with what sbatch wrote."""
        if self.silence:
            if self.late and self.silence != "missing":
                self._accepted_late.append(name)
            raise RuntimeError(f"stdout:\n\nstderr:\nsbatch: error: {DOWN}\n")
        self.jobs.append(FakeJob(str(len(self.jobs) + 1), name))
        return self.jobs[-1].id

    def cancel(self, jobs: Sequence[FakeJob]) -> bool:
        """Cancel jobs; return whether that was possible."""
        if self.silence:
            return False
        for job in jobs:
            if job.state == PENDING:
                self.move(job, "CANCELLED")
            elif job.state == RUNNING:
                self.move(job, COMPLETING)
                if self.ending is not None:
                    loop = asyncio.get_running_loop()
                    loop.call_later(self.ending, self.move, job, "CANCELLED")
        return True

    # What the launcher runs

    async def run(
        self, system: Any, command: Sequence[str], timeout: float = 10.0, *_: Any, **__: Any
    ) -> Output:
        """Answer as a command of SLURM."""
        program, *arguments = command
        await asyncio.sleep(timeout if self.silence == "hangs" else 0.05)
        if self.silence == "hangs":
            return Output(None, f"{program} did not answer within {timeout:g} s")
        if self.silence == "missing":
            return Output(MISSING, f"{program}: No such file or directory")
        if self.silence:
            return Output(1, f"{program}: error: {DOWN}")
        answers = {"squeue": self._squeue, "sacct": self._sacct, "scancel": self._scancel}
        answer = answers.get(program)
        return answer(arguments) if answer else Output(MISSING, f"{program}: not there")

    def _squeue(self, arguments: Sequence[str]) -> Output:
        return Output(0, "".join(_line(job, "0") for job in self.jobs if job.listed))

    def _sacct(self, arguments: Sequence[str]) -> Output:
        if not self.accounting:
            return Output(1, "Slurm accounting storage is disabled")
        (ids,) = (one.partition("=")[2] for one in arguments if one.startswith("--jobs="))
        known = [job for job in self.jobs if job.id in ids.split(",") and job.state not in OPEN]
        return Output(0, "".join(_line(job, "0:0") for job in known))

    def _scancel(self, arguments: Sequence[str]) -> Output:
        names = [one.partition("=")[2] for one in arguments if one.startswith("--name=")]
        self.cancel([job for job in self.jobs if job.name in names or job.id in arguments])
        return Output(0, "")


def _line(job: FakeJob, code: str) -> str:
    return f"{job.id}|{job.state}|None|N/A|N/A|{code}||{job.name}\n"
