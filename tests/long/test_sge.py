"""A real Grid Engine: a launch with its module, and launches of a batch system without one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from notebooks import run
from real_server import RealServer, wait_until
from real_sge import QUEUE, RealSge, why_not

SMALL = {"memory": "500MB"}
REASON = 'Job was rejected because job requests unknown queue "nosuch.q"'
SITE: dict[str, Any] = {
    "version": 1,
    "title": "Grid Engine",
    "requires": {"modules": ["dask_jobqueue"], "commands": ["qsub", "qstat", "qdel"]},
    "module": "dask_jobqueue",
    "class": "SGECluster",
    "kwargs": {"scheduler_options": {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}},
    "tls": True,
    "workers": {"title": "Jobs", "scale": "jobs", "default": 2, "maximum": 20},
    "options": {
        "cores": {"title": "Cores", "type": "integer", "default": 1},
        "memory": {"title": "Memory", "type": "string", "default": "1GB"},
        "queue": {"title": "Queue", "type": "string", "default": QUEUE},
        "walltime": {"title": "Time limit", "type": "string", "default": "01:00:00"},
    },
}


@pytest.fixture(scope="module")
def sge() -> Iterator[RealSge]:
    """A Grid Engine for this file."""
    missing = why_not()
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    prefix = Path(tempfile.mkdtemp(prefix="sge-", dir="/tmp"))
    try:
        with RealSge(prefix) as one:
            yield one
    finally:
        shutil.rmtree(prefix, ignore_errors=True)


@pytest.fixture
def server(sge: RealSge, tmp_path: Path) -> Iterator[RealServer]:
    """Start a server with a platform that names the module, and one that does not."""
    folder = tmp_path / "jupyter" / "cluster-platforms"
    folder.mkdir(parents=True)
    (folder / "sge.yaml").write_text(yaml.safe_dump({**SITE, "batch": "sge"}))
    (folder / "plain.yaml").write_text(yaml.safe_dump(SITE))
    one = RealServer(tmp_path, "--ClusterLauncher.queue_interval=0.5")
    one.variables.update(sge.variables)
    try:
        yield one.start()
    finally:
        one.stop()


def keys(server: RealServer) -> list[Path]:
    """Return the files with workers' keys, in the notebook's folder and everywhere below."""
    return list(server.folder.rglob(".dask-jobqueue.worker.*"))


def empty(sge: RealSge) -> None:
    """Wait until Grid Engine lists no job."""
    wait_until(lambda: sge.jobs() == "", lambda: f"an empty list, not {sge.jobs()}")


@pytest.mark.parametrize("platform", ["sge", "plain"])
def test_from_launch_to_an_empty_queue(server: RealServer, sge: RealSge, platform: str) -> None:
    """Guards the way of a cluster: computing, more, fewer, logs, stopped, and nothing left."""
    cluster_id = server.launch(platform=platform, workers=1, options=SMALL)
    row = server.ready(cluster_id, 1)
    assert row["tls"]
    assert keys(server)
    assert run(row["code"]["connect"], "client.submit(lambda: 6 * 7).result()") == "42"

    server.ask("PATCH", f"cluster-launcher/clusters/{cluster_id}", {"workers": 2})
    server.ready(cluster_id, 2)
    assert sge.jobs().count(" dask-") == 2
    server.ask("PATCH", f"cluster-launcher/clusters/{cluster_id}", {"workers": 1})
    row = server.ready(cluster_id, 1)
    assert (row["workers"]["failed"], row["message"]) == (0, "")
    if platform == "sge":
        row = server.until(cluster_id, lambda c: c["expires"])
        assert [job["reason"] for job in row["jobs"]] == ["running"]
    _, logs = server.ask("GET", f"cluster-launcher/clusters/{cluster_id}/logs")
    assert "Start worker at" in json.dumps(logs)

    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not server.clusters(), "the row is gone")
    empty(sge)
    assert not keys(server)


@pytest.mark.parametrize("platform", ["sge", "plain"])
def test_jobs_that_are_refused(server: RealServer, sge: RealSge, platform: str) -> None:
    """Guards against a row that stays green, without workers and without a word."""
    options = {**SMALL, "queue": "nosuch.q"}
    request = {"platform": platform, "workers": 2, "options": options}
    status, check = server.ask("POST", "cluster-launcher/check", request)
    assert status == 200
    assert "#$ -q nosuch.q" in check["job_script"]
    assert check["ok"] == (platform == "plain"), "only a module can ask beforehand"

    cluster_id = server.launch(**request)
    row = server.until(cluster_id, lambda c: c["state"] == "failed")
    title = "Grid Engine" if platform == "sge" else "The batch system"
    assert row["message"].startswith(f"{title} rejected the jobs: ")
    assert REASON in row["message"]
    server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")
    assert not keys(server)
    empty(sge)


def test_a_job_that_somebody_deletes(server: RealServer, sge: RealSge) -> None:
    """Guards the reason of a worker that went away: Grid Engine's words and exit code."""
    cluster_id = server.launch(platform="sge", workers=1, options=SMALL)
    row = server.until(cluster_id, lambda c: c["workers"]["ready"] == 1 and c["jobs"])
    job = row["jobs"][0]["id"]
    sge.run("qdel", job).check_returncode()
    row = server.until(cluster_id, lambda c: f"Job {job}: failed" in c["message"])
    assert "exit code 137" in row["message"]
    server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")
    wait_until(lambda: not server.clusters(), "the row is gone")
    empty(sge)


@pytest.mark.parametrize("platform", ["sge", "plain"])
def test_a_controller_that_is_killed(server: RealServer, sge: RealSge, platform: str) -> None:
    """Guards against jobs that nobody cancels, and keys that nobody removes."""
    cluster_id = server.launch(platform=platform, workers=2, options=SMALL)
    server.ready(cluster_id, 2)
    (record,) = server.folder.rglob(f"*{cluster_id}*/cluster.json")
    os.kill(json.loads(record.read_text())["controller"]["pid"], signal.SIGKILL)
    server.until(cluster_id, lambda c: c["state"] == "lost")
    server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")
    wait_until(lambda: not server.clusters(), lambda: f"no row, not {server.clusters()}")
    empty(sge)
    assert not keys(server)
