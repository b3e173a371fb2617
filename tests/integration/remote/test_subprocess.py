"""SubprocessCluster: a real scheduler in another process of this computer."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

import psutil
import pytest
from cloud import ended, until
from fakes import write_platform
from notebooks import run
from processes import group
from proxies import unused_proxy
from subprocess_file import FILE

from api import Api

# A class whose scheduler is a process of its own session, and never gets ready.
DETACHED = """
import asyncio, sys
from distributed.deploy.spec import ProcessInterface, SpecCluster

class Scheduler(ProcessInterface):
    async def start(self):
        code = "import time; time.sleep(600)"
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, {mark!r}, start_new_session=True
        )
        await asyncio.sleep(600)

class Slow(SpecCluster):
    def __init__(self, n_workers):
        super().__init__(scheduler={{"cls": Scheduler}})
"""
ELSEWHERE = (
    "detached.Slow was starting a scheduler and may have done so elsewhere. Check that none is "
    "left there, then dismiss this cluster."
)


@pytest.fixture(autouse=True)
def file(platform_folder: Path) -> None:
    """The platform's file, which says nothing that the launcher could know by itself."""
    write_platform(platform_folder, "subprocesses", **FILE)


def leader(runtime: Path, cluster_id: str) -> int:
    """Return the process number of a cluster's controller."""
    record = runtime / "cluster-launcher" / cluster_id / "cluster.json"
    return int(json.loads(record.read_text())["controller"]["pid"])


def has_ipv6() -> bool:
    """Return whether this host has IPv6."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.mark.skipif(not has_ipv6(), reason="This host has no IPv6.")
async def test_on_ipv6(api: Api, platform_folder: Path, jp_fetch: Any) -> None:
    """Guards against a row without workers, and a dashboard that the proxy has no way to."""
    kwargs = {
        "threads_per_worker": 1,
        "host": "[::1]",
        "scheduler_kwargs": {"dashboard_address": None},  # where the scheduler is
    }
    write_platform(platform_folder, "subprocesses", **{**FILE, "kwargs": kwargs})
    cluster = await api.launch(platform="subprocesses", workers=1, tls=False)
    cluster = await api.ready(cluster["id"], 1)
    assert cluster["address"].startswith("tcp://[::1]:")
    assert run(cluster["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"
    cluster = await api.until(cluster["id"], lambda c: c["dashboard_url"] is not None)
    assert await api.plots(cluster["id"])
    page = await jp_fetch(*cluster["dashboard_url"].strip("/").split("/")[1:])
    assert b"Dask" in page.body
    assert cluster["dashboard_access"].startswith("Other users of this computer")
    await api.stop(cluster["id"])


@pytest.mark.parametrize("tls", [True, False])
async def test_from_launch_to_nothing_left(
    api: Api, jp_runtime_dir: Path, monkeypatch: pytest.MonkeyPatch, tls: bool
) -> None:
    """Guards against "'SubprocessScheduler' object has no attribute 'workers'".

    And against directories for sockets that each worker leaves.
    """
    temporary = Path(tempfile.mkdtemp(prefix="t"))  # paths of sockets are short
    monkeypatch.setenv("TMPDIR", str(temporary))
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
    assert not list(temporary.glob("pymp-*"))
    shutil.rmtree(temporary)


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


@pytest.mark.parametrize("encrypted", [False, True], ids=["HTTP", "HTTPS"])
async def test_a_proxy_in_the_environment(
    api: Api,
    jp_fetch: Any,
    tls_dashboard: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    encrypted: bool,
) -> None:
    """Guards against a proxy that sees what stays on this host, and has no way back to it."""
    for name, value in tls_dashboard.items() if encrypted else ():
        monkeypatch.setenv(name, value)
    with unused_proxy(monkeypatch):
        cluster = await api.launch(platform="subprocesses", workers=1)
        cluster = await api.ready(cluster["id"], 1)
        assert await api.plots(cluster["id"])
        if encrypted:  # else its pages are those of jupyter-server-proxy
            page = await jp_fetch(*cluster["dashboard_url"].strip("/").split("/")[1:])
            assert b"Dask" in page.body
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
    assert closed["message"] == "Stopped: the scheduler has ended."
    await api.stop(cluster["id"])


async def test_idle_and_busy(api: Api) -> None:
    """Guards against a cluster that is closed while it computes, or never."""
    cluster = await api.launch(platform="subprocesses", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    slow = "client.submit(__import__('time').sleep, 14).result()"
    computing = asyncio.create_task(asyncio.to_thread(run, cluster["code"]["connect"], slow))
    await api.until(cluster["id"], lambda c: c["usage"] and c["usage"]["tasks"])
    change = {"idle_timeout": 10}
    assert (await api.ask("PATCH", "clusters", cluster["id"], body=change))[0] == 202
    assert await computing == "None", "it computed for longer than that"
    closed = await ended(api, cluster["id"])
    assert closed["message"].startswith("Stopped after 10 seconds without work.")
    await api.stop(cluster["id"])


async def test_a_stop_while_it_starts(api: Api, jp_runtime_dir: Path) -> None:
    """Guards against a scheduler that starts after the cluster was stopped."""
    cluster = await api.launch(platform="subprocesses", workers=1)
    cluster_id = cluster["id"]
    await api.until(cluster_id, lambda c: c["message"] == "Creating the cluster")
    controller = leader(jp_runtime_dir, cluster_id)
    await api.stop(cluster_id)
    await until(lambda: group(controller) == [], "nothing is left")


@pytest.mark.parametrize("kind", ["subprocesses", "detached"])
async def test_a_controller_that_is_killed_while_it_creates_a_cluster(
    api: Api,
    platform_folder: Path,
    jp_runtime_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    """Guards against a scheduler without a cluster, whichever group and session it is in."""
    mark = str(tmp_path / "slow")
    tmp_path.joinpath("slow.py").write_text("import time; time.sleep(600)")
    tmp_path.joinpath("detached.py").write_text(DETACHED.format(mark=mark))
    path = [str(tmp_path), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    slow = {**FILE["kwargs"], "scheduler_kwargs": {"preload": f"{mark}.py"}}
    write_platform(platform_folder, "subprocesses", **{**FILE, "kwargs": slow})
    detached = {"module": "detached", "class": "Slow"}
    write_platform(platform_folder, "detached", title="Detached", kwargs={}, **detached)
    cluster = await api.launch(platform=kind, tls=False)
    await until(lambda: with_word(mark), "the scheduler's process")
    os.kill(leader(jp_runtime_dir, cluster["id"]), signal.SIGKILL)
    failed = await ended(api, cluster["id"])
    assert (failed["state"], with_word(mark)) == ("failed", [])
    left = f" {ELSEWHERE}" if kind == "detached" else ""
    assert failed["message"] == f"Its kernel ended unexpectedly.{left}"
    await api.stop(cluster["id"])
    assert (await api.ask("GET", "clusters", cluster["id"]))[0] == 404


def with_word(word: str) -> list[int]:
    """Return the processes with a word in their command line."""
    return [
        one.pid
        for one in psutil.process_iter(["cmdline"])
        if any(word in text for text in one.info["cmdline"] or ())
    ]
