"""Requests that come before there are routes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from jupyter_cluster_launcher.server.gate import Gate

LOG = logging.getLogger(__name__)


class Echo(RequestHandler):
    """Answers with what it got."""

    def post(self, what: str) -> None:
        self.write(f"{what} {self.request.body.decode()}")


class Served:
    """An application whose routes below /here are added when ``ready`` is set."""

    def __init__(self, add: Callable[[], None] | None = None) -> None:
        self.application = Application()
        self.ready = asyncio.Event()
        self.asked = asyncio.Event()
        self.gate = Gate(self.application, self.open_up, LOG)
        self.gate.stand_at("/here/.*")
        self.add = add or self.add_routes

    async def open_up(self) -> None:
        self.asked.set()
        await self.ready.wait()
        if not self.gate.opened:
            self.add()
            self.gate.opened = True

    def add_routes(self) -> None:
        self.application.add_handlers(".*$", [("/here/(.+)", Echo)])


@asynccontextmanager
async def serving(served: Served) -> AsyncIterator[Callable[[str, str], Awaitable[HTTPResponse]]]:
    """Serve, and give a function that sends a request with a body."""
    socket, port = bind_unused_port()
    server, client = HTTPServer(served.application), AsyncHTTPClient(force_instance=True)
    server.add_socket(socket)

    def send(path: str, body: str) -> Awaitable[HTTPResponse]:
        url = f"http://127.0.0.1:{port}{path}"
        return client.fetch(url, method="POST", body=body, raise_error=False)

    try:
        yield send
    finally:
        client.close()
        server.stop()
        await server.close_all_connections()


async def test_requests_wait_and_none_is_lost() -> None:
    """Guards the first requests of a page, which come together, with all that they carry."""
    served = Served()
    async with serving(served) as send:
        body = "x" * 300_000
        first, second = map(asyncio.ensure_future, (send("/here/a", body), send("/here/b", "y")))
        await served.asked.wait()
        assert (await send("/elsewhere", "")).code == 404, "others do not wait"
        assert not first.done()
        assert not second.done()
        served.ready.set()
        assert (await first).body.decode() == f"a {body}"
        assert (await second).body.decode() == "b y"
        assert (await send("/here/c", "later")).body.decode() == "c later"
        assert (await send("/here/", "")).code == 404, "no such route"
        assert (await first).code == 200


async def test_what_cannot_be_loaded_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """Guards against a broken installation that looks like a network failure, or like no route."""

    def broken() -> None:
        raise ImportError("half of it is missing")

    served = Served(broken)
    served.ready.set()
    async with serving(served) as send:
        assert (await send("/here/a", "x")).code == 500
    assert "The routes of the extension cannot be loaded" in caplog.text
    assert "half of it is missing" in caplog.text


async def test_a_browser_that_goes_away(caplog: pytest.LogCaptureFixture) -> None:
    """Guards against an error in the log for each page that is closed meanwhile."""
    served = Served()
    socket, port = bind_unused_port()
    server = HTTPServer(served.application)
    server.add_socket(socket)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /here/a HTTP/1.1\r\nHost: here\r\nContent-Length: 5\r\n\r\n")
    await served.asked.wait()
    writer.close()
    await writer.wait_closed()
    served.ready.set()
    await server.close_all_connections()
    server.stop()
    assert [record.getMessage() for record in caplog.records if record.levelno > 20] == []
