"""A system without what only Linux has: process descriptors, and the id of its boot."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import a_cluster
from observed_server import ObservedServer
from real_server import wait_until

from jupyter_cluster_launcher.clusters.saved.store import Store
from jupyter_cluster_launcher.controller.host import host
from jupyter_cluster_launcher.models import ControllerRef, State

RUNNER = """
import os, runpy, sys
from pathlib import Path
from jupyter_cluster_launcher.controller import boot
del os.pidfd_open, os.sched_getaffinity
boot.BOOT_ID = Path("/no/such/file")
assert boot.boot_id() == ""
del sys.argv[1]  # -m
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObservedServer]:
    """A server, not started, in a process where Linux is not recognized."""
    found = ObservedServer(tmp_path)
    (tmp_path / "runner.py").write_text(RUNNER)
    found.python = [sys.executable, str(tmp_path / "runner.py")]
    yield found
    found.stop()


def test_from_launch_to_stop(server: ObservedServer) -> None:
    """Guards against clusters that cannot be stopped, or are not found again after a crash."""
    server.start()
    cluster = server.launch(platform="local", workers=1, keep_running=True)
    server.ready(cluster, 1)
    record = server.runtime / "cluster-launcher" / cluster / "cluster.json"
    assert json.loads(record.read_text())["controller"]["boot_id"] == ""
    subprocess.run(["kill", "-9", str(server.pid)], check=True)
    wait_until(server.ended, "the end of the server")
    server.start()
    server.ready(cluster, 1)
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
    wait_until(lambda: server.clusters() == [], "the row gone")
    server.nothing_left(90)


def test_a_number_that_another_program_has_by_now(server: ObservedServer) -> None:
    """Guards unrelated programs against records of controllers that ended before a restart."""
    store = Store(server.runtime / "cluster-launcher")
    with subprocess.Popen(["sleep", "600"], start_new_session=True) as foreign:
        try:
            for state in (State.STARTING, State.RUNNING, State.CLOSING):
                ref = ControllerRef(f"/run/{state}.json", "/tmp/none", foreign.pid, host(), "")
                one = a_cluster(id=state.value, state=state, controller=ref)
                store.save(replace(one, name=state.value))
            server.start()
            states = {"starting": "failed", "running": "lost"}
            wait_until(
                lambda: {one["id"]: one["state"] for one in server.clusters()} == states,
                lambda: f"{server.clusters()}",
            )
            for key in states:
                assert server.ask("DELETE", f"cluster-launcher/clusters/{key}")[0] == 204
            wait_until(lambda: server.clusters() == [], "no row")
            assert foreign.poll() is None
        finally:
            foreign.kill()
