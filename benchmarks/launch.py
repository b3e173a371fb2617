"""From the request to workers that can compute, and from the stop to nothing left."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from servers import OUR_CLUSTERS, OURS, PEER, PEER_CLUSTER, Server, median, table, wait_until

ROUNDS = 5
SIZES = (2, 4, 8)
LIMIT = 120.0  # seconds

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


def ours(server: Server, size: int) -> tuple[float, float, float]:
    """Return the seconds to the answer, to all workers ready, and from the stop to nothing left."""
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


def measure(rounds: int = ROUNDS) -> str:
    """Launch and stop clusters in turns and return the medians."""
    seen: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    for size in SIZES:
        kwargs = json.dumps({"n_workers": size, "threads_per_worker": 1})
        with Server(OURS) as mine, Server(PEER, DASK_LABEXTENSION__FACTORY__KWARGS=kwargs) as peer:
            mine.ask("GET", "cluster-launcher/platforms")  # as the sidebar does when it opens
            for number in range(rounds + 1):
                a, b = ours(mine, size), theirs(peer, size)
                if number:  # the first is slower for both
                    seen.setdefault((OURS, size), []).append(a)
                    seen.setdefault((PEER, size), []).append(b)
    done = subprocess.run(
        [sys.executable, "-c", BARE, json.dumps([SIZES, rounds])],
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    bare = json.loads(done.stdout)
    goals = {2: 0.60, 4: 0.35, 8: 0.25}
    rows = []
    for size in SIZES:
        answer, ready, gone = (median(c) for c in zip(*seen[OURS, size], strict=True))
        _, peer_ready, peer_gone = (median(c) for c in zip(*seen[PEER, size], strict=True))
        bare_ready, _ = (median(c) for c in zip(*bare[str(size)], strict=True))
        rows.append(
            [
                str(size), f"{answer * 1000:.0f} ms", f"{ready:.2f} s", f"{peer_ready:.2f} s",
                f"**{ready / peer_ready:.2f}** (at most {goals[size]})", f"{bare_ready:.2f} s",
                f"{gone:.2f} s", f"{peer_gone:.2f} s",
            ]
        )  # fmt: skip
    head = [
        "workers",
        "request to answer (goal: under 50 ms)",
        "to all ready",
        "dask-labextension",
        "ratio",
    ]
    head += [
        "bare LocalCluster, warm",
        "stop to nothing left (goal: under 1 s)",
        "dask-labextension",
    ]
    return table(head, rows)


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
