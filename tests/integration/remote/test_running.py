"""Schedulers that already run: joined by address and by file, used, left, and never stopped."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from cloud import ended, until
from notebooks import run
from real_scheduler import HOST, RealScheduler
from real_server import RealServer
from terminal import Terminal
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from api import Api

LOCAL_CLUSTER = """
from dask.distributed import LocalCluster
cluster = LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address="127.0.0.1:0")
"""


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    """A server with jupyter-server-proxy that does not start killed kernels anew.

    A kernel that is being started when its test ends can't be shut down.
    """
    extensions = {"jupyter_cluster_launcher": True, "jupyter_server_proxy": True}
    return {
        **jp_server_config,
        "ServerApp": {"jpserver_extensions": extensions},
        "KernelManager": {"autorestart": False},
    }


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealScheduler]:
    """A scheduler without encryption."""
    running = RealScheduler(tmp_path_factory.mktemp("scheduler")).start()
    yield running
    running.stop()


@pytest.fixture
def encrypted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealScheduler]:
    """A scheduler with encryption, of a user whose Dask configuration names the TLS files."""
    running = RealScheduler(tmp_path / "encrypted", tls=True)
    for name in set(running.env) - set(os.environ):
        monkeypatch.setenv(name, running.env[name])
    yield running.start()
    running.stop()


@pytest.mark.parametrize("by", ["address", "file"])
async def test_from_join_to_leave(api: Api, scheduler: RealScheduler, by: str) -> None:
    """Guards against a scheduler that is listed wrongly, or ends when it is left."""
    target = scheduler.address if by == "address" else str(scheduler.file)
    cluster = await api.launch(platform="running", adopt=target)
    cluster = await api.ready(cluster["id"], 1)
    assert (cluster["address"], cluster["joined"]) == (scheduler.address, True)
    assert (cluster["scalable"], cluster["cores"], cluster["tls"]) == (False, 2, False)
    assert cluster["workers"]["requested"] == 1
    assert run(cluster["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"
    await api.until(cluster["id"], lambda c: c["usage"]["memory"] > 0)
    assert await api.plots(cluster["id"])
    for change in ({"workers": 0}, {"adapt": {"minimum": 0, "maximum": 1}}):
        status, answer = await api.ask("PATCH", "clusters", cluster["id"], body=change)
        assert status == 409
        assert "can only be changed where it was started" in answer["message"]
    status, answer = await api.ask("DELETE", "clusters", cluster["id"])
    assert status == 409
    assert "was already running when you joined it" in answer["message"]
    await api.stop(cluster["id"], leave=True)
    assert scheduler.runs


async def test_only_its_own_dashboard_is_reached(
    api: Api,
    scheduler: RealScheduler,
    http_server_client: Any,
    jp_base_url: str,
    jp_auth_header: dict[str, str],
) -> None:
    """Guards against a proxy to other ports of a host that was joined, or to it once it is left."""

    async def status_of(place: str) -> int:
        url = f"{jp_base_url}proxy/{place}/status"
        answer = await http_server_client.fetch(url, headers=jp_auth_header, raise_error=False)
        return int(answer.code)

    cluster = await api.launch(platform="running", adopt=scheduler.address)
    cluster = await api.until(cluster["id"], lambda c: c["dashboard_url"] is not None)
    *_, place, page = cluster["dashboard_url"].split("/")
    assert (place.partition(":")[0], page) == (HOST, "status")
    assert await status_of(place) == 200
    assert await status_of(scheduler.address.partition("://")[2]) == 403
    await api.stop(cluster["id"], leave=True)
    assert await status_of(place) == 403


async def plots_say(connection: WebSocketClientConnection, kind: str) -> None:
    """Return when a page's plots have sent a message of a kind."""
    while True:
        message = await asyncio.wait_for(connection.read_message(), 30)
        assert message is not None, f"closed before {kind}"
        # A header; metadata, content and data follow.
        header = isinstance(message, str) and message.startswith('{"msgid"')
        if header and json.loads(message)["msgtype"] == kind:
            return


