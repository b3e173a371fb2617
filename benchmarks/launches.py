"""One launch and its stop, timed: of this extension, and of dask-labextension."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from servers import LIMIT, OUR_CLUSTERS, PEER_CLUSTER, Server, wait_until


class Times(NamedTuple):
    """The seconds of one launch: to the answer, to all workers ready, and from the stop to the end.

    The end is when nothing is left.
    """

    answer: float
    ready: float
    gone: float


def request(workers: int) -> dict[str, Any]:
    """Return the request for a cluster of one thread a worker."""
    return {"platform": "local", "workers": workers, "options": {"threads_per_worker": 1}}


def prepare(server: Server) -> None:
    """Send what the form sends when a user touches it, and wait until that has its effect."""
    server.ask("POST", "cluster-launcher/prepare", {"platform": "local"})
    server.rest()


def ours(server: Server, size: int, prepared: bool = False) -> Times:
    """Launch and stop a cluster; with ``prepared``, a user has touched the form before."""
    if prepared:
        prepare(server)
    begun = time.perf_counter()
    cluster = server.ask("POST", OUR_CLUSTERS, request(size))
    answered = time.perf_counter()
    wait_until(lambda: ready(server, cluster["id"]) == size)
    done = time.perf_counter()
    stop(server, cluster["id"])
    return Times(answered - begun, done - begun, time.perf_counter() - done)


def ready(server: Server, cluster_id: str) -> int:
    """Return how many workers of a cluster are ready."""
    return int(server.ask("GET", f"{OUR_CLUSTERS}/{cluster_id}")["workers"]["ready"])


def directory(server: Server, cluster_id: str) -> Path:
    """Return the directory of a cluster."""
    return server.runtime / "cluster-launcher" / cluster_id


def stop(server: Server, cluster_id: str, alone: bool = True) -> None:
    """Stop a cluster and return when nothing is left; where it is ``alone``, no process either."""
    server.ask("DELETE", f"{OUR_CLUSTERS}/{cluster_id}")
    path = directory(server, cluster_id)
    wait_until(lambda: not path.exists() and not (alone and server.workers()), LIMIT)


def theirs(server: Server, size: int) -> Times:
    """Launch and stop a cluster; the number of workers is the server's configuration's."""
    begun = time.perf_counter()
    cluster = server.ask("PUT", PEER_CLUSTER)
    answered = time.perf_counter()
    while cluster["workers"] < size:
        cluster = server.ask("GET", PEER_CLUSTER)
    done = time.perf_counter()
    server.ask("DELETE", PEER_CLUSTER)
    wait_until(lambda: not server.workers())
    return Times(answered - begun, done - begun, time.perf_counter() - done)
