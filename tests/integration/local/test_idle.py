"""Clusters that end by themselves: when nothing is computed, and when no server is there any more.

The idle time of the tests is the shortest that users can set: ten seconds.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from real_server import RealServer, wait_until

from api import Api
from jupyter_cluster_launcher.controller.host import group_runs

IDLE = 10  # seconds
ORPHANED = 6  # seconds
COMPUTE = """
import os, sys, time

def compute(path):
    while os.path.exists(path):
        time.sleep(0.05)

client.submit(compute, sys.argv[1]).result()
client.close()
"""


@asynccontextmanager
async def computing(cluster: dict[str, Any], folder: Path) -> AsyncIterator[None]:
    """Keep a cluster computing."""
    flag = folder / "computing"
    flag.touch()
    code = cluster["code"]["connect"] + COMPUTE
    notebook = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(flag))
    try:
        yield
    finally:
        flag.unlink()
        assert await notebook.wait() == 0


def closes_at(cluster: dict[str, Any]) -> datetime | None:
    """Return when a cluster will shut down, by its row."""
    when = cluster["idle"]["closes_at"]
    return datetime.fromisoformat(when) if when else None


def past(when: datetime) -> bool:
    """Return whether a time has gone by."""
    return datetime.now(timezone.utc) > when


def group(runtime: Path, cluster_id: str) -> int:
    """Return the process group of a cluster's controller and workers."""
    record = json.loads((runtime / "cluster-launcher" / cluster_id / "cluster.json").read_text())
    return int(record["controller"]["pid"])


async def test_an_idle_cluster_closes_and_says_so(
    api: Api, jp_runtime_dir: Path, tmp_path: Path
) -> None:
    """Guards against a cluster that closes under a computation, or that idles for ever."""
    cluster = await api.launch(platform="local", workers=1, idle_timeout=600)
    cluster = await api.ready(cluster["id"], 1)
    await api.until(cluster["id"], lambda c: closes_at(c) is not None)

    async with computing(cluster, tmp_path):
        await api.until(cluster["id"], lambda c: closes_at(c) is None)
        # Shorter only now: it takes a while until a notebook on a busy computer computes.
        change = {"idle_timeout": IDLE}
        assert (await api.ask("PATCH", "clusters", cluster["id"], body=change))[0] == 202
        # Well beyond the time at which it would close if it did not compute.
        beyond = datetime.now(timezone.utc) + timedelta(seconds=IDLE + 3)
        still = await api.until(cluster["id"], lambda _: past(beyond))
        assert (still["state"], closes_at(still)) == ("running", None)
        assert still["idle"]["timeout"] == IDLE

    idle = await api.until(cluster["id"], lambda c: closes_at(c) is not None)
    later = closes_at(idle)
    assert later is not None
    assert later > beyond
    status, _ = await api.ask("PATCH", "clusters", cluster["id"], body={"keep": True})
    assert status == 202
    kept = await api.until(cluster["id"], lambda c: (closes_at(c) or later) > later)

    pid = group(Path(jp_runtime_dir), cluster["id"])
    closed = await api.until(cluster["id"], lambda c: c["state"] == "closed")
    assert past(closes_at(kept) or later)
    assert closed["message"] == "Stopped after 10 seconds without work."
    assert closed["workers"]["ready"] == 0
    assert closed["usage"] is None
    assert closed["code"]["connect"] is None
    assert closes_at(closed) is None
    assert not group_runs(pid)
    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"keep": True}))[0] == 409
    await api.stop(cluster["id"])


async def test_short_tasks_are_work(api: Api) -> None:
    """Guards against closing under a notebook whose tasks are over between two polls."""
    cluster = await api.launch(platform="local", workers=1, idle_timeout=600)
    cluster = await api.ready(cluster["id"], 1)
    idle = await api.until(cluster["id"], lambda c: closes_at(c) is not None)
    before = closes_at(idle)
    assert before is not None
    code = f"{cluster['code']['connect']}\nclient.submit(int).result()\nclient.close()\n"
    notebook = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await notebook.wait() == 0
    await api.until(cluster["id"], lambda c: (closes_at(c) or before) > before)
    await api.stop(cluster["id"])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    """A server whose clusters do not outlive it for long."""
    hours = ORPHANED / 3600
    running = RealServer(tmp_path, f"--ClusterLauncher.orphan_hours={hours}").start()
    yield running
    running.stop()


def test_an_orphan_closes_without_a_server(server: RealServer) -> None:
    """Guards against unused clusters that cost money, and against closing under a server."""
    cluster_id = server.launch(platform="local", workers=1, keep_running=True)
    running = server.ready(cluster_id, 1)
    began = datetime.fromisoformat(running["created"])
    pid = group(server.runtime, cluster_id)
    # A server that is there pings often enough.
    wait_until(lambda: past(began + timedelta(seconds=3 * ORPHANED)), "three times as long")
    assert server.ready(cluster_id, 1)["state"] == "running"

    server.signal(signal.SIGKILL)
    wait_until(lambda: not group_runs(pid), "the end of the cluster's processes")
    directory = server.runtime / "cluster-launcher" / cluster_id
    assert "contact" in json.loads((directory / "ended.json").read_text())["ended"]

    server.start()
    (closed,) = server.clusters()  # the first answer
    assert closed["state"] == "closed"
    assert closed["message"] == "Stopped: no contact with a Jupyter server for 6 seconds."
    assert closed["workers"]["ready"] == 0
    assert closed["used"]["units"] == 1
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not directory.exists(), "the end of the record")


async def test_a_cluster_closes_at_its_core_hours(api: Api) -> None:
    """Guards the limit in a real controller, which alone enforces it."""
    row = await api.launch(
        platform="local", workers=1, options={"threads_per_worker": 1}, core_hours=0.001
    )
    assert row["core_hours"] == 0.001
    closed = await api.until(row["id"], lambda one: one["state"] == "closed")
    assert closed["message"] == "Stopped: its limit of 0.001 core-hours is reached."