async def test_a_dashboard_with_tls(
    api: Api,
    tmp_path: Path,
    jp_fetch: Any,
    jp_http_port: int,
    jp_auth_header: dict[str, str],
    tls_dashboard: dict[str, str],
) -> None:
    """Guards against a page with status 500, no plots, and plots that stand still.

    Only the scheduler has the setting. Plots are updated over a WebSocket.
    """
    scheduler = RealScheduler(tmp_path / "scheduler", tls_dashboard).start()
    try:
        cluster = await api.launch(platform="running", adopt=scheduler.address)
        cluster = await api.until(cluster["id"], lambda c: c["dashboard_url"] is not None)
        assert await api.plots(cluster["id"])
        page = await jp_fetch(*cluster["dashboard_url"].strip("/").split("/")[1:])
        assert b"Dask" in page.body
        assert HOST in cluster["dashboard_access"]
        (token,) = set(re.findall(r'"token":"([^"]+)"', page.body.decode()))
        url = f"ws://127.0.0.1:{jp_http_port}{cluster['dashboard_url']}/ws"
        request = HTTPRequest(url, headers=jp_auth_header)
        connection = await websocket_connect(request, subprotocols=["bokeh", token])
        await plots_say(connection, "ACK")
        # What the browser sends arrives, too: it asks for the plots, and gets changes from then on.
        asked = {"msgid": "1", "msgtype": "PULL-DOC-REQ"}
        for part in (asked, {}, {}):
            await connection.write_message(json.dumps(part))
        await plots_say(connection, "PULL-DOC-REPLY")
        await plots_say(connection, "PATCH-DOC")
        connection.close()
        while await connection.read_message() is not None:
            pass  # what came before it was closed
        await api.stop(cluster["id"], leave=True)
    finally:
        scheduler.stop()


