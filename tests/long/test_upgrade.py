"""A cluster that one version of the package started, and a server with another one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from notebooks import run
from processes import group
from real_server import RealServer, wait_until

from jupyter_cluster_launcher.controller.host import group_runs

ROOT = Path(__file__).parent.parent.parent
# Before servers owned clusters by a lock and controllers were watched from their start.
BEFORE = "1e6f59b141de7f9eedbf4f5655c103790d182deb"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which the wheel of an earlier commit is installed."""
    folder = tmp_path_factory.mktemp("old")
    archive = folder / "source.tar"
    known = subprocess.run(
        ["git", "archive", "--output", archive, BEFORE], cwd=ROOT, capture_output=True, check=False
    )
    if known.returncode:
        pytest.skip("This checkout does not have the earlier commit: git fetch --unshallow")
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "source", filter="data")
    wheel = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder)]
    env = {**os.environ, "SKIP_JUPYTER_BUILDER": "1"}
    subprocess.run(wheel, cwd=folder / "source", env=env, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    library = folder / "lib"
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", str(library)]
    subprocess.run([*pip, str(built)], check=True, capture_output=True)
    return library


class Versions:
    """A server that can be started with either version on one runtime directory."""

    def __init__(self, folder: Path, old: Path) -> None:
        self.server = RealServer(folder)
        self._old = old
        self._platforms = folder / "jupyter" / "cluster-platforms"
        self._new = self._platforms.resolve()

    def start(self, old: bool) -> RealServer:
        """Start the server with the earlier version, or with this one."""
        first = str(self._old) if old else str(ROOT)
        self.server.variables["PYTHONPATH"] = first
        self._platforms.unlink()
        share = self._old / "share/jupyter/cluster-platforms"
        self._platforms.symlink_to(share if old else self._new)
        return self.server.start()

    def end(self) -> None:
        """End the server as a crash does."""
        pid = self.server.pid
        os.kill(pid, 9)
        wait_until(lambda: not Path(f"/proc/{pid}").exists(), "the end of the server")


@pytest.fixture
def versions(tmp_path: Path, old: Path) -> Iterator[Versions]:
    both = Versions(tmp_path, old)
    yield both
    both.server.stop()


def pid_of(server: RealServer, cluster_id: str) -> int:
    """Return the process of a cluster's controller."""
    record = server.runtime / "cluster-launcher" / cluster_id / "cluster.json"
    return int(json.loads(record.read_text())["controller"]["pid"])


@pytest.mark.timeout(900)
def test_a_new_server_goes_on_with_an_old_cluster(versions: Versions) -> None:
    """Guards against an upgrade that costs a user the cluster with the work in it."""
    server = versions.start(old=True)
    cluster = server.launch(platform="local", workers=1, keep_running=True, name="Tides")
    server.ready(cluster, 1)
    pid = pid_of(server, cluster)
    lock = server.runtime / "cluster-launcher" / cluster / "owner.json"
    assert not lock.exists(), "it is the earlier version that runs"
    versions.end()
    versions.start(old=False)
    seen = server.ready(cluster, 1)
    assert lock.exists()
    assert seen["name"] == "Tides"
    assert seen["message"] == ""
    path = f"cluster-launcher/clusters/{cluster}"
    assert server.ask("PATCH", path, {"workers": 2})[0] == 202
    server.ready(cluster, 2)
    assert server.ask("GET", f"{path}/logs")[1]["scheduler"]
    assert server.ask("PATCH", path, {"idle_timeout": 3600})[0] == 202
    assert server.ask("DELETE", path)[0] == 204
    wait_until(lambda: server.clusters() == [], "the row gone")
    wait_until(lambda: group(pid) == [], "no process left")


@pytest.mark.timeout(900)
def test_an_old_server_says_what_is_wrong_with_a_new_cluster(versions: Versions) -> None:
    """Guards against a downgrade after which a cluster runs on unseen."""
    server = versions.start(old=False)
    cluster = server.launch(platform="local", workers=1, keep_running=True, name="Tides")
    server.ready(cluster, 1)
    pid = pid_of(server, cluster)
    versions.end()
    versions.start(old=True)
    seen = server.until(cluster, lambda c: c["state"] != "starting")
    assert group_runs(pid)
    # Either it can be used, or its row is a sentence about what is wrong. Nothing between them.
    if seen["state"] == "running":
        seen = server.ready(cluster, 1)
        assert run(seen["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"
        (seen,) = server.clusters()
        assert (seen["state"], seen["message"], seen["warnings"]) == ("running", "", [])
    else:
        assert seen["state"] in ("lost", "failed")
        assert re.fullmatch(r"[A-Z].* .*\.", seen["message"]), seen["message"]
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
    wait_until(lambda: server.clusters() == [], "the row gone")
    wait_until(lambda: group(pid) == [], "no process left")
