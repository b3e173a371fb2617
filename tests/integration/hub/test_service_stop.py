"""The service for a hub's administrators, with servers of a user that do not stop a cluster."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPError, RequestHandler

pytest.importorskip("jupyterhub")

SERVICE = Path(__file__).parent.parent.parent.parent / "examples/hub-service/cluster_service.py"
AFAR = (409, {"message": "It runs on another host, n2.\nStop or change it from there."})
UNKNOWN = (404, {"message": "There is no such cluster."})
STOPPED = (204, None)
Answers = dict[str, tuple[int, Any]]


class Servers:
    """A hub whose user ann has servers with these names, each with an answer to a stop."""

    def __init__(self, answers: Answers, joined: bool = False) -> None:
        self.answers, self.joined = answers, joined
        self.stopped: list[tuple[str, str]] = []  # the server and the query of each stop

    def users(self) -> dict[str, Any]:
        """Return a page of the hub's list of users."""
        servers = {name: {"ready": True, "url": f"/user/ann/{name}/"} for name in self.answers}
        return {
            "items": [
                {"name": "bob", "servers": {"": {"ready": True, "url": "/user/bob/"}}},
                {"name": "ann", "servers": servers},
            ],
            "_pagination": {"next": None},
        }


class Users(RequestHandler):
    """The hub's list of users."""

    def get(self) -> None:
        self.finish(self.settings["servers"].users())


class ClusterOf(RequestHandler):
    """The cluster as a server of ann has it; bob's server has none."""

    def get(self, server: str) -> None:
        servers: Servers = self.settings["servers"]
        if servers.answers[server] == UNKNOWN:
            raise HTTPError(404)
        self.finish({"joined": servers.joined})

    def delete(self, server: str) -> None:
        servers: Servers = self.settings["servers"]
        servers.stopped.append((server, self.request.query))
        status, body = servers.answers[server]
        self.set_status(status)
        self.finish(body)


@contextmanager
def service(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Serve ``servers``, and have the service ask them."""
    routes = [
        ("/hub/api/users", Users),
        ("/user/ann/([^/]+)/cluster-launcher/clusters/c1", ClusterOf),
    ]
    (socket,) = bind_sockets(0, "127.0.0.1")
    server = HTTPServer(Application(routes, servers=servers))
    server.add_socket(socket)
    hub = f"http://127.0.0.1:{socket.getsockname()[1]}"
    known = {"API_URL": f"{hub}/hub/api", "API_TOKEN": "secret", "SERVICE_PREFIX": "/services/c/"}
    for name, value in known.items():
        monkeypatch.setenv(f"JUPYTERHUB_{name}", value)
    monkeypatch.setenv("CLUSTERS_PROXY_URL", hub)
    spec = importlib.util.spec_from_file_location("cluster_service", SERVICE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        yield module
    finally:
        server.stop()


async def test_the_servers_are_asked_until_one_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards clusters of a named server, and of one on another host."""
    servers = Servers({"first": UNKNOWN, "afar": AFAR, "own": STOPPED, "last": STOPPED})
    with service(servers, monkeypatch) as module:
        await module.stop("ann", "c1")
    assert servers.stopped == [("afar", ""), ("own", "")]


async def test_a_cluster_that_was_joined_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards a scheduler that others use, too."""
    servers = Servers({"first": STOPPED}, joined=True)
    with service(servers, monkeypatch) as module:
        await module.stop("ann", "c1")
    assert servers.stopped == [("first", "leave=true")]


REFUSED = "None of this user's servers stops this cluster. "
NOBODY = "No running server of this user has this cluster."


@pytest.mark.parametrize(
    ("answers", "status", "reason"),
    [
        ({}, 404, NOBODY),
        ({"first": UNKNOWN, "second": UNKNOWN}, 404, NOBODY),
        (
            {"first": AFAR, "second": UNKNOWN},
            502,
            f"{REFUSED}It runs on another host, n2. Stop or change it from there.",
        ),
        ({"first": (503, "<p>Later</p>")}, 502, f"{REFUSED}HTTP 503: Service Unavailable"),
        ({"first": (503, {})}, 502, f"{REFUSED}HTTP 503: Service Unavailable"),
    ],
)
async def test_why_none_stops_it(
    monkeypatch: pytest.MonkeyPatch, answers: Answers, status: int, reason: str
) -> None:
    """Guards an administrator against a bare 500, with the reason in a log of the hub."""
    with service(Servers(answers), monkeypatch) as module, pytest.raises(HTTPError) as refused:
        await module.stop("ann", "c1")
    assert (refused.value.status_code, refused.value.reason) == (status, reason)
