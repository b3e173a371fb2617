"""What an open sidebar costs: requests while nothing happens, and drawing a hundred clusters."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from many import CLUSTERS, Many, crowd
from servers import OUR_CLUSTERS, OURS, PEER, PEER_CLUSTER, TOKEN, Server, median, table, wait_until

ROUNDS = 3
SECONDS = 180
SCRIPT = Path(__file__).with_name("sidebar.mjs")

# The id of the tab, what a row looks like, the address of the list, and those of all its requests.
SIDEBARS = {
    OURS: (
        "jp-cluster-launcher",
        ".jp-ClusterLauncher-row",
        r"/cluster-launcher/clusters(\?|$)",
        "/cluster-launcher/",
    ),
    PEER: (
        "dask-dashboard-launcher",
        ".dask-ClusterListingItem",
        r"/dask/clusters/?(\?|$)",
        "/dask/",
    ),
}


def browse(server: Server, count: int, seconds: float) -> tuple[float, float]:
    """Return the milliseconds to draw ``count`` rows, and the requests per minute after that."""
    assert server.extension is not None
    tab, rows, address, requests = SIDEBARS[server.extension]
    command = ["node", str(SCRIPT), f"{server.url}lab?token={TOKEN}", tab, rows]
    command += [str(count), address, requests, str(seconds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    seen = json.loads(done.stdout)
    return seen["draw"], seen["sent"] / seconds * 60 if seconds else 0.0


def idle(extension: str, seconds: float) -> float:
    """Return the requests per minute with one cluster that computes nothing."""
    kwargs = json.dumps({"n_workers": 1})
    with Server(extension, DASK_LABEXTENSION__FACTORY__KWARGS=kwargs) as server:
        if extension == PEER:
            server.ask("PUT", PEER_CLUSTER)
        else:
            cluster = server.ask("POST", OUR_CLUSTERS, {"platform": "local", "workers": 1})
            path = f"{OUR_CLUSTERS}/{cluster['id']}"
            wait_until(lambda: server.ask("GET", path)["workers"]["ready"] == 1, 120)
        return browse(server, 1, seconds)[1]


def drawing(extension: str, rounds: int) -> float:
    """Return the milliseconds to draw a hundred clusters, the median of some pages."""
    kwargs = json.dumps({"n_workers": 0, "dashboard_address": ":0"})
    kind = Many if extension == OURS else Server
    with kind(extension, DASK_LABEXTENSION__FACTORY__KWARGS=kwargs) as server:
        if extension == PEER:
            crowd(server)
        return median([browse(server, CLUSTERS, 0)[0] for _ in range(rounds)])


def measure(rounds: int = ROUNDS, seconds: float = SECONDS) -> str:
    """Measure both and return them side by side."""
    measured = {
        "requests a minute, one idle cluster (goal: 2 or fewer)": [
            idle(extension, seconds) for extension in SIDEBARS
        ],
        "ms to draw 100 clusters (goal: under 100)": [
            drawing(extension, rounds) for extension in SIDEBARS
        ],
    }
    rows = [
        [name, f"{ours:.0f}", f"{theirs:.0f}", f"**{ours / theirs:.2f}**"]
        for name, (ours, theirs) in measured.items()
    ]
    return table(["sidebar", "jupyter-cluster-launcher", "dask-labextension", "ratio"], rows)


if __name__ == "__main__":
    print(measure(*map(int, sys.argv[1:])))
