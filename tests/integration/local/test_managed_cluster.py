"""Ends that cross each other, and what a full disk or a stop that fails must not take along."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from fakes import a_cluster, write_kernelspec

from api import Api
from jupyter_cluster_launcher.backends.local import LocalBackend
from jupyter_cluster_launcher.clusters import contact, manager, other_servers
from jupyter_cluster_launcher.clusters.managed_cluster import ManagedCluster
from jupyter_cluster_launcher.clusters.saved.store import Store
from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.controller.host import host
from jupyter_cluster_launcher.controller.kernel_connection import KernelConnection
from jupyter_cluster_launcher.models import Cluster, ControllerRef, Report, State


@pytest.fixture
def clusters(platform_folder: Any, jp_serverapp: Any) -> manager.ClusterManager:
    """The clusters of a real server."""
    found: manager.ClusterManager = jp_serverapp.web_app.settings["cluster_manager"]
    return found


def full(store: Store, cluster: Cluster) -> None:
    store.directory(cluster.id)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def test_a_full_disk_refuses_a_launch_in_a_sentence(
    api: Api, clusters: manager.ClusterManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that starts for ever and cannot be dismissed."""
    monkeypatch.setattr(Store, "save", full)
    status, answer = await api.ask("POST", "clusters", body={"platform": "local"})
    assert status == 503
    assert "No space left on device" in answer["message"]
    assert await api.ask("GET", "clusters") == (200, [])
    assert list(clusters.services.store.root.iterdir()) == []


async def test_a_disk_that_fills_up_takes_no_cluster_along(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the truth on the screen, and the stop, where records cannot be written any more."""
    cluster = await api.launch(platform="local", workers=1)
    with monkeypatch.context() as patched:
        patched.setattr(Store, "save", full)
        await api.ready(cluster["id"], 1)
        assert (await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 0}))[0] == 202
        await api.ready(cluster["id"], 0)
        await api.stop(cluster["id"])


async def test_what_a_full_disk_did_not_take_is_saved_later(
    api: Api, clusters: manager.ClusterManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a later server that ends a cluster which its record says half started."""
    monkeypatch.setattr(other_servers, "EVERY", 0.2)
    await clusters.attach()  # as at a server's start: this begins the scans
    cluster = await api.launch(platform="local", workers=0)
    with monkeypatch.context() as patched:
        patched.setattr(Store, "save", full)
        await api.ready(cluster["id"], 0)
        body = {"keep_running": True}
        assert (await api.ask("PATCH", "clusters", cluster["id"], body=body))[0] == 202
    for _ in range(600):
        saved = clusters.services.store.read(cluster["id"])
        if saved is not None and saved.state is State.RUNNING and saved.keep_running:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail(f"it is still {saved}")
    await api.stop(cluster["id"])


async def test_requests_while_a_cluster_is_attached_to(
    api: Api, clusters: manager.ClusterManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against an error of the server for what is right a moment later."""
    cluster = await api.launch(platform="local", workers=0)
    await api.ready(cluster["id"], 0)
    managed, body = clusters._clusters[cluster["id"]], {"idle_timeout": 600}
    with monkeypatch.context() as patched:
        patched.setattr(KernelConnection, "_listened_to", lambda _: False)
        managed.connection.forget()
        managed.settle(due=True)
        for pause in (0, 0.2):  # before and after the connection file is read
            await asyncio.sleep(pause)
            status, answer = await api.ask("PATCH", "clusters", cluster["id"], body=body)
            assert (status, "Try again in a moment" in answer["message"]) == (503, True)
            assert (await api.ask("GET", "clusters", cluster["id"], "logs"))[0] == 200
    await managed.attached()
    assert (await api.ask("PATCH", "clusters", cluster["id"], body=body))[0] == 202
    await api.stop(cluster["id"])


async def test_a_stop_that_fails_can_be_tried_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against "Stopping" for ever, whatever went wrong in it."""

    async def broken(*args: Any, **kwargs: Any) -> str:
        raise ValueError("that was no JSON")

    cluster = await api.launch(platform="local", workers=0)
    await api.ready(cluster["id"], 0)
    with monkeypatch.context() as patched:
        patched.setattr(LocalBackend, "cleanup", broken)
        assert (await api.ask("DELETE", "clusters", cluster["id"]))[0] == 204
        while (seen := (await api.ask("GET", "clusters", cluster["id"]))[1])["state"] != "failed":
            await asyncio.sleep(0.05)
    assert seen["message"] == "The cluster could not be stopped: that was no JSON. Try again."
    await api.stop(cluster["id"])


async def test_every_controller_is_pinged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against one cluster whose fault ends the pings to all others.

    They would close a day later, whatever they compute.
    """
    emitted = asyncio.Event()

    class One:
        cluster = a_cluster()

        def __init__(self, works: bool) -> None:
            self.works = works

            self.connection = self

        async def ping(self) -> None:
            assert self.works, "its channels are closed"
            emitted.set()

    monkeypatch.setattr(contact, "PING_EVERY", 0.01)
    managed: Any = {"broken": One(False), "well": One(True)}
    speaking = asyncio.create_task(contact.ping(managed, None))
    for _ in range(3):
        await asyncio.wait_for(emitted.wait(), 60)
        emitted.clear()
    speaking.cancel()


async def test_a_python_that_ends_at_once_says_why(
    api: Api, jp_kernel_dir: Path, tmp_path: Path
) -> None:
    """Guards against "Python ended", which users cannot act on."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'ipykernel_launcher' in sys.orig_argv:\n"
        "    raise SystemExit('No licence was free.')\n"
    )
    write_kernelspec(jp_kernel_dir, "licensed", env={"PYTHONPATH": str(tmp_path)})
    cluster = await api.launch(platform="local", kernel_name="licensed")
    seen = cluster
    while seen["state"] != "failed":
        _, seen = await api.ask("GET", "clusters", cluster["id"])
    assert seen["message"].startswith(
        "Its kernel ended before the cluster was created. Its last output: "
    )
    assert seen["message"].endswith("No licence was free.")
    await api.stop(cluster["id"])


async def test_a_stop_at_once_leaves_no_python(api: Api, jp_runtime_dir: Path) -> None:
    """Guards against a process that was being started just then, and that no record names."""
    for _ in range(5):
        cluster = await api.launch(platform="local", workers=0)
        await api.stop(cluster["id"])
        directory = str(Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"])
        commands = [" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"])]
        assert not [command for command in commands if directory in command]


