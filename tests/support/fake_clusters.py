"""Stand-ins for the cluster objects of Dask's packages, as far as the resident uses them."""

from __future__ import annotations

import http.server
import socketserver
from collections.abc import MutableMapping
from types import SimpleNamespace
from typing import Any


class FakeCluster:
    """A cluster whose scheduler runs here, with one worker for each name in its specification."""

    def __init__(self, *names: Any) -> None:
        self.name, self.scheduler_address = "abc", "tls://127.0.0.1:1"
        self.status: object = "running"
        self.plugins: list[Any] = []
        self.worker_spec: MutableMapping[Any, Any] = {name: {} for name in names}
        self.scheduler: Any = SimpleNamespace(
            workers={f"tls://w{name}": a_worker(name) for name in names},
            tasks={"t1": 1, "t2": 2},
            task_groups={"t": SimpleNamespace(states={"memory": 1, "processing": 1})},
            unrunnable=set(),
            queued=set(),
            transition_counter=7,
            services={"dashboard": SimpleNamespace(port=None)},
            add_plugin=self.plugins.append,
        )
        self.loop: Any = None
        self.calls: list[tuple[str, dict[str, int]]] = []
        self._adaptive: Any = None

    def scale(self, **kwargs: int) -> None:
        self.calls.append(("scale", kwargs))

    def adapt(self, **kwargs: int) -> None:
        self.calls.append(("adapt", kwargs))
        self._adaptive = SimpleNamespace(stop=lambda: self.calls.append(("stop", {})))

    def close(self) -> None:
        self.calls.append(("close", {}))


def a_worker(name: Any) -> Any:
    """A worker as its scheduler knows it: half busy, a tenth of its memory in use."""
    known: dict[str, Any] = {"name": name, "nthreads": 2, "memory_limit": 1000}
    known["metrics"] = {"cpu": 100.0, "memory": 100}
    return SimpleNamespace(
        **known,
        processing={},
        status="running",
        identity=lambda: {**known, "status": "running", "nanny": "tls://nanny"},
    )


class FakeGatewayCluster:
    """A cluster of a gateway as the create code leaves it."""

    def __init__(self, name: str = "1f") -> None:
        self.name, self.scheduler_address = name, f"gateway://x/{name}"
        self.dashboard_link: str | None = "/d"
        self.shutdown_on_close = True
        self.gateway = SimpleNamespace(address="http://127.0.0.1:9", auth=None)
        self.security = SimpleNamespace(get_connection_args=lambda role: {})

    def scale(self, **kwargs: int) -> None:
        raise AssertionError("the synchronous client can deadlock")

    adapt = scale

    def close(self) -> None:
        raise AssertionError("a cluster is stopped by its name")


class Dashboard(http.server.HTTPServer):
    """A dashboard on a port of loopback: its pages by path."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        super().__init__(("127.0.0.1", 0), _Page)


class SocketDashboard(socketserver.UnixStreamServer):
    """The same on a Unix socket."""

    def __init__(self, path: str) -> None:
        self.pages: dict[str, bytes] = {}
        self.path = path
        super().__init__(path, _Page)


class _Page(http.server.BaseHTTPRequestHandler):
    server: Dashboard | SocketDashboard

    def do_GET(self) -> None:
        page = self.server.pages.get(self.path)
        self.send_response(404 if page is None else 200)
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *args: Any) -> None:
        """Print nothing."""
