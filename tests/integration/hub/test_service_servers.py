"""The service for administrators, with servers that are silent or have hosts of their own."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

pytest.importorskip("jupyterhub")

FOLDER = Path(__file__).parent.parent.parent.parent / "examples/hub-service"
CLUSTER = {
    "id": "c1",
    "name": "Tides",
    "state": "running",
    "created": "2026-01-01T00:00:00+00:00",
    "workers": {"ready": 2},
    "cores": 8,
    "usage": None,
    "spent": None,
    "joined": False,
}


class Users(RequestHandler):
    """The hub's list of users, each with one server."""

    def get(self) -> None:
        items = [
            {"name": name, "servers": {"": {"ready": True, "url": url}}}
            for name, url in self.settings["urls"].items()
        ]
        self.finish({"items": items, "_pagination": {"next": None}})


class Server(RequestHandler):
    """A server behind the hub's proxy: ann's has a cluster, and the others do not answer."""

    def prepare(self) -> None:
        self.settings["hosts"].append(self.request.host)
        self.gone = asyncio.Event()

    def on_connection_close(self) -> None:
        self.gone.set()

    async def get(self, user: str, cluster_id: str) -> None:
        if user == "ann":
            await self.finish(json.dumps(CLUSTER if cluster_id else [CLUSTER]))
        else:
            await self.gone.wait()

    def delete(self, user: str, cluster_id: str) -> None:
        assert (user, cluster_id) == ("ann", "/c1")
        self.set_status(204)


@contextlib.asynccontextmanager
async def service(
    urls: dict[str, str], hosts: list[str], monkeypatch: pytest.MonkeyPatch, at_once: int = 0
) -> AsyncIterator[Any]:
    """Run the service for users whose servers have these URLs; ``hosts`` gets those it asks for."""
    routes = [
        ("/hub/api/users", Users),
        ("/user/([^/]+)/cluster-launcher/clusters(/[^/]+)?", Server),
    ]
    (socket,) = bind_sockets(0, "127.0.0.1")
    server = HTTPServer(Application(routes, urls=urls, hosts=hosts))
    server.add_socket(socket)
    hub = f"http://127.0.0.1:{socket.getsockname()[1]}"
    monkeypatch.setenv("JUPYTERHUB_API_URL", f"{hub}/hub/api")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/services/c/")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:10101")
    monkeypatch.setenv("CLUSTERS_PROXY_URL", hub)
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.delitem(sys.modules, "cluster_service", raising=False)
    module: Any = importlib.import_module("cluster_service")
    module.application = Mock()  # no page is asked for, and no port is needed
    module.LIMIT = 1.0
    if at_once:
        module.AT_ONCE, module.turn = at_once, asyncio.Semaphore(at_once)
    running = asyncio.create_task(module.main())
    try:
        await asyncio.sleep(0)
        module.application.assert_called_once()
        yield module
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        AsyncHTTPClient.configure(None)
        server.stop()


@pytest.mark.parametrize("at_once", [0, 4])
async def test_silent_servers(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Guards against servers that seem not to answer, as nobody has asked them yet."""
    silent = [f"silent{number}" for number in range(25)]
    urls = {name: f"/user/{name}/" for name in (*silent, "ann")}
    async with service(urls, [], monkeypatch, at_once) as module:
        rows, problems = await module.everything()
    assert [(row["user"], row["name"], row["workers"]) for row in rows] == [("ann", "Tides", 2)]
    assert sorted(problem.split()[0] for problem in problems) == sorted(silent)


async def test_silent_servers_do_not_hold_up_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a button that fails while the service waits for other servers."""
    hosts: list[str] = []
    urls = {name: f"/user/{name}/" for name in ("ann", *(f"silent{n}" for n in range(12)))}
    async with service(urls, hosts, monkeypatch, 10) as module:
        module.LIMIT = 2.0
        listing = asyncio.create_task(module.everything())
        while len(hosts) < 11:
            await asyncio.sleep(0.01)
        await module.stop("ann", "c1")
        assert len(hosts) == 13  # no silent server has been given up for another one
        await listing


@pytest.mark.parametrize("host", ["", "ann.hub.example.org", "ann.hub.example.org:8443"])
async def test_users_with_subdomains(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    """Guards hubs with ``subdomain_host``, whose proxy finds a server by the host in a request."""
    urls = {"ann": f"https://{host}/user/ann/" if host else "/user/ann/"}
    hosts: list[str] = []
    async with service(urls, hosts, monkeypatch) as module:
        rows, problems = await module.everything()
        await module.stop("ann", "c1")
        proxy = module.PROXY.removeprefix("http://")
    assert ([row["name"] for row in rows], problems) == (["Tides"], [])
    assert hosts == [host or proxy] * 3
