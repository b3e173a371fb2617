"""The HTTP server of a scheduler in this process, closed to other users of the host.

On a port, loopback included, everybody on the host could read function names, code and logs.
"""

from __future__ import annotations

import os
from typing import Any

SOCKET = "dashboard"  # in the directory of this controller's sockets, which only its owner can open


def serve_privately(sockets: str, name: str) -> None:
    """Have schedulers serve HTTP on a socket in the directory ``sockets``, and on no port.

    Their clients get ``name`` in place of the port, for the link to the dashboard. Raises
    ``ImportError`` where Dask is missing.
    """
    import dask  # noqa: PLC0415 - Dask may be missing
    from distributed import Scheduler  # noqa: PLC0415
    from distributed.http.routing import RoutingApplication  # noqa: PLC0415
    from tornado.httpserver import HTTPServer  # noqa: PLC0415
    from tornado.netutil import bind_unix_socket  # noqa: PLC0415

    path = os.path.join(sockets, SOCKET)

    def start_http_server(self: Any, routes: Any, *_: object, **__: object) -> None:
        """Take the place of Dask's method, which can only listen on ports."""
        self.http_application = RoutingApplication(routes)
        self.http_server = HTTPServer(self.http_application)
        self.http_server.add_socket(bind_unix_socket(path, mode=0o600))
        self.http_server.address, self.http_server.port = path, name
        self.services["dashboard"] = self.http_server

    Scheduler.start_http_server = start_http_server  # type: ignore[method-assign]
    # For the line in the scheduler's log.
    dask.config.set({"distributed.dashboard.link": path})
