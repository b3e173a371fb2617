"""A site whose batch system is a file with what a test wants."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.backends.batch.queue import QueuePoller, Wanted
from jupyter_cluster_launcher.models import Job, Queue


class Site:
    """A place where ``squeue`` is a file: each question adds a line to ``asked``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, list[str]] = {"dask-a": []}
        self.told: list[tuple[str, Queue]] = []
        self.says("")
        functions = {**vars(slurm), "list_jobs": self.list_jobs, "ended_jobs": self.ended_jobs}
        self.poller = QueuePoller(
            SimpleNamespace(**functions),
            "ann",
            self.wanted,
            lambda name, answer: self.told.append((name, answer)),
            interval=0.05,
            patience=5,
        )

    def wanted(self) -> dict[str, Wanted]:
        """Return ``names`` as the poller takes them."""
        return {name: Wanted(frozenset(ids), frozenset(ids)) for name, ids in self.names.items()}

    def list_jobs(self, user: str, names: Sequence[str]) -> list[str]:
        return [str(self.folder / "squeue"), *names]

    def ended_jobs(self, jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
        return [[str(self.folder / "sacct"), *(job_id for ids in jobs.values() for job_id in ids)]]

    def says(self, text: str, code: int = 0, seconds: float = 0) -> None:
        """Change what ``squeue`` writes, its exit code, and how long it takes."""
        (self.folder / "text").write_text(text)
        program = self.folder / "squeue.new"
        program.write_text(
            f'#!/bin/sh\necho "$@" >>{self.folder}/asked\n'
            f"[ {seconds} = 0 ] || exec sleep {seconds}\n"
            f"cat {self.folder}/text\nexit {code}\n"
        )
        program.chmod(0o755)
        program.rename(self.folder / "squeue")

    def accounts(self, script: str) -> None:
        """Change what ``sacct`` does; each question adds a line to ``accounts``."""
        program = self.folder / "sacct.new"
        program.write_text(f"#!/bin/sh\necho $@ >>{self.folder}/accounts\n{script}\n")
        program.chmod(0o755)
        program.rename(self.folder / "sacct")

    @property
    def asked(self) -> list[str]:
        """The questions so far."""
        path = self.folder / "asked"
        return path.read_text().splitlines() if path.exists() else []

    async def heard(self, count: int) -> Mapping[str, Queue]:
        """Wait until ``changed`` was called that often, and return the latest answers."""
        await until(lambda: len(self.told) >= count)
        return dict(self.told)

    async def told_of(self, state: str) -> Job:
        """Wait until the one job of ``dask-a`` is told to be in this state, and return it."""

        def states() -> list[str]:
            return [job.state for job in self.poller.answers.get("dask-a", Queue()).jobs]

        await until(lambda: states() == [state])
        return self.poller.answers["dask-a"].jobs[0]

    async def questions(self, count: int) -> None:
        """Wait until ``squeue`` was asked that often."""
        await until(lambda: len(self.asked) >= count)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds, for a generous while."""
    deadline = asyncio.get_running_loop().time() + 20
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never came to that"
        await asyncio.sleep(0.01)


def run(coroutine: object) -> None:
    """Run a test's coroutine in a loop of its own."""
    asyncio.run(coroutine)
