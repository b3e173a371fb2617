"""SubprocessCluster: a real scheduler in another process of this computer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cloud import ended, until
from fakes import write_platform
from notebooks import run
from processes import group

from api import Api

FILE: dict[str, Any] = {
    "title": "Subprocesses",
    "module": "distributed.deploy.subprocess",
    "class": "SubprocessCluster",
    "kwargs": {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"},
    "tls": True,
    "workers": {"keyword": "n_workers", "default": 1, "maximum": 4},
}


@pytest.fixture(autouse=True)
def file(platform_folder: Path) -> None:
    """The platform's file, which says nothing that the launcher could know by itself."""
    write_platform(platform_folder, "subprocesses", **FILE)


def leader(runtime: Path, cluster_id: str) -> int:
    """Return the process number of a cluster's controller."""
    record = runtime / "cluster-launcher" / cluster_id / "cluster.json"
    return int(json.loads(record.read_text())["controller"]["pid"])


@pytest.mark.parametrize("tls", [True, False])
async def test_from_launch_to_nothing_left(api: Api, jp_runtime_dir: Path, tls: bool) -> None:
    """Guards against "'SubprocessScheduler' object has no attribute 'workers'"."""
    cluster = await api.launch(platform="subprocesses", workers=2, tls=tls)
    cluster = await api.ready(cluster["id"], 2)
    assert (cluster["tls"], cluster["cores"], cluster["scalable"]) == (tls, 2, True)
    assert cluster["address"].startswith("tls://" if tls else "tcp://")
    assert run(cluster["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"
    for workers in (3, 1):
        body = {"workers": workers}
        assert (await api.ask("PATCH", "clusters", cluster["id"], body=body))[0] == 202
        await api.ready(cluster["id"], workers)
    controller = leader(jp_runtime_dir, cluster["id"])
    await api.stop(cluster["id"])
    assert group(controller) == []


async def test_a_dashboard_with_tls(
    api: Api, jp_fetch: Any, tls_dashboard: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a dashboard that opens on the scheduler's own network alone."""
    for name, value in tls_dashboard.items():
        monkeypatch.setenv(name, value)
    for platform in ("subprocesses", "local"):
        cluster = await api.launch(platform=platform, workers=1)
        cluster = await api.ready(cluster["id"], 1)
        assert await api.plots(cluster["id"]), platform
        page = await jp_fetch(*cluster["dashboard_url"].strip("/").split("/")[1:])
        assert b"Dask" in page.body, platform
        await api.stop(cluster["id"])


async def test_a_scheduler_that_was_shut_down_ends_the_cluster(
    api: Api, jp_runtime_dir: Path
) -> None:
    """Guards against a green row after ``client.shutdown()`` in a notebook."""
    cluster = await api.launch(platform="subprocesses", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    assert run(cluster["code"]["connect"], "client.shutdown()") == "None"
    closed = await ended(api, cluster["id"])
    assert closed["state"] == "closed"
    assert closed["message"] == "Stopped: the scheduler was shut down."
    await api.stop(cluster["id"])


async def test_idle_and_busy(api: Api) -> None:
    """Guards against a cluster that is closed while it computes, or never."""
    cluster = await api.launch(platform="subprocesses", workers=1, idle_timeout=10)
    cluster = await api.ready(cluster["id"], 1)
    slow = "client.submit(__import__('time').sleep, 14).result()"
    assert run(cluster["code"]["connect"], slow) == "None"
    assert (await api.ask("GET", "clusters", cluster["id"]))[1]["state"] == "running"
    closed = await ended(api, cluster["id"])
    assert closed["message"].startswith("Closed after 10 seconds without work.")
    await api.stop(cluster["id"])


async def test_a_stop_while_it_starts(api: Api, jp_runtime_dir: Path) -> None:
    """Guards against a scheduler that starts after the cluster was stopped."""
    cluster = await api.launch(platform="subprocesses", workers=1)
    cluster_id = cluster["id"]
    await api.until(cluster_id, lambda c: c["message"] == "Creating the cluster")
    controller = leader(jp_runtime_dir, cluster_id)
    await api.stop(cluster_id)
    await until(lambda: group(controller) == [], "nothing is left")
