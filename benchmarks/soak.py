"""Whether anything grows: 24 hours of a user in 10 minutes.

144 times as fast as a user who launches and stops a cluster every half hour (48 in a day), scales
another one, which stays, from 2 workers to 1 and back as often, and computes ten tasks on it every
minute, with a sidebar that fetches the list every 30 seconds. All that a server, the controller of
the cluster that stays, and the directories hold is counted after each of the 48 launches and stops;
a run of fewer minutes has fewer of them. What it holds at the end is compared with what it held in
the second quarter. Of the files, those of the last 50 launches are left out, which are kept so that
they can be launched again. Memory is that which a process shares with no other.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import launches
import psutil
from figures import CannotMeasureError, Goal, Result, median, say, slope, table
from footprint import stamps
from idle import controllers
from servers import OUR_CLUSTERS, OURS, Server, wait_until

ROUNDS = 10
UNIT = "minutes"
MINUTES = 11
CYCLE = 12.5  # seconds for half an hour
QUIET = 4.0  # of them at least, at the end, in which everything comes to rest
LISTS, BATCHES = 60, 30  # requests for the list, and batches of tasks, in a cycle
PAST = "cluster-launcher-past"
FEW = 2  # descriptors and threads: connections that a pool keeps
MEMORY = 4.0  # MiB that a process may have more at the end: memory is fragmented
# The tasks of the cluster that stays, in a process of their own as of a notebook.
WORK = """
import sys, time
{connect}
print("begin", flush=True)
while True:
    client.gather(client.map(lambda x: x + 1, range(10), pure=False))
    time.sleep({pause})
"""


class Holding(NamedTuple):
    """What there is at one moment: memory in MiB, everything else as numbers."""

    server_memory: float
    server_descriptors: float
    server_threads: float
    controller_memory: float
    controller_descriptors: float
    controller_threads: float
    processes: float
    files: float
    kilobytes: float


# What each is called, and how much more there may be at the end, None for what is only shown.
HELD: dict[str, tuple[str, float | None]] = {
    "server_memory": ("private memory of the server, MiB", MEMORY),
    "server_descriptors": ("descriptors of the server", FEW),
    "server_threads": ("threads of the server", FEW),
    "controller_memory": ("private memory of the controller, MiB", MEMORY),
    "controller_descriptors": ("descriptors of the controller", FEW),
    "controller_threads": ("threads of the controller", FEW),
    "processes": ("processes", 0),
    "files": ("files in the runtime directory", 0),
    "kilobytes": ("kB of these files", None),
}


def measure(rounds: int = ROUNDS) -> Result:
    """Use a server for ``rounds`` minutes."""
    cycles = round(rounds * 60 / CYCLE)
    if cycles < 4:
        raise CannotMeasureError("It takes at least one minute to see what grows.")
    with Server(OURS) as server:
        cluster = server.ask("POST", OUR_CLUSTERS, launches.request(2))
        wait_until(lambda: launches.ready(server, cluster["id"]) == 2)
        (controller,) = controllers(server)
        row = server.ask("GET", f"{OUR_CLUSTERS}/{cluster['id']}")
        held = []
        with _computing(row["code"]["connect"]):
            for number in range(cycles):
                _half_an_hour(server, cluster["id"])
                held.append(_holding(server, controller))
                say(f"soak: {number + 1} of {cycles}")
        launches.stop(server, cluster["id"])
    return _result(held)


def _half_an_hour(server: Server, cluster_id: str) -> None:
    """Launch and stop one cluster, scale another, and fetch the list, at the stated rate."""
    end = time.monotonic() + CYCLE
    server.ask("POST", "cluster-launcher/prepare", {"platform": "local"})
    launched = server.ask("POST", OUR_CLUSTERS, launches.request(1))
    wait_until(lambda: launches.ready(server, launched["id"]) == 1)
    launches.stop(server, launched["id"], alone=False)
    for workers in (1, 2):
        _scale(server, cluster_id, workers)
    end = max(end, time.monotonic() + QUIET)
    for left in range(LISTS, 0, -1):
        server.ask("GET", OUR_CLUSTERS)
        time.sleep(max(0.0, (end - time.monotonic()) / left))


def _scale(server: Server, cluster_id: str, workers: int) -> None:
    server.ask("PATCH", f"{OUR_CLUSTERS}/{cluster_id}", {"workers": workers})
    wait_until(lambda: launches.ready(server, cluster_id) == workers)


@contextlib.contextmanager
def _computing(connect: str) -> Iterator[None]:
    """Have tasks computed on a cluster."""
    code = WORK.format(connect=connect, pause=CYCLE / BATCHES)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None, "a pipe by construction"
        try:
            if process.stdout.readline().strip() != "begin":
                raise CannotMeasureError("No client could connect to the cluster.")
            yield
        finally:
            process.kill()


def _holding(server: Server, controller: int) -> Holding:
    """Count what there is now."""
    every = stamps(server.runtime)
    files = {path: stamp for path, stamp in every.items() if PAST not in Path(path).parts}
    processes = [server.process, psutil.Process(controller)]
    inside = [(_memory(one), one.num_fds(), one.num_threads()) for one in processes]
    return Holding(
        *inside[0], *inside[1], len(server.workers()), len(files),
        sum(size for _, size, _ in files.values()) / 1000,
    )  # fmt: skip


def _memory(process: psutil.Process) -> float:
    memory = process.memory_info()
    return float(memory.rss - memory.shared) / 2**20


def _result(held: Sequence[Holding]) -> Result:
    """Compare the end with what there was after the first quarter."""
    quarter = max(1, len(held) // 4)
    early, late = held[quarter : 2 * quarter], held[-quarter:]
    rows, goals = [], []
    for field, (name, more) in HELD.items():
        before, after = (median([getattr(one, field) for one in part]) for part in (early, late))
        points = {number: getattr(one, field) for number, one in enumerate(held)}
        rising = slope({n: value for n, value in points.items() if n >= quarter})
        rows.append([name, f"{before:.4g}", f"{after:.4g}", f"{rising:+.3g}"])
        if more is not None:
            goals.append(Goal(f"{name}: more at the end", after - before, more))
    head = ["what", "second quarter", "last quarter", "slope, for each launch and stop"]
    return Result(table(head, rows), goals)