def stopping(clusters: manager.ClusterManager, **changes: Any) -> ManagedCluster:
    """Return a cluster that is being stopped."""
    closing = a_cluster(state=State.CLOSING, **changes)
    clusters.services.store.save(closing)
    managed = ManagedCluster(closing, clusters.services, lambda *_: None)
    assert managed.ownership.take()
    return managed


async def test_a_controller_that_dies_while_it_is_stopped(
    clusters: manager.ClusterManager,
) -> None:
    """Guards against a stop that turns into "Lost", or into a second controller at a gateway."""
    for changes in ({}, {"kind": "gateway", "report": Report(name="hub.1")}):
        one = stopping(clusters, **changes)
        one.settle(replace(one.cluster, report=Report(ended="Stopped after 1 hour.")))
        assert one.cluster.state is State.CLOSING
        await one.settled()
        assert one.gone, "stopped, without a second controller"


async def test_a_late_report_brings_nothing_back(clusters: manager.ClusterManager) -> None:
    """Guards against a directory that is made anew for a cluster that is gone."""
    one = stopping(clusters)
    one.settle()
    await one.settled()
    assert one.gone
    one.put(one.cluster.to(State.FAILED, "Too late"))
    assert clusters.services.store.load() == []


async def attached(clusters: manager.ClusterManager, **changes: Any) -> Cluster:
    """Return what a server makes of a record that an earlier one left."""
    ref = ControllerRef("/run/none.json", "/tmp/none", 2**22 + 1, host(), "another boot")
    clusters.services.store.save(a_cluster(controller=ref, **changes))
    await clusters.attach()
    return clusters.get("c1")


async def test_this_computer_was_restarted(api: Api, clusters: manager.ClusterManager) -> None:
    """Guards against process numbers of an earlier boot: another program may have them now."""
    assert boot_id() != "another boot"
    found = await attached(clusters, state=State.RUNNING)
    assert (found.state, found.message) == (State.LOST, "This computer was restarted.")
    await api.stop("c1")


async def test_a_restart_in_the_middle_of_a_launch(
    api: Api, clusters: manager.ClusterManager
) -> None:
    """Guards against a row that starts for ever after a power cut."""
    await attached(clusters, state=State.STARTING)
    while clusters.get("c1").state is not State.FAILED:
        await asyncio.sleep(0.01)
    assert "Launch it again" in clusters.get("c1").message
    await api.stop("c1")


async def test_a_controller_that_does_not_answer(
    api: Api, clusters: manager.ClusterManager, jp_runtime_dir: Path
) -> None:
    """Guards against a frozen cluster that looks as if all were well."""
    await clusters.attach()  # as at a server's start: this begins the checks
    cluster = await api.launch(platform="local", workers=0)
    await api.ready(cluster["id"], 0)
    record = Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"] / "cluster.json"
    pid = json.loads(record.read_text())["controller"]["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        silent = await api.until(cluster["id"], lambda c: bool(c["warnings"]), timeout=30)
        assert "does not answer" in silent["warnings"][0]
        assert silent["state"] == "running"
    finally:
        os.kill(pid, signal.SIGCONT)
    await api.until(cluster["id"], lambda c: not c["warnings"], timeout=30)
    await api.stop(cluster["id"])


async def test_launches_at_once_get_names_of_their_own(api: Api) -> None:
    """Guards against three clusters that neither users nor the command line can tell apart."""
    rows = await asyncio.gather(*(api.launch(platform="local", workers=0) for _ in range(3)))
    assert len({row["name"] for row in rows}) == 3
    for row in rows:
        await api.stop(row["id"])
