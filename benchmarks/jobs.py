"""How the cost of one cluster grows with its jobs, from 1 to 1,000, on a real SLURM.

The SLURM is the one of the tests, on this host. Its nodes are drained, so that all jobs are queued
and no worker starts: what is measured is what the launcher and SLURM do. Commands are those that
the server and the controller run. While nothing happens, the batch system is polled every 15
seconds. A poll is squeue and the reading of its answer. There is one launch of each size, so that
only the poll is a median. dask-jobqueue submits and cancels each job by a command of its own; the
server cancels all of them by two, by their name and by their numbers.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import launches
import lines
from figures import CannotMeasureError, Goal, Result, curves, median, say
from servers import LIMIT, OUR_CLUSTERS, OURS, Server, wait_until

from jupyter_cluster_launcher.backends.batch.polling.queue import QueuePoller, Wanted
from jupyter_cluster_launcher.backends.batch.system import batch_system

ENGINES = Path(__file__).parent.parent / "tests" / "engines"
sys.path.append(str(ENGINES))
from real_slurm import RealSlurm  # noqa: E402 - stands in the tests
from real_slurm_config import why_not  # noqa: E402 - likewise

ROUNDS = 3  # of the poll
MINUTES = 4
SIZES = (1, 10, 100, 1000)
IDLE = 45.0  # seconds, in which there are three polls
POLLS = 4.0  # commands a minute while nothing happens, at most
PATIENCE = 15.0  # seconds without a further job after which no more come
COMMANDS = ("sbatch", "squeue", "scancel", "sacct", "sinfo", "scontrol", "sacctmgr")
OPTIONS = {"interface": "lo", "memory": "500MB", "walltime": "00:30:00", "queue": "normal"}


class Counted:
    """The commands of SLURM, in front of the real ones, each of which adds a line to a file."""

    def __init__(self, folder: Path) -> None:
        """Make them in a folder."""
        self._log = folder / "commands.log"
        self.folder = folder / "bin"
        self.folder.mkdir()
        self._log.touch()
        for name in COMMANDS:
            real = shutil.which(name)
            if real is not None:
                script = self.folder / name
                script.write_text(f'#!/bin/sh\necho {name} >> "{self._log}"\nexec {real} "$@"\n')
                script.chmod(0o755)

    def since(self, line: int) -> Counter[str]:
        """Return how often each was called after so many calls."""
        return Counter(self._log.read_text().split()[line:])

    def number(self) -> int:
        """Return how many calls there were."""
        return sum(self.since(0).values())


@contextmanager
def drained_slurm() -> Iterator[RealSlurm]:
    """Run a SLURM that starts no job; raises ``CannotMeasureError`` where there is none."""
    if missing := why_not():
        raise CannotMeasureError(missing)
    prefix = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
    try:
        with RealSlurm(prefix) as slurm, slurm.drained():
            yield slurm
    finally:
        shutil.rmtree(prefix, ignore_errors=True)


def measure(rounds: int = ROUNDS, sizes: Sequence[int] = SIZES) -> Result:
    """Launch and stop clusters of all sizes, one after the other."""
    points, calls = {}, Counter[str]()
    with drained_slurm() as slurm, tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        counted = Counted(Path(folder))
        conf = str(slurm.layout.conf)
        path = f"{counted.folder}{os.pathsep}{os.environ['PATH']}"
        with Server(OURS, SLURM_CONF=conf, PATH=path) as server:
            for size in sizes:
                points[size], calls = one(server, slurm, counted, size, rounds)
                say(f"jobs: {size} measured")
    idle = points[max(sizes)]["commands a minute, idle"]
    goal = Goal("commands of SLURM a minute while nothing happens", idle, POLLS)
    words = ", ".join(f"{number:,} {name}" for name, number in calls.most_common())
    text = f"{curves('jobs', points)}\nThe commands of the largest, from launch to stop: {words}."
    return Result(text, [goal], {"jobs.svg": lines.picture("jobs", points)})


def one(
    server: Server, slurm: RealSlurm, counted: Counted, size: int, rounds: int
) -> tuple[dict[str, float], Counter[str]]:
    """Return what is measured of a cluster with so many jobs, and all commands that it took."""
    first = counted.number()
    begun = time.perf_counter()
    body = {"platform": "slurm", "workers": size, "options": OPTIONS}
    cluster = server.ask("POST", OUR_CLUSTERS, body)
    notes = launches.directory(server, cluster["id"]) / "job-ids"
    submitted, accepted = _submitted(notes, size)
    wait_until(lambda: _row(server, cluster["id"])["state"] == "running")
    shown = time.perf_counter() - begun
    launch = counted.since(first)
    before, waited = counted.number(), time.perf_counter()
    time.sleep(IDLE)
    idle = counted.since(before)
    minutes = (time.perf_counter() - waited) / 60
    ids = notes.read_text().split()
    with patch.dict(os.environ, SLURM_CONF=str(slurm.layout.conf)):
        polls = asyncio.run(_polls(slurm.user, ids, rounds))
    before, begun_stop = counted.number(), time.perf_counter()
    launches.stop(server, cluster["id"], alone=False)
    stopped = time.perf_counter() - begun_stop
    stop = counted.since(before)
    wait_until(lambda: not slurm.jobs())
    return {
        "submitted, s": submitted - begun,
        "of them accepted": accepted,
        "row is running, s": shown,
        "commands, launch": launch.total(),
        "commands a minute, idle": idle.total() / minutes,
        "one poll, ms": median(polls) * 1000,
        "stop of all, s": stopped,
        "commands, stop": stop.total(),
    }, counted.since(first)


def _submitted(notes: Path, size: int) -> tuple[float, int]:
    """Return when the last job was submitted, and how many were, once no more come."""
    accepted, last = 0, time.perf_counter()
    while accepted < size:
        now = notes.read_bytes().count(b"\n") if notes.exists() else 0
        if now > accepted:
            accepted, last = now, time.perf_counter()
        elif time.perf_counter() - last > (PATIENCE if accepted else LIMIT):
            break
        time.sleep(0.02)
    return last, accepted


def _row(server: Server, cluster_id: str) -> dict[str, Any]:
    row: dict[str, Any] = server.ask("GET", f"{OUR_CLUSTERS}/{cluster_id}")
    if row["state"] == "failed":
        raise CannotMeasureError(row["message"])
    return row


async def _polls(user: str, ids: Sequence[str], rounds: int) -> list[float]:
    """Return the seconds of some polls that ask for all jobs."""
    poller = QueuePoller(batch_system("slurm"), user, dict, lambda name, queue: None)
    wanted = Wanted(frozenset(ids), frozenset(ids))
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        queue = await poller.poll_now("benchmark", wanted)
        taken.append(time.perf_counter() - begun)
        assert len(queue.jobs) >= len(ids), queue.error
    return taken
