"""From the request to workers that can compute, and from the stop to nothing left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import bars
from servers import (
    OUR_CLUSTERS,
    OURS,
    PEER,
    PEER_CLUSTER,
    Server,
    median,
    spread,
    table,
    wait_until,
)

ROUNDS = 5
SIZES = (2, 4, 8)
LIMIT = 120.0  # seconds
PREPARED, COLD = "prepared", "not prepared"
THEIRS, WARM = "dask-labextension", "bare LocalCluster, warm"
KINDS = (THEIRS, WARM, COLD, PREPARED)
# By workers: at most these shares of dask-labextension, and of the bare cluster.
GOALS: dict[str, dict[int, tuple[float, float | None]]] = {
    PREPARED: {2: (0.22, 1.1), 4: (0.12, 0.7), 8: (0.09, 0.5)},
    COLD: {2: (0.55, None), 4: (0.30, None), 8: (0.17, None)},
}
Seen = dict[tuple[str, int], list[tuple[float, float, float]]]  # by kind and workers
MACHINE = f"{os.cpu_count()} CPUs"

# One thread a worker everywhere. The bare cluster is made in a process that has made one before.
BARE = """
import json, sys, time
from dask.distributed import LocalCluster

if __name__ == "__main__":
    sizes, rounds = json.loads(sys.argv[1])
    LocalCluster(n_workers=1, dashboard_address=":0").close()
    seen = {}
    for size in sizes * rounds:
        begun = time.perf_counter()
        cluster = LocalCluster(n_workers=size, threads_per_worker=1, dashboard_address=":0")
        ready = time.perf_counter()
        cluster.close()
        seen.setdefault(size, []).append((ready - begun, time.perf_counter() - ready))
    print(json.dumps(seen))
"""


def ours(server: Server, size: int, prepared: bool) -> tuple[float, float, float]:
    """Return the seconds to the answer, to all workers ready, and from the stop to nothing left.

    ``prepared`` sends before what the form sends when a user touches it, and waits until the server
    is done with that.
    """
    if prepared:
        server.ask("POST", "cluster-launcher/prepare", {"platform": "local"})
        server.rest()
    begun = time.perf_counter()
    request = {"platform": "local", "workers": size, "options": {"threads_per_worker": 1}}
    cluster = server.ask("POST", OUR_CLUSTERS, request)
    answered = time.perf_counter()
    path = f"{OUR_CLUSTERS}/{cluster['id']}"
    wait_until(lambda: server.ask("GET", path)["workers"]["ready"] == size, LIMIT)
    ready = time.perf_counter()
    server.ask("DELETE", path)
    directory = server.runtime / "cluster-launcher" / cluster["id"]
    wait_until(lambda: not directory.exists() and not server.workers(), LIMIT)
    return answered - begun, ready - begun, time.perf_counter() - ready


def theirs(server: Server, size: int) -> tuple[float, float, float]:
    """Return the same of dask-labextension, whose number of workers is its configuration's."""
    begun = time.perf_counter()
    cluster = server.ask("PUT", PEER_CLUSTER)
    answered = time.perf_counter()
    assert cluster["workers"] == size
    server.ask("DELETE", PEER_CLUSTER)
    wait_until(lambda: not server.workers(), LIMIT)
    return answered - begun, answered - begun, time.perf_counter() - answered


def measure(rounds: int = ROUNDS, sizes: Sequence[int] = SIZES, picture: Path | None = None) -> str:
    """Launch and stop clusters in turns and return the medians; draw them where asked to."""
    seen: Seen = {}
    for size in sizes:
        kwargs = json.dumps({"n_workers": size, "threads_per_worker": 1})
        with Server(OURS) as mine, Server(PEER, DASK_LABEXTENSION__FACTORY__KWARGS=kwargs) as peer:
            mine.ask("GET", "cluster-launcher/platforms")  # as the sidebar does when it opens
            for number in range(rounds + 1):
                taken = {
                    PREPARED: ours(mine, size, prepared=True),
                    COLD: ours(mine, size, prepared=False),
                    THEIRS: theirs(peer, size),
                }
                if number:  # the first is slower for all
                    for kind, one in taken.items():
                        seen.setdefault((kind, size), []).append(one)
            sys.stderr.write(f"launch: {size} workers measured\n")
    done = subprocess.run(
        [sys.executable, "-c", BARE, json.dumps([sizes, rounds])],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    bare = {int(size): taken for size, taken in json.loads(done.stdout).items()}
    ready = {key: [one[1] for one in taken] for key, taken in seen.items()}
    ready |= {(WARM, size): [one[0] for one in taken] for size, taken in bare.items()}
    if picture is not None:
        groups = {
            f"{size} workers": {kind: median(ready[kind, size]) for kind in KINDS} for size in sizes
        }
        picture.write_text(bars.picture(f"Seconds until all workers are ready, {MACHINE}", groups))
    return _times(sizes, ready) + "\n" + _ends(sizes, seen)


def _times(sizes: Sequence[int], ready: dict[tuple[str, int], list[float]]) -> str:
    """Return the table of the seconds until all workers are ready."""
    rows = []
    for size in sizes:
        peer, warm = median(ready[THEIRS, size]), median(ready[WARM, size])
        for kind in (PREPARED, COLD):
            of_peer, of_warm = GOALS[kind].get(size, (None, None))
            mine = median(ready[kind, size])
            rows.append(
                [
                    f"{size}, {kind}", spread(ready[kind, size]), spread(ready[THEIRS, size]),
                    _ratio(mine / peer, of_peer), spread(ready[WARM, size]),
                    _ratio(mine / warm, of_warm),
                ]
            )  # fmt: skip
    head = ["workers", "to all ready", THEIRS, "ratio (goal)", WARM, "ratio (goal)"]
    return table(head, rows)


def _ratio(ratio: float, goal: float | None) -> str:
    return f"**{ratio:.2f}**" + (f" (at most {goal})" if goal is not None else "")


def _ends(sizes: Sequence[int], seen: Seen) -> str:
    """Return the table of the answer to the request, and of the stop."""
    rows = []
    for size in sizes:
        answer, _, gone = zip(*seen[PREPARED, size], strict=True)
        peer_gone = [one[2] for one in seen[THEIRS, size]]
        rows.append([str(size), spread(answer, 3), spread(gone), spread(peer_gone)])
    head = ["workers", "request to answer (goal: under 0.05 s)"]
    head += ["stop to nothing left (goal: under 1 s)", THEIRS]
    return table(head, rows)


if __name__ == "__main__":
    print(measure(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
