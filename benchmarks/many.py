"""How long the list of 100 clusters takes, from the request to the answer."""

from __future__ import annotations

import json
import sys
import time

from servers import OUR_CLUSTERS, OURS, PEER, Server, median, table

CLUSTERS = 100
ROUNDS = 50

# A hundred running clusters need a hundred controllers. For the list their records are enough: this
# server is given them as if it had attached to each.
MANY = """
import sys
from jupyter_cluster_launcher.app import ClusterLauncher
from jupyter_cluster_launcher.life import Life
from jupyter_cluster_launcher.models import Cluster, Report, State
from jupyterlab.labapp import LabApp

count = int(sys.argv.pop())
attach = ClusterLauncher._start_jupyter_server_extension

async def attached(self, serverapp):
    await attach(self, serverapp)
    report = Report(
        address="tls://127.0.0.1:40000", ready=10, cores=10, memory=10 * 2**30, tls=True,
        dashboard_port=40001, usage={"cpu": 0.5, "memory": 2**30, "tasks": 1000, "busy": True},
        plots={f"Plot {i}": f"/individual-plot-{i}" for i in range(30)},
    )
    for number in range(count):
        cluster = Cluster(
            id=f"{number:012x}", name=f"This computer {number}", platform="local",
            platform_title="This computer", kernel_name="python3", cwd=None, requested=10,
            create="cluster = LocalCluster()\\n" * 10, state=State.RUNNING, report=report,
        )
        self.manager._lives[cluster.id] = Life(cluster, self.manager.house, lambda *_: None)

ClusterLauncher._start_jupyter_server_extension = attached
LabApp.launch_instance()
"""


class Many(Server):
    """A server of ours with a hundred running clusters."""

    def command(self) -> list[str]:
        """Return how it is started."""
        return [sys.executable, "-c", MANY, *super().command()[1:], str(CLUSTERS)]


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
    """Ask both for their lists and return the medians; a cluster of the peer has no worker here."""
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
