"""How long the list of 100 clusters takes, from the request to the answer."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from servers import OUR_CLUSTERS, OURS, PEER, Server, median, table

CLUSTERS = 100
ROUNDS = 50
SCRIPT = Path(__file__).with_name("many_server.py")


class Many(Server):
    """A server with our extension and a hundred running clusters."""

    def command(self) -> list[str]:
        """Return the command that starts it."""
        return [sys.executable, str(SCRIPT), *super().command()[1:], str(CLUSTERS)]


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


def measure(rounds: int = ROUNDS) -> str:
    """Fetch the lists of both and return the medians; a cluster of the peer has no worker here."""
    kwargs = json.dumps({"n_workers": 0, "dashboard_address": ":0"})
    with Many(OURS) as mine:
        ours = times(mine, OUR_CLUSTERS, rounds)
    with Server(PEER, DASK_LABEXTENSION__FACTORY__KWARGS=kwargs) as peer:
        crowd(peer)
        theirs = times(peer, "dask/clusters", rounds)
    rows = [
        ["jupyter-cluster-launcher (10 workers and 30 plots each)", f"{median(ours):.1f}"],
        ["dask-labextension (no workers)", f"{median(theirs):.1f}"],
        ["**ours / theirs**", f"{median(ours) / median(theirs):.2f}"],
    ]
    return table(["server with 100 clusters", "GET of the list, ms (goal: under 10)"], rows)


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
