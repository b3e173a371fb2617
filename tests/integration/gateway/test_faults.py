"""What goes wrong at a gateway: each a sentence, the right state, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cloud import ended, point_to, until
from fakes import a_cluster
from real_gateway import RealGateway, missing, require
from real_server import RealServer, wait_until
from terminal import Terminal

from api import Api
from jupyter_cluster_launcher.client.handle import ClusterHandle
from jupyter_cluster_launcher.controller.client import Controller
from jupyter_cluster_launcher.models import Report, State


async def creating(api: Api, cluster_id: str) -> None:
    """Wait until a cluster is being made at the gateway."""
    await api.until(cluster_id, lambda c: c["message"] == "Creating the cluster")


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("Broken scheduler", "dask-gateway could not start the cluster and gave no reason"),
        ("Over quota", "You may run 2 clusters and 2 are running: stop one of them first."),
    ],
)
async def test_a_cluster_that_cannot_start(
    api: Api, gateway: RealGateway, profile: str, words: str
) -> None:
    """The gateway's message where it has one; a traceback does not help users."""
    cluster = await api.launch(platform="nebari", workers=1, options={"profile": profile})
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert cluster["message"].startswith(words)
    _, logs = await api.ask("GET", "clusters", cluster["id"], "logs")
    assert "Traceback" in logs["launch"]
    await api.stop(cluster["id"])


async def test_a_choice_that_the_gateway_no_longer_has(api: Api, gateway: RealGateway) -> None:
    """What the form did not offer is refused before anything starts."""
    request = {"platform": "nebari", "options": {"profile": "Huge"}}
    status, answer = await api.ask("POST", "clusters", body=request)
    assert status == 422
    assert answer["message"].startswith("Cluster Profile: must be one of Small Worker")


async def test_workers_that_die_at_once(api: Api, gateway: RealGateway) -> None:
    """The gateway gives up after three; the row must not wait for ever."""
    options = {"profile": "Broken workers"}
    cluster = await api.launch(platform="nebari", workers=2, options=options)
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert "its workers died" in cluster["message"]
    await api.stop(cluster["id"])


