"""Clusters on SLURM and the end of their server, in an orderly way and not."""

from __future__ import annotations

import json
import os
import signal

from real_server import RealServer, wait_until
from real_slurm import RealSlurm
from tallgrass import SMALL


def test_a_killed_server(slurm: RealSlurm, server: RealServer) -> None:
    """Guards SIGKILL of the server: the next one shows the same jobs, and its Stop cancels them."""
    cluster_id = server.launch(platform="tallgrass", workers=1, options=SMALL)
    server.ready(cluster_id, 1)
    jobs = slurm.jobs()
    server.signal(signal.SIGKILL)
    server.start()
    cluster = server.until(cluster_id, lambda c: bool(c["jobs"]) and c["workers"]["ready"] == 1)
    assert [job["id"] for job in cluster["jobs"]] == jobs == slurm.jobs()
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not server.clusters(), "the cluster is gone")
    assert slurm.jobs() == []


def test_a_killed_server_and_a_killed_controller(slurm: RealSlurm, server: RealServer) -> None:
    """Guards the worst: the next server names the jobs that are left, a click cancels them."""
    options = {**SMALL, "job_extra_directives": ["--hold"]}
    cluster_id = server.launch(platform="tallgrass", workers=2, options=options)
    server.until(cluster_id, lambda c: c["workers"]["queued"] == 2)
    record = server.runtime / "cluster-launcher" / cluster_id / "cluster.json"
    server.signal(signal.SIGKILL)
    os.kill(json.loads(record.read_text())["controller"]["pid"], signal.SIGKILL)
    server.start()
    cluster = server.until(cluster_id, lambda c: "in the SLURM queue" in c["message"])
    assert cluster["state"] == "lost"
    assert (
        "2 of its jobs are still in the SLURM queue: Clean up cancels them." in cluster["message"]
    )
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not server.clusters(), "the cluster is gone")
    assert slurm.jobs() == []


def test_an_orderly_stop(slurm: RealSlurm, server: RealServer) -> None:
    """Guards SIGTERM, at which dask-labextension leaves its jobs: none stays, queued or running."""
    options = {**SMALL, "cores": 4}
    cluster_id = server.launch(platform="tallgrass", workers=5, options=options)
    server.until(cluster_id, lambda c: c["workers"]["queued"] == 2)
    server.signal(signal.SIGTERM)
    wait_until(lambda: not slurm.jobs(), "no job is left")
