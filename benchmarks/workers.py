"""How the cost of one cluster grows with its workers, from 1 to 1,000.

The workers are simulated: the objects with which Dask's scheduler describes them are there, and no
processes. A look is one poll of the watch in the controller, of which there are 200 a minute, so
that a look of 3 ms is 1 % of a core. In the clusters of SLURM each worker is a job. Rates of
reports are of idle workers, and of workers that compute. Drawing is that of the row, from the
arrival of the list, and ends with a frame of the screen. Times are medians, without their spread.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import lines
from figures import Result, curves, median, say
from many import Many
from simulated import SimulatedCluster

from jupyter_cluster_launcher.clusters.saved import records
from jupyter_cluster_launcher.resident.base import Resident
from jupyter_cluster_launcher.resident.jobqueue.resident import JobqueueResident
from jupyter_cluster_launcher.resident.jobqueue.tracker import JobTracker
from jupyter_cluster_launcher.resident.local import LocalResident
from jupyter_cluster_launcher.resident.watching import watch
from sidebar import browse

ROUNDS = 3
MINUTES = 8
SIZES = (1, 10, 100, 1000)
LOOKS = 30  # that are timed in each round
SIMULATED = 60.0  # seconds, for the rates
KINDS = {"local": "a LocalCluster", "jobs": "a cluster of SLURM"}


def resident_of(kind: str, cluster: SimulatedCluster, folder: str) -> Resident[Any]:
    """Return a resident that watches a cluster, of this computer or of SLURM, in no thread."""
    resident: Any = LocalResident() if kind == "local" else JobqueueResident()
    if kind != "local":
        resident.tracker = JobTracker("benchmark", "jobs", [])
        for number in cluster.worker_spec:
            resident.tracker.begin(number)["id"] = str(100_000 + number)
    resident.cluster = cluster
    resident._watch = watch.Watch(lambda: None, folder)
    resident.watch.begin(resident.sample)
    found: Resident[Any] = resident
    return found


@contextmanager
def clock() -> Iterator[tuple[SimpleNamespace, list[int]]]:
    """Give the clock of the watch, and the bytes of the reports that it publishes."""
    now, sizes = SimpleNamespace(seconds=time.monotonic()), list[int]()
    fake = SimpleNamespace(monotonic=lambda: now.seconds, sleep=lambda seconds: None)
    with (
        patch.object(watch, "time", fake),
        patch.object(watch, "publish", lambda report: sizes.append(len(json.dumps(report)))),
    ):
        yield now, sizes


def look(kind: str, size: int, folder: str) -> list[float]:
    """Return the milliseconds of some looks at an idle cluster."""
    cluster, taken = SimulatedCluster(size), []
    resident = resident_of(kind, cluster, folder)
    with clock() as (now, _):
        for _ in range(LOOKS):
            now.seconds += watch.PERIOD
            cluster.pass_time(watch.PERIOD, computing=False)
            begun = time.perf_counter()
            resident.watch.poll()
            taken.append((time.perf_counter() - begun) * 1000)
    return taken[1:]


def reports(kind: str, size: int, folder: str, computing: bool) -> tuple[float, float]:
    """Return how many reports a minute are published, and the kB of the last one."""
    cluster = SimulatedCluster(size)
    resident = resident_of(kind, cluster, folder)
    with clock() as (now, sizes):
        resident.watch.poll(always=True)
        looks = round(SIMULATED / watch.PERIOD)
        for _ in range(looks):
            now.seconds += watch.PERIOD
            cluster.pass_time(watch.PERIOD, computing)
            resident.watch.poll()
    return (len(sizes) - 1) * 60 / SIMULATED, sizes[-1] / 1000


def read(size: int, folder: str) -> float:
    """Return the milliseconds that a server takes to read a report with a job for each worker."""
    resident = resident_of("jobs", SimulatedCluster(size), folder)
    text = json.dumps(resident.watch._read(resident.sample()))
    begun = time.perf_counter()
    for _ in range(LOOKS):
        records.report(json.loads(text))
    return (time.perf_counter() - begun) / LOOKS * 1000


def measure(rounds: int = ROUNDS, sizes: Sequence[int] = SIZES) -> Result:
    """Measure clusters of all sizes."""
    points = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        for size in sizes:
            points[size] = one(size, rounds, folder)
            say(f"workers: {size} measured")
    return Result(curves("workers", points), (), {"workers.svg": lines.picture("workers", points)})


def one(size: int, rounds: int, folder: str) -> dict[str, float]:
    """Return what is measured of clusters with so many workers."""
    found = {}
    for kind, name in KINDS.items():
        looks = [taken for _ in range(rounds) for taken in look(kind, size, folder)]
        found[f"look at {name}, ms"] = median(looks)
    for kind, name in KINDS.items():
        found[f"report of {name}, kB"] = reports(kind, size, folder, computing=False)[1]
    found["reports a minute, idle"] = reports("local", size, folder, computing=False)[0]
    found["reports a minute, computing"] = reports("local", size, folder, computing=True)[0]
    taken = [read(size, folder) for _ in range(rounds)]
    found["server reads a report of SLURM, ms"] = median(taken)
    with Many(1, size) as server:
        found["drawing, ms"] = median([browse(server, 1, 0).visible for _ in range(rounds)])
    return found
