"""A whole run with jobs, and a look at all places where a secret may turn up."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from real_server import RealServer, wait_until
from real_slurm import RealSlurm
from spying import files, leaks, spying, subscribed
from tallgrass import SMALL

HIDDEN = {name: secrets.token_hex(16) for name in ("AWS_SECRET_ACCESS_KEY", "MY_PASSWORD")}
WORD = f"unpublished{secrets.token_hex(8)}"


def test_a_run_with_jobs(tmp_path: Path, slurm: RealSlurm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards keys, tokens and variables: in job scripts, logs, arguments and traffic."""
    for name, value in HIDDEN.items():
        monkeypatch.setenv(name, value)
    server = RealServer(tmp_path, "--ClusterLauncher.queue_interval=0.5", token=secrets.token_hex())
    with spying() as seen:
        try:
            server.start()
            with subscribed(server):
                launch = {"platform": "tallgrass", "workers": 1, "options": SMALL}
                assert server.ask("POST", "cluster-launcher/check", launch)[0] == 200
                cluster_id = server.launch(**launch)
                cluster = server.ready(cluster_id, 1)
                work = f"assert len(client.submit(lambda: '{WORD}' * 1000).result()) > 1000"
                code = f"{cluster['code']['connect']}\n{work}"
                subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
                path = f"cluster-launcher/clusters/{cluster_id}"
                assert server.ask("GET", f"{path}/logs")[0] == 200
                directory = server.runtime / "cluster-launcher" / cluster_id
                key = (directory / "key.pem").read_text().splitlines()[3]
                found = dict(files(tmp_path))
                assert server.ask("DELETE", path)[0] == 204
                wait_until(lambda: not server.clusters(), "the cluster is gone")
            found |= dict(files(tmp_path))
        finally:
            server.stop()
    traffic = seen.apart_from(server.port)
    assert WORD.encode() not in traffic, "between notebook, scheduler and workers"
    # SLURM itself sends the environment of jobs to its daemons.
    assert key.encode() not in traffic
    assert server.token.encode() not in traffic
    assert leaks(seen, server, {**HIDDEN, "token": server.token, "key": key}, found) == set()
