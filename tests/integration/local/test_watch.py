"""The watch over a controller, from start to end: what ends without a server, and what does not."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_server import RealServer, wait_until

from jupyter_cluster_launcher.controller.host import group_runs, leader

ORPHANED = 8  # seconds

# A platform whose create code takes as long as a file is there.
SLOW = """
version: 1
title: Slow
requires: {{modules: [distributed]}}
module: slow_site
function: create
returns: [cluster, client]
sys_path: {folder}
kwargs: {{}}
workers: {{title: Workers, keyword: n_workers, default: 1, minimum: 0, maximum: 4}}
options: {{}}
"""
SLOW_MODULE = """
import os, subprocess, time

def create(n_workers):
    subprocess.Popen(["sleep", "3600"])
    while True:
        time.sleep(0.05)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    """A server whose clusters do not outlive it for long."""
    hours = ORPHANED / 3600
    running = RealServer(tmp_path, f"--ClusterLauncher.orphan_hours={hours}").start()
    yield running
    running.stop()


def directory(server: RealServer, cluster_id: str) -> Path:
    """Return the directory of a cluster."""
    return server.runtime / "cluster-launcher" / cluster_id


def group(server: RealServer, cluster_id: str) -> int:
    """Return the process group of a cluster's controller and workers."""
    record = json.loads((directory(server, cluster_id) / "cluster.json").read_text())
    return int(record["controller"]["pid"])


def sockets(server: RealServer, cluster_id: str) -> Path:
    """Return the directory of the sockets of a cluster's controller."""
    how = json.loads((directory(server, cluster_id) / "connection.json").read_text())
    folder = Path(how["ip"]).parent
    assert folder.exists()
    return folder


def ended(pid: int, folder: Path) -> None:
    """Wait until no process of a group is left, nor the folder of its sockets."""
    wait_until(lambda: not group_runs(pid), "the end of the cluster's processes", 90)
    wait_until(lambda: not folder.exists(), "the end of its sockets")


@pytest.fixture
def slow(server: RealServer) -> RealServer:
    """A server that has the slow platform, too."""
    folder = server.folder / "slow"
    folder.mkdir()
    (folder / "slow_site.py").write_text(SLOW_MODULE)
    link = server.folder / "jupyter" / "cluster-platforms"
    shipped = link.resolve()
    link.unlink()
    shutil.copytree(shipped, link)
    (link / "slow.yaml").write_text(SLOW.format(folder=folder))
    return server


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_a_server_that_ends_during_a_launch(slow: RealServer, how: signal.Signals) -> None:
    """Guards against a controller that creates for ever without a server; not while one is there.

    The kernel is busy all the time, so that no call arrives.
    """
    cluster_id = slow.launch(platform="slow", workers=1, keep_running=True)
    slow.until(cluster_id, lambda c: c["message"] == "Creating the cluster")
    pid = group(slow, cluster_id)
    began = os.stat(directory(slow, cluster_id) / "owner.json").st_mtime
    now = directory(slow, cluster_id) / "now"

    def past() -> bool:
        now.touch()
        return now.stat().st_mtime > began + 2.5 * ORPHANED

    wait_until(past, "more than twice the time")
    assert group_runs(pid), "a server was there"
    folder = sockets(slow, cluster_id)
    slow.signal(how)
    ended(pid, folder)
    words = json.loads((directory(slow, cluster_id) / "ended.json").read_text())
    assert words["ended"] == "Stopped: no contact with a Jupyter server for 8 seconds."


def test_a_server_that_is_killed_while_a_kernel_starts(server: RealServer) -> None:
    """Guards against a kernel that is known to nobody, because no server has called it yet."""
    cluster_id = server.launch(platform="local", workers=1)
    connection = str(directory(server, cluster_id) / "connection.json")
    wait_until(lambda: leader(connection) is not None, "the kernel's process", 90)
    server.signal(signal.SIGKILL)
    pid = leader(connection)
    assert pid is not None
    assert not (directory(server, cluster_id) / "key.pem").exists(), "no cluster yet"
    ended(pid, sockets(server, cluster_id))
    words = json.loads((directory(server, cluster_id) / "ended.json").read_text())
    assert words["ended"] == "Stopped: no contact with a Jupyter server for 8 seconds."


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_a_server_that_ends_right_after_a_stop(server: RealServer, how: signal.Signals) -> None:
    """Guards against workers that stay for ever because their server died while stopping them."""
    cluster_id = server.launch(platform="local", workers=1, keep_running=True)
    server.ready(cluster_id, 1)
    pid, server_pid = group(server, cluster_id), server.pid
    folder = sockets(server, cluster_id)
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] in (202, 204)
    os.kill(server_pid, how)
    ended(pid, folder)
