"""How long the list of 100 clusters takes, from the request to the answer."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from figures import Goal, Result, median, say, spread, table
from servers import OUR_CLUSTERS, OURS, PEER, Server

CLUSTERS = 100
ROUNDS = 50
MINUTES = 1
MOST = 5.0  # ms
SCRIPT = Path(__file__).with_name("many_server.py")


class Many(Server):
    """A server with our extension and running clusters that have a record and no controller."""

    def __init__(self, clusters: int = CLUSTERS, workers: int = 10) -> None:
        """Prepare a server with so many clusters of so many workers."""
        super().__init__(OURS)
        self._numbers = [clusters, workers]

    def command(self) -> list[str]:
        """Return the command that starts it."""
        numbers = json.dumps(self._numbers)
        return [sys.executable, str(SCRIPT), *super().command()[1:], numbers]


def crowd(peer: Server) -> None:
    """Make a hundred clusters on a server with dask-labextension."""
    for number in range(CLUSTERS):
        peer.ask("PUT", f"dask/clusters/one-of-a-hundred-{number}")


def times(server: Server, path: str, rounds: int) -> list[float]:
    """Return the milliseconds of each request, after one to warm up."""
    taken = []
    for _ in range(rounds + 1):
        begun = time.perf_counter()
        listed = server.ask("GET", path)
        taken.append((time.perf_counter() - begun) * 1000)
        assert len(listed) == CLUSTERS
    return taken[1:]


def measure(rounds: int = ROUNDS) -> Result:
    """Fetch the lists of both; a cluster of the peer has no worker here."""
    kwargs = json.dumps({"n_workers": 0, "dashboard_address": ":0"})
    with Many() as mine:
        ours = times(mine, OUR_CLUSTERS, rounds)
    say("many: jupyter-cluster-launcher measured")
    with Server(PEER, DASK_LABEXTENSION__FACTORY__KWARGS=kwargs) as peer:
        crowd(peer)
        theirs = times(peer, "dask/clusters", rounds)
    rows = [
        ["jupyter-cluster-launcher (10 workers and 30 plots each)", spread(ours, 1, "")],
        ["dask-labextension (no workers)", spread(theirs, 1, "")],
        ["**ours / theirs**", f"{median(ours) / median(theirs):.2f}"],
    ]
    head = ["server with 100 clusters", "GET of the list, ms"]
    return Result(table(head, rows), [Goal("list of 100 clusters", median(ours), MOST, " ms")])
