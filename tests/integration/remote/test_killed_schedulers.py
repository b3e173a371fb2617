"""A scheduler in another process of this computer that is killed, and what ends with it."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from cloud import ended
from distributed.deploy import subprocess
from distributed.deploy.subprocess import SubprocessCluster
from fakes import write_platform
from processes import group, running
from real_server import wait_until
from subprocess_file import FILE
from supervised import command_line

from api import Api
from jupyter_cluster_launcher.resident.remote.resident import RemoteResident

SOON = 2.0  # seconds until the row says so, on a computer that has time
BUSY = 3.0  # seconds more on one that runs other tests
HAS_ENDED = "Stopped: the scheduler has ended."


async def test_the_row_says_so_at_once(
    api: Api, platform_folder: Path, jp_runtime_dir: Path
) -> None:
    """Guards against a green row of a cluster that is gone."""
    write_platform(platform_folder, "subprocesses", **FILE)
    cluster = await api.launch(platform="subprocesses", workers=1)
    await api.ready(cluster["id"], 1)
    record = jp_runtime_dir / "cluster-launcher" / cluster["id"] / "cluster.json"
    controller = json.loads(record.read_text())["controller"]["pid"]
    (scheduler,) = [
        one for one in group(controller) if "distributed.Scheduler" in command_line(one)
    ]
    os.kill(scheduler, signal.SIGKILL)
    killed = time.monotonic()
    await api.until(cluster["id"], lambda c: c["state"] != "running")
    took = time.monotonic() - killed
    print(f"The row said so after {took:.2f} s.")
    assert took < SOON + BUSY
    closed = await ended(api, cluster["id"])
    assert (closed["state"], closed["message"], closed["warnings"]) == ("closed", HAS_ENDED, [])
    await api.stop(cluster["id"])
    assert group(controller) == []


def test_a_process_that_has_just_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against workers that Dask leaves where a process ends just before it is killed."""
    cluster: Any = SubprocessCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
    )
    objects = [cluster.scheduler, *cluster.workers.values()]
    processes = [one.process.pid for one in objects]
    find, seen = psutil.Process, []

    def gone_once(pid: int) -> psutil.Process:
        seen.append(pid)
        if len(seen) == 1:
            raise psutil.NoSuchProcess(pid)
        return find(pid)

    resident = RemoteResident()
    resident.settings = {"directory": str(tmp_path)}
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "psutil", SimpleNamespace(Process=gone_once))
        resident.end_cluster(cluster)
    assert cluster.status.name == "closed"
    wait_until(lambda: not any(map(running, processes)), "all have ended")