async def test_with_encryption(api: Api, encrypted: RealScheduler) -> None:
    """Guards against connect code that does not say where its TLS files come from."""
    cluster = await api.launch(platform="running", adopt=encrypted.address)
    cluster = await api.ready(cluster["id"], 1)
    assert (cluster["tls"], cluster["address"]) == (True, encrypted.address)
    assert "Dask's configuration has to name your TLS files" in cluster["code"]["connect"]
    assert "security" not in cluster["code"]["connect"]
    assert run(cluster["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"
    await api.stop(cluster["id"], leave=True)
    assert encrypted.runs


async def test_stopped_when_asked_to(api: Api, tmp_path: Path) -> None:
    """Guards against a choice that does nothing."""
    scheduler = RealScheduler(tmp_path / "scheduler").start()
    try:
        cluster = await api.launch(platform="running", adopt=scheduler.address)
        await api.ready(cluster["id"], 1)
        await api.stop(cluster["id"], leave=False)
        await until(lambda: not scheduler.runs, "the scheduler has ended")
    finally:
        scheduler.stop()


async def test_one_that_ends_by_itself(api: Api, tmp_path: Path) -> None:
    """Guards against a green row of a scheduler that is gone."""
    scheduler = RealScheduler(tmp_path / "scheduler").start()
    cluster = await api.launch(platform="running", adopt=scheduler.address)
    await api.ready(cluster["id"], 1)
    scheduler.stop()
    closed = await ended(api, cluster["id"])
    assert closed["message"] == "Stopped: the scheduler has ended."
    assert closed["warnings"] == [], "it does not answer, of course"
    await api.stop(cluster["id"])


async def test_what_cannot_be_joined(
    api: Api, scheduler: RealScheduler, encrypted: RealScheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against Dask's own words for a wrong address."""
    web = await asyncio.start_server(_answer_http, "127.0.0.1", 0)
    port = web.sockets[0].getsockname()[1]
    without_files = "names no TLS files"
    for target, words in {
        "tcp://127.0.0.1:1": "Nothing answers at tcp://127.0.0.1:1 (Connection refused)",
        f"tcp://127.0.0.1:{port}": "is not a Dask scheduler",
        scheduler.worker_address: "is the address of a worker, not of a scheduler",
        scheduler.address.replace("tcp", "tls"): "unencrypted: use tcp://",
        encrypted.address.replace("tls", "tcp"): "encrypted: use tls://",
        encrypted.address: without_files,
    }.items():
        if words == without_files:
            for name in list(os.environ):
                if name.startswith("DASK_DISTRIBUTED__COMM__TLS"):
                    monkeypatch.delenv(name)
        cluster = await api.launch(platform="running", adopt=target)
        failed = await ended(api, cluster["id"])
        assert (failed["state"], words in failed["message"]) == ("failed", True), failed["message"]
        await api.stop(cluster["id"])
    web.close()


async def _answer_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    writer.close()


@asynccontextmanager
async def kernel(jp_serverapp: Any) -> AsyncIterator[Any]:
    """The kernel of a notebook that this Jupyter server has started."""
    manager = jp_serverapp.kernel_manager
    kernel_id = await manager.start_kernel()
    client = manager.get_kernel(kernel_id).client()
    client.start_channels()
    await client.wait_for_ready(timeout=90)
    try:
        yield client
    finally:
        client.stop_channels()
        if kernel_id in manager:
            await manager.shutdown_kernel(kernel_id, now=True)


async def cell(notebook: Any, code: str) -> str:
    """Run a cell and return what it printed."""
    printed: list[str] = []

    def on_output(message: dict[str, Any]) -> None:
        printed.append(message["content"].get("text", ""))

    reply = await notebook.execute_interactive(code, timeout=90, output_hook=on_output)
    assert reply["content"]["status"] == "ok", reply
    return "".join(printed)


async def found(api: Api) -> list[dict[str, str]]:
    """Return what the form lists."""
    return list((await api.ask("GET", "platforms", "running", "found"))[1])


async def test_a_cluster_made_in_a_cell(
    api: Api, jp_serverapp: Any, jp_fetch: Any, jp_runtime_dir: Path
) -> None:
    """Guards against clusters that only their notebook knows."""
    async with kernel(jp_serverapp) as notebook:
        assert await found(api) == []
        shown = await cell(notebook, f"{LOCAL_CLUSTER}\nprint(cluster.scheduler_address)")
        assert re.fullmatch(r"tcp://127\.0\.0\.1:\d+\n", shown), "and nothing else is printed"
        (one,) = await found(api)
        assert one["id"] == shown.strip()
        folder = jp_runtime_dir / "cluster-launcher-schedulers"
        assert folder.stat().st_mode & 0o777 == 0o700
        assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]
        cluster = await api.launch(platform="running", adopt=one["id"])
        cluster = await api.ready(cluster["id"], 1)
        assert await found(api) == [], "what was joined is listed once"
        cluster = await api.until(cluster["id"], lambda c: c["dashboard_url"] is not None)
        page = await jp_fetch(*cluster["dashboard_url"].strip("/").split("/")[1:])
        assert b"Dask" in page.body
        assert run(cluster["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"
        await api.stop(cluster["id"], leave=True)
        work = "cluster.get_client().submit(sum, [40, 2]).result()"
        assert await cell(notebook, f"print({work})") == "42\n"
        (one,) = await found(api)
        assert "1 worker, 2 threads" in one["description"] or "0 workers" in one["description"]
        await cell(notebook, "cluster.close()")
        assert list(folder.iterdir()) == []


async def test_clusters_of_the_launcher_are_not_found(api: Api) -> None:
    """Guards against a second row for a cluster that was launched here."""
    cluster = await api.launch(platform="local", workers=1)
    await api.ready(cluster["id"], 1)
    assert await found(api) == []
    await api.stop(cluster["id"])


async def test_one_whose_kernel_was_killed(
    api: Api, jp_serverapp: Any, jp_runtime_dir: Path
) -> None:
    """Guards against an entry of a process that is gone."""
    async with kernel(jp_serverapp) as notebook:
        await cell(notebook, LOCAL_CLUSTER)
        assert len(await found(api)) == 1
        (kernel_id,) = jp_serverapp.kernel_manager.list_kernel_ids()
        jp_serverapp.kernel_manager.get_kernel(kernel_id).provisioner.process.kill()

        async def gone() -> None:
            while await found(api):
                await asyncio.sleep(0.05)

        await asyncio.wait_for(gone(), 60)
        assert list((jp_runtime_dir / "cluster-launcher-schedulers").iterdir()) == []


async def test_preloads_of_the_user_stay(api: Api, jp_serverapp: Any, tmp_path: Path) -> None:
    """Guards against a variable of ours that hides the user's configuration file."""
    async with kernel(jp_serverapp) as notebook:
        preload = tmp_path / "mine.py"
        preload.write_text(
            f"def dask_setup(scheduler):\n    open({str(tmp_path / 'ran')!r}, 'w')\n"
        )
        config = tmp_path / "dask.yaml"
        config.write_text(json.dumps({"distributed": {"scheduler": {"preload": [str(preload)]}}}))
        await cell(notebook, f"import os; os.environ['DASK_CONFIG'] = {str(config)!r}")
        await cell(notebook, LOCAL_CLUSTER)
        assert (tmp_path / "ran").exists()
        assert len(await found(api)) == 1


def test_from_a_terminal(
    scheduler: RealScheduler,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Guards against a scheduler that can be joined from the form alone."""
    server = RealServer(tmp_path / "server").start()
    try:
        terminal = Terminal(server.runtime, monkeypatch, capsys)
        said = terminal.says("join", str(scheduler.file), "--name", "Tides")
        assert re.fullmatch(
            r"Joined Tides \(\w+\): \d workers at tcp://127.0.0.2:\d+\.", said.strip()
        )
        assert "Client(" in terminal.says("code", "Tides")
        for size in ("3", "--adapt=0:3"):
            status, _, errors = terminal.run("scale", "Tides", size)
            assert (status, "can only be changed where it was started" in errors) == (1, True)
        status, _, errors = terminal.run("stop", "Tides")
        assert (status, "--leave" in errors) == (1, True)
        assert terminal.says("stop", "Tides", "--leave").strip() == "Left: Tides"
        assert "Joined Shared (" in terminal.says("join", scheduler.address, "--name", "Shared")
        terminal.says("stop", "Shared", "--leave")
        status, _, errors = terminal.run("join", "tcp://127.0.0.1:1")
        assert (status, "Nothing answers at" in errors) == (1, True), errors
    finally:
        server.stop()
    assert scheduler.runs
