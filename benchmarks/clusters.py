"""How the cost of idle clusters grows with their number in one server, from 1 to 100.

The controllers are real kernels with the real watch, in which a stand-in takes the place of Dask:
100 idle schedulers would take more CPU than most computers have (see `idle`). CPU is in percent of
one core, and a wake-up is a thread that has waited and goes on. Files are those that are written
in the clusters' directories by anybody, without those that the server only touches: once a minute
for each cluster. In the second part the meters of all workers move, as while they compute. Values
are means of the time of a part, and those of controllers of all of them, so they have no spread.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import launches
import lines
from figures import Goal, Result, curves, say
from footprint import Cost, costs, mean
from idle import controllers
from servers import OUR_CLUSTERS, OURS, Server, wait_until

ROUNDS = 1  # of 30 seconds
MINUTES = 6
SIZES = (1, 10, 100)
AT_ONCE = 5  # launches
SETTLE, SECONDS = 15.0, 30.0  # until the launches are forgotten, and of each part
STANDINS = Path(__file__).parent / "probes" / "standins"


def measure(rounds: int = ROUNDS, sizes: Sequence[int] = SIZES) -> Result:
    """Launch more and more clusters on one server; each part is measured ``rounds`` times."""
    points, files = {}, Counter[str]()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        moving = Path(folder, "moving")
        env = {
            "JUPYTER_PATH": _paths(str(STANDINS / "jupyter"), "JUPYTER_PATH"),
            "PYTHONPATH": _paths(str(STANDINS), "PYTHONPATH"),
            "BENCHMARK_MOVING": str(moving),
        }
        with Server(OURS, **env) as server:
            for size in sizes:
                _launch(server, size)
                say(f"clusters: {size} launched")
                points[size] = _parts(server, moving, SECONDS * rounds, files)
                say(f"clusters: {size} measured")
            _stop_all(server)
    written = points[max(sizes)]["files written a minute, meters move"]
    goal = Goal("files written a minute because meters move", written, 0)
    pictures = {"clusters.svg": lines.picture("clusters", points)}
    names = ", ".join(f"{name} ({number})" for name, number in files.most_common()) or "none"
    text = f"{curves('clusters', points)}\nFiles that were written in all parts together: {names}."
    return Result(text, [goal], pictures)


def _paths(first: str, variable: str) -> str:
    return os.pathsep.join(filter(None, [first, os.environ.get(variable)]))


def _launch(server: Server, size: int) -> None:
    """Launch clusters until there are so many, and return when all of them run."""
    while (missing := size - len(_list(server))) > 0:
        for _ in range(min(missing, AT_ONCE)):
            server.ask("POST", OUR_CLUSTERS, {"platform": "idle", "workers": 4})
        wait_until(lambda: all(one["state"] != "starting" for one in _list(server)))
    states = {one["state"]: one["message"] for one in _list(server)}
    assert set(states) == {"running"}, states


def _list(server: Server) -> list[dict[str, Any]]:
    clusters: list[dict[str, Any]] = server.ask("GET", OUR_CLUSTERS)
    return clusters


def _parts(server: Server, moving: Path, seconds: float, files: Counter[str]) -> dict[str, float]:
    """Return the costs of the server and of its controllers, idle and while meters move.

    What is written meanwhile is added to ``files``.
    """
    found = {}
    for state in ("idle", "meters move"):
        if state == "meters move":
            moving.touch()
        time.sleep(SETTLE)
        pids = [server.process.pid, *controllers(server)]
        (own, *others), written = costs(pids, seconds, server.runtime)
        each = Cost(*(mean(values) for values in zip(*others, strict=True)))
        found[f"server: CPU %, {state}"] = own.cpu
        found[f"server: wake-ups a second, {state}"] = own.wakeups
        found[f"each controller: CPU %, {state}"] = each.cpu
        found[f"each controller: wake-ups a second, {state}"] = each.wakeups
        found[f"files written a minute, {state}"] = written.total() * 60 / seconds
        files.update(written)
        if state == "idle":
            found["server: memory, MiB"] = own.memory
            found["each controller: memory, MiB"] = each.memory
    moving.unlink()
    return found


def _stop_all(server: Server) -> None:
    """Stop all clusters, which would leave sockets behind if they were killed."""
    for one in _list(server):
        server.ask("DELETE", f"{OUR_CLUSTERS}/{one['id']}")
    wait_until(lambda: not any(launches.directory(server, "").glob("*")))
