"""Clusters outlive the Jupyter server: stopped, killed, and started again, for real."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from real_server import RealServer, wait_until

# A notebook's client that works on while the server comes and goes.
NOTEBOOK = """
import sys
exec(sys.argv[1])
for line in sys.stdin:
    print(client.submit(lambda x: x + 1, int(line), pure=False).result(timeout=20), flush=True)
print(client.status, flush=True)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    server = RealServer(tmp_path)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def notebook() -> Iterator[list[subprocess.Popen[str]]]:
    opened: list[subprocess.Popen[str]] = []
    yield opened
    for process in opened:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def ask(process: subprocess.Popen[str], number: int) -> int:
    """Let the notebook compute on the cluster."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{number}\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def last_word(process: subprocess.Popen[str]) -> str:
    """Return how the notebook's client sees the cluster after all that."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.close()
    return process.stdout.readline().strip()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_cluster_that_keeps_running_outlives_the_server(
    server: RealServer, notebook: list[subprocess.Popen[str]], how: signal.Signals
) -> None:
    """An orphaned kernel, a deleted connection file or a repeated launch would show here."""
    cluster = server.launch(platform="local", workers=2, keep_running=True, name="Long job")
    before = server.ready(cluster, 2)
    notebook.append(
        subprocess.Popen(
            [sys.executable, "-c", NOTEBOOK, before["code"]["connect"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    )
    assert ask(notebook[0], 1) == 2

    server.signal(how)
    assert ask(notebook[0], 2) == 3
    server.start()
    after = server.ready(cluster, 2)
    assert (after["name"], after["address"]) == ("Long job", before["address"])
    assert after["code"] == before["code"]

    status, _ = server.ask("PATCH", f"cluster-launcher/clusters/{cluster}", {"workers": 3})
    assert status == 202
    server.ready(cluster, 3)
    assert ask(notebook[0], 3) == 4
    assert last_word(notebook[0]) == "running"
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
    wait_until(lambda: server.clusters() == [], "the cluster gone")


def test_an_orderly_stop_closes_the_others(server: RealServer) -> None:
    """Without "keep running" nothing may be left: a forgotten cluster costs money."""
    cluster = server.launch(platform="local", workers=1)
    server.ready(cluster, 1)
    directory = server.runtime / "cluster-launcher" / cluster
    sockets = Path(_record(directory)["controller"]["socket_dir"])
    pid = _record(directory)["controller"]["pid"]
    server.signal(signal.SIGTERM)
    assert not directory.exists()
    assert not sockets.exists()
    wait_until(lambda: not _group(pid), "no process of the cluster left")
    server.start()
    assert server.clusters() == []


def test_a_controller_that_was_killed_is_lost_and_can_be_cleared_away(server: RealServer) -> None:
    """A dead cluster must not be shown as running, nor leave workers behind."""
    cluster = server.launch(platform="local", workers=1)
    server.ready(cluster, 1)
    directory = server.runtime / "cluster-launcher" / cluster
    pid = _record(directory)["controller"]["pid"]
    os.kill(pid, signal.SIGKILL)
    lost = server.until(cluster, lambda c: c["state"] == "lost")
    assert lost["message"]
    assert lost["code"]["connect"] is None
    assert lost["workers"]["ready"] == 0
    server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")
    wait_until(lambda: server.clusters() == [], "the row gone")
    assert not directory.exists()
    assert not _group(pid)


def test_a_launch_that_the_server_did_not_live_to_finish_is_closed(server: RealServer) -> None:
    """Half a launch must not be shown as starting for ever, nor run on unseen."""
    cluster = server.launch(platform="local", workers=1)
    directory = server.runtime / "cluster-launcher" / cluster
    wait_until(lambda: _record(directory).get("controller"), "a controller")
    server.signal(signal.SIGKILL)
    pid = _record(directory)["controller"]["pid"]
    server.start()
    failed = server.until(cluster, lambda c: c["state"] == "failed")
    assert "Launch it again" in failed["message"]
    wait_until(lambda: not _group(pid), "no process of the launch left")
    server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")
    wait_until(lambda: server.clusters() == [], "the row gone")
    assert not directory.exists()


def test_a_controller_that_no_record_knows_is_ended(server: RealServer) -> None:
    """Guards against a kernel that was started just now and runs on for ever, without a record."""
    cluster = server.launch(platform="local", workers=1)
    directory = server.runtime / "cluster-launcher" / cluster
    wait_until(lambda: _record(directory).get("controller"), "a controller")
    server.signal(signal.SIGKILL)
    record = _record(directory)
    pid, sockets = record["controller"]["pid"], Path(record["controller"]["socket_dir"])
    assert _group(pid)
    (directory / "cluster.json").write_text(json.dumps({**record, "controller": None}))
    server.start()
    server.until(cluster, lambda c: c["state"] == "failed")
    wait_until(lambda: not _group(pid), "no process of the launch left")
    assert not sockets.exists()
    server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")
    wait_until(lambda: server.clusters() == [], "the row gone")
    assert not directory.exists()


def test_a_controller_that_answers_late_is_attached_to(tmp_path: Path) -> None:
    """Guards against a cluster that stays lost because its host was busy at the server's start."""
    server = RealServer(tmp_path, "--ClusterLauncher.start_timeout=20")
    try:
        server.start()
        cluster = server.launch(platform="local", workers=0, keep_running=True)
        server.ready(cluster, 0)
        pid = _record(server.runtime / "cluster-launcher" / cluster)["controller"]["pid"]
        os.kill(pid, signal.SIGSTOP)
        server.signal(signal.SIGKILL)
        server.arguments = ("--ClusterLauncher.start_timeout=2",)
        server.start()
        assert server.until(cluster, lambda c: c["state"] == "lost")["message"]
        os.kill(pid, signal.SIGCONT)
        server.ready(cluster, 0)
        server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")
        wait_until(lambda: server.clusters() == [], "the row gone")
    finally:
        server.stop()


def test_a_controller_whose_connection_file_was_deleted(server: RealServer) -> None:
    """Guards against the end of a kernel that is told and did not happen."""
    cluster = server.launch(platform="local", workers=0, keep_running=True)
    server.ready(cluster, 0)
    directory = server.runtime / "cluster-launcher" / cluster
    controller = _record(directory)["controller"]
    server.signal(signal.SIGKILL)
    Path(controller["connection_file"]).unlink()
    server.start()
    lost = server.until(cluster, lambda c: c["state"] == "lost")
    assert lost["message"].startswith("Its connection file cannot be read: No such file")
    assert "Its kernel still runs" in lost["message"]
    assert _group(controller["pid"])
    server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")
    wait_until(lambda: server.clusters() == [], "the row gone")
    wait_until(lambda: not _group(controller["pid"]), "no process left")


def _record(directory: Path) -> dict[str, Any]:
    return dict(json.loads((directory / "cluster.json").read_text()))


def _group(pid: int) -> list[str]:
    """Return the processes of a process group."""
    living = (p for p in psutil.process_iter(["pid", "status", "cmdline"]))
    return [str(p.info) for p in living if _in_group(p, pid)]


def _in_group(process: psutil.Process, group: int) -> bool:
    try:
        return os.getpgid(process.pid) == group and process.info["status"] != "zombie"
    except ProcessLookupError:
        return False
