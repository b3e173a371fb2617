"""Who can reach a cluster on a real SLURM, and how: listening sockets, the dashboard's way."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from real_server import RealServer, wait_until
from real_slurm import RealSlurm
from tallgrass import SMALL, Tallgrass

from api import Api
from jupyter_cluster_launcher.backends.batch.jobs import job_name
from jupyter_cluster_launcher.controller.host import interfaces

TITLE = "<title>Dask Diagnostic UI</title>"


def listening(processes: list[psutil.Process]) -> Iterator[tuple[str, int]]:
    """Yield the addresses on which processes listen."""
    for process in processes:
        for one in process.net_connections("inet"):
            if one.status == psutil.CONN_LISTEN:
                yield one.laddr.ip, one.laddr.port


def processes_of_jobs(name: str) -> list[psutil.Process]:
    """Return the processes of the jobs of this name."""
    return [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get("SLURM_JOB_NAME") == name
    ]


async def test_nothing_listens_for_everybody(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, jp_runtime_dir: Path
) -> None:
    """Guards the scheduler, which is for the nodes, and dashboards, which have no encryption.

    Workers open one on all addresses of their node unless an address is set.
    """
    name = next((one for one in interfaces() if one != "lo"), "lo")
    address = interfaces()[name]
    cluster = await tallgrass.launch(workers=2, interface=name)
    cluster = await api.ready(cluster["id"], 2)
    record = Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"] / "cluster.json"
    controller = psutil.Process(json.loads(record.read_text())["controller"]["pid"])
    scheduler = urlsplit(cluster["address"])

    assert scheduler.hostname == address
    here = list(listening([controller, *controller.children(recursive=True)]))
    assert (address, scheduler.port) in here
    assert "/proxy/" not in cluster["dashboard_url"]
    nodes = list(listening(processes_of_jobs(job_name(cluster["id"]))))
    assert nodes
    assert {ip for ip, _ in here + nodes} == {address, "127.0.0.1"}
    # On loopback there is the HTTP server of each worker, without a page.
    pages = [port for ip, port in nodes if ip == "127.0.0.1"]
    assert len(pages) == 2
    for port in pages:
        for path in ("status", "metrics", "info/main/workers.html", "health"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=60)
    await api.stop(cluster["id"])


def test_the_dashboard_is_reached_through_the_server(slurm: RealSlurm, server: RealServer) -> None:
    """Guards the one way to it: below the server's address, with the server's token."""
    cluster_id = server.launch(platform="tallgrass", workers=1, options=SMALL)
    cluster = server.ready(cluster_id, 1)
    url = f"http://127.0.0.1:{server.port}{cluster['dashboard_url']}"
    request = urllib.request.Request(url, headers={"Authorization": f"token {server.token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        page = answer.read().decode()
    assert TITLE in page
    with urllib.request.urlopen(url, timeout=60) as answer:
        assert TITLE not in answer.read().decode()  # it asks for a login instead
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not server.clusters(), "the cluster is gone")
