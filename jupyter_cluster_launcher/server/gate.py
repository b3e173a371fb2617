"""Lets the first requests wait until there are routes to answer them.

Everything behind the routes takes memory and a noticeable part of a server's start, and is needed
only by users who open the sidebar. So this stands for the routes until one of them is requested.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.routing import PathMatches, Router, Rule
from tornado.web import Application, ErrorHandler


class Gate(Router):
    """Stands for the routes of a web application below a path, until it is opened."""

    def __init__(
        self, application: Application, open_up: Callable[[], Awaitable[None]], log: Any
    ) -> None:
        """Have ``open_up`` add the routes to ``application`` and set ``opened``, when needed.

        ``log`` is that of the server.
        """
        self.opened = False
        self.application, self.open_up, self.log = application, open_up, log

    def stand_at(self, pattern: str) -> None:
        """Hold requests whose path matches a regular expression as a whole."""
        # That of jupyter_server checks the methods of handlers, which are not there yet. It does so
        # when they are added.
        Application.add_handlers(self.application, ".*$", [Rule(PathMatches(pattern), self)])

    def find_handler(self, request: HTTPServerRequest, **_: object) -> HTTPMessageDelegate | None:
        """Return what lets a request wait; None once the application knows the routes itself."""
        return None if self.opened else _Waiting(self, request)


class _Waiting(HTTPMessageDelegate):
    """A request that is handed to its handler when there is one."""

    def __init__(self, gate: Gate, request: HTTPServerRequest) -> None:
        self._gate, self._request = gate, request
        self._handler: HTTPMessageDelegate | None = None

    async def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        """Wait until the routes are there; the body of the request is not read before that."""
        application = self._gate.application
        try:
            await self._gate.open_up()
            self._handler = application.find_handler(self._request)
        except Exception:  # an installation that is broken: each request says so
            self._gate.log.exception("The routes of the extension cannot be loaded")
            self._handler = application.get_handler_delegate(
                self._request, ErrorHandler, {"status_code": 500}
            )
        received = self._handler.headers_received(start_line, headers)
        if received is not None:
            await received

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        """Pass a part of the body on."""
        return self._handler.data_received(chunk) if self._handler else None

    def finish(self) -> None:
        """Have the request answered: all of it is there."""
        if self._handler:
            self._handler.finish()

    def on_connection_close(self) -> None:
        """Tell the handler, if there is one by now."""
        if self._handler:
            self._handler.on_connection_close()
