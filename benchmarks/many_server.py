"""JupyterLab with running clusters; its last argument says how many, and their workers, as JSON.

Running clusters need a controller each. For the list their records are enough: this server gets
them as if it had attached to each.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from jupyterlab.labapp import LabApp

from jupyter_cluster_launcher.clusters.managed_cluster import ManagedCluster
from jupyter_cluster_launcher.models import Cluster, Report, State, Usage
from jupyter_cluster_launcher.server.app import ClusterLauncher

REPORT = Report(
    address="tls://127.0.0.1:40000",
    tls=True,
    dashboard_port=40001,
    usage=Usage(cpu=0.5, memory=2**30, tasks=1000, busy=True),
    plots={f"Plot {i}": f"/individual-plot-{i}" for i in range(30)},
)


def a_cluster(number: int, workers: int) -> Cluster:
    """Return the record of a running cluster with so many workers."""
    return Cluster(
        id=f"{number:012x}",
        name=f"This computer {number}",
        platform="local",
        platform_title="This computer",
        kernel_name="python3",
        cwd=None,
        create="cluster = LocalCluster()\n" * 10,
        requested=workers,
        state=State.RUNNING,
        report=replace(REPORT, ready=workers, cores=workers, memory=workers * 2**30),
    )


def main() -> None:
    """Serve until a signal ends it."""
    count, workers = json.loads(sys.argv.pop())
    attach = ClusterLauncher._start_jupyter_server_extension

    async def attached(launcher: ClusterLauncher, serverapp: Any) -> None:
        await attach(launcher, serverapp)
        manager = launcher.load().manager
        for number in range(count):
            cluster = a_cluster(number, workers)
            managed = ManagedCluster(cluster, manager.services, lambda *_: None)
            manager._clusters[cluster.id] = managed

    with patch.object(ClusterLauncher, "_start_jupyter_server_extension", attached):
        LabApp.launch_instance()


if __name__ == "__main__":
    main()
