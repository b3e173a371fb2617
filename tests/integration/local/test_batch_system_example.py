"""The example distribution with a batch system, installed by pip and used through a real server.

Its commands are the batch system: no other is needed on the host.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from notebooks import run
from real_server import RealServer, wait_until
from terminal import Terminal

EXAMPLE = Path(__file__).parent.parent.parent.parent / "examples" / "batch-system"
SMALL = {"memory": "500MB"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which pip has installed the example, without the network."""
    target = tmp_path_factory.mktemp("installed")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target"]
    command += [str(target), str(EXAMPLE)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return target


class Site:
    """The batch system's commands, as a user types them."""

    def __init__(self, folder: Path, slots: int) -> None:
        folder.mkdir()
        self.folder = folder
        self.slots(slots)

    def slots(self, number: int) -> None:
        """Let this many jobs run at a time."""
        (self.folder / "slots.new").write_text(str(number))
        (self.folder / "slots.new").rename(self.folder / "slots")

    def says(self, command: str, *words: str) -> list[dict[str, Any]]:
        """Return the jobs that a command prints."""
        done = subprocess.run([command, *words], capture_output=True, text=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def site(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """Make the example visible to everything that is started, with room for one job."""
    monkeypatch.setenv("PATH", f"{installed}/bin", prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", str(installed), prepend=os.pathsep)
    monkeypatch.setenv("EXAMPLE_BATCH_SYSTEM", str(tmp_path / "batch"))
    return Site(tmp_path / "batch", slots=1)


@pytest.fixture
def server(site: Site, installed: Path, tmp_path: Path) -> Iterator[RealServer]:
    """Start a server whose platform files are those that the example brings."""
    (tmp_path / "jupyter").symlink_to(installed / "share" / "jupyter")
    server = RealServer(tmp_path, "--ClusterLauncher.queue_interval=0.5")
    try:
        yield server.start()
    finally:
        server.stop()


def test_from_launch_to_an_empty_list(server: RealServer, site: Site) -> None:
    """Guards the way of a third batch system: queued, computing, fewer, one that ends, stopped."""
    cluster_id = server.launch(platform="example", workers=2, options=SMALL)
    row = server.until(cluster_id, lambda c: c["queue"] and c["workers"]["ready"] == 1)
    assert row["queue"] == "1 queued (Slots)"
    assert [job["state"] for job in row["jobs"]] == ["RUNNING", "QUEUED"]

    site.slots(2)
    row = server.ready(cluster_id, 2)
    assert row["tls"]
    assert run(row["code"]["connect"], "client.submit(lambda: 6 * 7).result()") == "42"
    row = server.until(cluster_id, lambda c: not c["queue"])
    assert row["expires"] > row["created"]
    _, logs = server.ask("GET", f"cluster-launcher/clusters/{cluster_id}/logs")
    assert "Start worker at" in json.dumps(logs)

    server.ask("PATCH", f"cluster-launcher/clusters/{cluster_id}", {"workers": 1})
    wait_until(lambda: len(site.says("example-list")) == 1, "one job is left")
    row = server.ready(cluster_id, 1)
    assert (row["workers"]["failed"], row["message"]) == (0, "")

    (job,) = site.says("example-list", f"dask-{cluster_id}")
    site.says("example-delete", job["id"])
    row = server.until(cluster_id, lambda c: "DELETED" in c["message"])
    assert row["message"].startswith(f"Job {job['id']}: DELETED, exit code ")
    server.ask("PATCH", f"cluster-launcher/clusters/{cluster_id}", {"workers": 2})
    server.ready(cluster_id, 2)

    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not server.clusters(), "the row is gone")
    assert site.says("example-list") == []
    assert len(site.says("example-account", f"dask-{cluster_id}")) == 4


def test_an_unknown_queue(server: RealServer, site: Site) -> None:
    """Guards the example's own words, in the verdict before a launch and in the failed row."""
    request = {"platform": "example", "workers": 2, "options": {**SMALL, "queue": "nosuch"}}
    reason = "There is no queue 'nosuch'; there are: main, night."
    status, check = server.ask("POST", "cluster-launcher/check", request)
    assert (status, check["ok"]) == (200, False)
    assert check["verdict"] == f"Example would reject the job: {reason}"
    assert "#EXAMPLE --queue=nosuch" in check["job_script"]

    cluster_id = server.launch(**request)
    row = server.until(cluster_id, lambda c: c["state"] == "failed")
    assert row["message"] == f"Example rejected the jobs: {reason}"
    assert site.says("example-list") == []


def test_the_platform_is_listed(
    site: Site,
    installed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Guards the platform file in the wheel: an administrator sees it, and that it can work."""
    terminal = Terminal(tmp_path, monkeypatch, capsys)
    listed = terminal.says("platforms", "--json", JUPYTER_PATH=f"{installed}/share/jupyter")
    (example,) = [one for one in json.loads(listed)["platforms"] if one["name"] == "example"]
    assert example["reason"] is None
    path = terminal.says("platforms", JUPYTER_PATH=f"{installed}/share/jupyter")
    assert f"{installed}/share/jupyter/cluster-platforms/example.yaml" in path


def test_the_server_does_not_import_dask(site: Site) -> None:
    """Guards the server, which loads the entry point: Dask may not even be installed there."""
    code = (
        "import sys\nfrom jupyter_cluster_launcher.backends.batch.system import batch_system\n"
        "print(batch_system('example').TITLE, {'dask', 'dask_jobqueue'} & {*sys.modules})"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "Example set()\n"