async def test_workers_that_never_come(
    api: Api, gateway: RealGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway says RUNNING of a cluster in which nothing runs; the row says what that may be.

    Two seconds take the place of the two minutes that a cloud is given.
    """
    load = Controller.load

    async def impatient(self: Controller, *args: Any) -> None:
        await load(self, *args)
        state = "sys.modules['cluster_launcher_resident.gateway.state']"
        await self.run(f"import sys; {state}.SLOW_START = 2.0", 30)

    monkeypatch.setattr(Controller, "load", impatient)
    options = {"profile": "Silent workers"}
    cluster = await api.launch(platform="nebari", workers=2, options=options)
    cluster = await api.until(cluster["id"], lambda c: c["warnings"])
    assert (cluster["state"], cluster["workers"]["ready"]) == ("running", 0)
    assert cluster["warnings"][0].startswith("No worker has come for more than 2 seconds.")
    await api.stop(cluster["id"])
    assert gateway.clusters() == []


async def test_a_scheduler_that_dies(api: Api, gateway: RealGateway) -> None:
    """The client library goes on saying "running"."""
    cluster = await api.launch(platform="nebari", workers=1)
    await api.ready(cluster["id"], 1)
    for pid in gateway.processes("scheduler"):
        os.kill(pid, signal.SIGKILL)
    cluster = await ended(api, cluster["id"])
    assert (cluster["state"], cluster["workers"]["ready"]) == ("failed", 0)
    assert "its scheduler" in cluster["message"]
    await api.stop(cluster["id"])


async def test_cancelling_a_launch_that_hangs(api: Api, gateway: RealGateway) -> None:
    """A cluster that the gateway is still starting must not come up after the cancel."""
    options = {"profile": "Silent scheduler"}
    cluster = await api.launch(platform="nebari", workers=1, options=options)
    await creating(api, cluster["id"])
    await until(gateway.clusters, "a pending cluster at the gateway")
    await api.stop(cluster["id"])
    assert gateway.clusters() == []


async def test_somebody_elses_cluster(api: Api, gateway: RealGateway) -> None:
    """A name that was sent around gives no way in, and does its owner no harm."""
    name = gateway.start_cluster("bob")
    cluster = await api.launch(platform="nebari", adopt=name)
    cluster = await ended(api, cluster["id"])
    assert cluster["state"] == "failed"
    assert cluster["message"].startswith("You do not have access to this cluster")
    await api.stop(cluster["id"])
    assert [listed["name"] for listed in gateway.clusters("bob")] == [name]
    gateway.stop_cluster(name, "bob")


async def test_a_wrong_password(
    api: Api, gateway: RealGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The form, the discovered clusters and a launch fail with the same message."""
    point_to(gateway, monkeypatch, password="guess")
    for path in (("platforms", "nebari", "options"), ("platforms", "nebari", "found")):
        status, answer = await api.ask("GET", *path)
        assert status == 503
        assert answer["message"].startswith("dask-gateway rejected your login.")
    status, answer = await api.ask("POST", "clusters", body={"platform": "nebari"})
    assert status == 503
    assert answer["message"].startswith("dask-gateway rejected your login.")
    assert (await api.ask("GET", "clusters"))[1] == []


@pytest.mark.parametrize("leave", [True, False])
async def test_a_server_that_ended_while_a_joined_one_was_stopped(
    api: Api, gateway: RealGateway, jp_serverapp: Any, leave: bool
) -> None:
    """The next server finishes the stop, and does not shut down what was to be left."""
    name = gateway.start_cluster()
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    record = a_cluster(
        platform="nebari", kind="gateway", state=State.CLOSING, leave=leave,
        report=Report(name=name, joined=True),
    )  # fmt: skip
    manager.services.store.save(record)
    await manager.attach()
    await api.gone(record.id)
    left = [listed["name"] for listed in gateway.clusters()]
    assert left == ([name] if leave else [])
    if leave:
        gateway.stop_cluster(name)


async def test_a_gateway_that_has_forgotten_its_clusters(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a database a restarted gateway knows nothing: the row must not say "running"."""
    require(missing())
    server = RealGateway(tmp_path / "gateway").start()
    try:
        point_to(server, monkeypatch)
        cluster = await api.launch(platform="nebari", workers=1)
        await api.ready(cluster["id"], 1)
        server.kill()
        await until(lambda: not server.healthy(), "the end of the gateway")
        await asyncio.to_thread(server.start)
        cluster = await ended(api, cluster["id"])
        assert cluster["state"] == "failed"
        assert "does not know this cluster any more" in cluster["message"]
        await api.stop(cluster["id"])
    finally:
        server.stop()


async def test_a_controller_that_is_killed(
    api: Api, gateway: RealGateway, jp_serverapp: Any
) -> None:
    """The cluster is at the gateway, not in the controller: another one takes it over."""
    cluster = await api.launch(platform="nebari", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    (name,) = [listed["name"] for listed in gateway.clusters()]
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    first = manager.get(cluster["id"]).controller
    os.kill(first.pid, signal.SIGKILL)
    # None while neither is there.
    await until(lambda: manager.get(cluster["id"]).controller not in (first, None), "another one")
    cluster = await api.ready(cluster["id"], 1)
    assert not cluster["joined"]
    assert [listed["name"] for listed in gateway.clusters()] == [name]
    await api.stop(cluster["id"])
    assert gateway.clusters() == []


def test_a_server_that_was_culled_finds_its_cluster_again(
    gateway: RealGateway, tmp_path: Path
) -> None:
    """A hub takes away the whole machine, controllers too, and what is to keep running does."""
    server = RealServer(tmp_path / "server").start()
    try:
        made = server.launch(platform="nebari", workers=1, keep_running=True, name="Long job")
        server.ready(made, 1)
        (listed,) = gateway.clusters()
        record = server.runtime / "cluster-launcher" / made / "cluster.json"
        server.signal(signal.SIGKILL)
        os.kill(json.loads(record.read_text())["controller"]["pid"], signal.SIGKILL)
        server.start()
        row = server.ready(made, 1)
        assert (row["name"], row["joined"]) == ("Long job", False)
        assert listed["name"] in row["code"]["connect"]
        assert [cluster["name"] for cluster in gateway.clusters()] == [listed["name"]]
        assert server.ask("DELETE", f"cluster-launcher/clusters/{made}")[0] == 204
        wait_until(lambda: gateway.clusters() == [], "the end of the cluster")
    finally:
        server.stop()


def test_a_terminal_shuts_nothing_down_on_its_own(
    gateway: RealGateway,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A script that stops everything must not take away what others use; nor a handle's close."""
    name = gateway.start_cluster()
    server = RealServer(tmp_path / "server").start()
    terminal = Terminal(server.runtime, monkeypatch, capsys)
    try:
        joined = server.launch(platform="nebari", adopt=name, name="Ours")
        server.until(joined, lambda c: c["joined"])
        assert "Add --leave" in terminal.refuses("stop", "Ours")
        server.until(joined, lambda c: c["state"] == "running")
        assert terminal.says("stop", "--leave", "Ours") == "Left: Ours\n"
        assert [listed["name"] for listed in gateway.clusters()] == [name]

        joined = server.launch(platform="nebari", adopt=name, name="Ours")
        server.until(joined, lambda c: c["joined"])
        with monkeypatch.context() as patch:
            patch.setenv("JUPYTER_RUNTIME_DIR", str(server.runtime))
            ClusterHandle(joined, "Ours", SimpleNamespace(close=lambda: None)).close()
        assert [listed["name"] for listed in gateway.clusters()] == [name]

        joined = server.launch(platform="nebari", adopt=name, name="Ours")
        server.until(joined, lambda c: c["joined"])
        terminal.says("stop", "--shut-down", "Ours")
        assert gateway.clusters() == []
    finally:
        server.stop()
