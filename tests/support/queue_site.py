"""A SLURM whose ``squeue`` and ``sacct`` are scripts that a test writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.backends.batch.polling.queue import QueuePoller, Wanted
from jupyter_cluster_launcher.jobs import Job, Queue


class Site:
    """A SLURM and its poller; each poll adds a line to the file ``polls``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, list[str]] = {"dask-a": []}
        self.updates: list[tuple[str, Queue]] = []
        self.squeue("")
        functions = {**vars(slurm), "list_jobs": self.list_jobs, "ended_jobs": self.ended_jobs}
        self.poller = QueuePoller(
            SimpleNamespace(**functions),
            "ann",
            self.wanted,
            lambda name, answer: self.updates.append((name, answer)),
            interval=0.05,
            patience=60,
        )

    def wanted(self) -> dict[str, Wanted]:
        """Return ``names`` as the poller takes them."""
        return {name: Wanted(frozenset(ids), frozenset(ids)) for name, ids in self.names.items()}

    def list_jobs(self, user: str, names: Sequence[str]) -> list[str]:
        return [str(self.folder / "squeue"), *names]

    def ended_jobs(self, jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
        return [[str(self.folder / "sacct"), *(job_id for ids in jobs.values() for job_id in ids)]]

    def squeue(self, text: str, code: int = 0, seconds: float = 0) -> None:
        """Let ``squeue`` write ``text`` and exit with ``code`` after ``seconds``."""
        # A file of its own: an earlier squeue that still runs must not write this text.
        output = self.folder / f"text-{len(list(self.folder.glob('text-*')))}"
        output.write_text(text)
        program = self.folder / "squeue.new"
        program.write_text(
            f'#!/bin/sh\necho "$@" >>{self.folder}/polls\n'
            f"[ {seconds} = 0 ] || exec sleep {seconds}\n"
            f"cat {output}\nexit {code}\n"
        )
        program.chmod(0o755)
        program.rename(self.folder / "squeue")

    def sacct(self, script: str) -> None:
        """Let ``sacct`` run ``script``; each call adds a line to the file ``queries``."""
        program = self.folder / "sacct.new"
        program.write_text(f"#!/bin/sh\necho $@ >>{self.folder}/queries\n{script}\n")
        program.chmod(0o755)
        program.rename(self.folder / "sacct")

    @property
    def polls(self) -> list[str]:
        """The arguments of each call of ``squeue`` so far."""
        return self._lines("polls")

    @property
    def queries(self) -> list[str]:
        """The arguments of each call of ``sacct`` so far."""
        return self._lines("queries")

    def _lines(self, name: str) -> list[str]:
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []

    async def updated(self, count: int) -> Mapping[str, Queue]:
        """Wait for this many updates in total, and return the latest answers."""
        await until(lambda: len(self.updates) >= count)
        return dict(self.updates)

    async def job_in(self, state: str) -> Job:
        """Wait until the only job of ``dask-a`` is in this state, and return it."""

        def states() -> list[str]:
            return [job.state for job in self.poller.answers.get("dask-a", Queue()).jobs]

        await until(lambda: states() == [state])
        return self.poller.answers["dask-a"].jobs[0]

    async def polled(self, count: int) -> None:
        """Wait for this many polls in total."""
        await until(lambda: len(self.polls) >= count)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds, at most a minute."""
    deadline = asyncio.get_running_loop().time() + 60
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "the condition never held"
        await asyncio.sleep(0.01)


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in an event loop of its own."""
    asyncio.run(coroutine)
