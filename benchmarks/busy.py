"""How long a trivial request takes while a cluster's scheduler is busy with many small tasks."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
from figures import Goal, Result, median, say, spread, table
from servers import OUR_CLUSTERS, OURS, PEER, PEER_CLUSTER, TOKEN, Server, wait_until
from tornado.httpclient import AsyncHTTPClient

ROUNDS = 3
MINUTES = 6
MOST = 1.1  # times the latency of a server without the extension
KINDS = {
    None: "neither (the scheduler in a process of its own)",
    OURS: "jupyter-cluster-launcher",
    PEER: "dask-labextension",
}
TASKS = 200_000
SECONDS = 30  # from the moment the tasks are sent
EVERY = 0.05  # seconds between two requests, sent whether or not the one before was answered

ALONE = """
from dask.distributed import LocalCluster

if __name__ == "__main__":
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0")
    print(cluster.scheduler_address, flush=True)
    input()
"""
LOAD = """
from dask.distributed import Client, wait

if __name__ == "__main__":
    {connect}
    client.submit(int).result()
    print("begin", flush=True)
    wait(client.map(int, range({tasks})))
"""


@contextmanager
def script(code: str) -> Iterator[str]:
    """Run Python code in a process, give what it prints first, and end it and its children."""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None, "a pipe by construction"
        yield process.stdout.readline().strip()
        for child in psutil.Process(process.pid).children(recursive=True):
            child.kill()
        process.kill()


@contextmanager
def connected(server: Server) -> Iterator[str]:
    """Give code that attaches to a cluster of two workers, the server's or one on its own."""
    if server.extension is None:
        with script(ALONE) as address:
            yield f"client = Client({address!r})"
    elif server.extension == PEER:
        address = server.ask("PUT", PEER_CLUSTER)["scheduler_address"]
        yield f"client = Client({address!r})"
    else:
        request = {"platform": "local", "workers": 2, "options": {"threads_per_worker": 1}}
        path = f"{OUR_CLUSTERS}/{server.ask('POST', OUR_CLUSTERS, request)['id']}"
        wait_until(lambda: server.ask("GET", path)["workers"]["ready"] == 2)
        yield str(server.ask("GET", path)["code"]["connect"]).replace("\n", "\n    ")


async def latencies(url: str) -> list[float]:
    """Return the seconds that requests took, each counted from when it was due."""
    AsyncHTTPClient.configure(None, max_clients=1000)
    client = AsyncHTTPClient()
    begun = time.perf_counter()

    async def ask(due: float) -> float:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await client.fetch(url, request_timeout=300, connect_timeout=300)
        return time.perf_counter() - due

    dues = [begun + EVERY * number for number in range(round(SECONDS / EVERY))]
    return sorted(await asyncio.gather(*map(ask, dues)))


def one(extension: str | None, tasks: int) -> tuple[float, float]:
    """Return the 99th percentile and the maximum, in ms."""
    kwargs = json.dumps({"n_workers": 2, "threads_per_worker": 1})
    with Server(extension, DASK_LABEXTENSION__FACTORY__KWARGS=kwargs) as server:
        with connected(server) as code, script(LOAD.format(connect=code, tasks=tasks)):
            taken = asyncio.run(latencies(f"{server.url}api/status?token={TOKEN}"))
        return taken[int(len(taken) * 0.99)] * 1000, taken[-1] * 1000


def measure(rounds: int = ROUNDS, tasks: int = TASKS) -> Result:
    """Load the three kinds of server in turns, and compare them."""
    seen: dict[str | None, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    for number in range(rounds):
        for kind, name in KINDS.items():
            seen[kind].append(one(kind, tasks))
            say(f"busy: {name}, round {number + 1} of {rounds}")
    columns = {kind: list(zip(*rows, strict=True)) for kind, rows in seen.items()}
    alone = median(columns[None][0])
    rows = [
        [KINDS[kind], spread(p99, 0, ""), spread(top, 0, ""), f"**{median(p99) / alone:.2f}**"]
        for kind, (p99, top) in columns.items()
    ]
    goal = Goal(
        "99th percentile, share of that without the extension",
        median(columns[OURS][0]) / alone,
        MOST,
    )
    head = ["server with", "99th percentile (ms)", "longest (ms)", "ratio"]
    return Result(table(head, rows), [goal])
