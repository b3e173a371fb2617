"""A real dask-gateway-server for the tests: loopback, free ports, ready in about a second."""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from supervised import Supervised, command_line, free_ports, marked

HERE = Path(__file__).parent
CONFIG = HERE / "real_gateway_config.py"
PASSWORD = "sesame"


def missing() -> str | None:
    """Return why no dask-gateway-server can run here, or None."""
    for module in ("dask_gateway", "dask_gateway_server", "sqlalchemy"):
        if find_spec(module) is None:
            return (
                f"{module} is not installed: pip install 'dask-gateway-server[local]' dask-gateway"
            )
    return None


def require(reason: str | None) -> None:
    """Skip where an engine cannot run; in CI that is an error."""
    if reason and os.environ.get("CI"):
        pytest.fail(f"In CI every engine has to run: {reason}")
    if reason:
        pytest.skip(reason)


class RealGateway:
    """One server; its clusters are processes on this host.

    With ``database`` its clusters outlive it, as on a gateway that is being updated. ``form`` is
    ``nebari``, ``all``, which has a field of every kind, or ``none``.
    """

    def __init__(self, directory: Path, *, database: bool = False, form: str = "nebari") -> None:
        """Prepare a server that keeps everything below ``directory``."""
        self.directory = directory
        self.port, self.private_port = free_ports(2)
        self.settings = {
            "GATEWAY_DIRECTORY": str(directory),
            "GATEWAY_PORT": str(self.port),
            "GATEWAY_PRIVATE_PORT": str(self.private_port),
            "GATEWAY_PASSWORD": PASSWORD,
            "GATEWAY_FORM": form,
        }
        if database:
            self.settings["GATEWAY_DATABASE"] = str(directory / "gateway.sqlite")
            self.settings["GATEWAY_DATABASE_KEY"] = base64.b64encode(
                secrets.token_bytes(32)
            ).decode()
        self.servers: list[Supervised] = []

    @property
    def url(self) -> str:
        """The address that users are given."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self, user: str = "alice", password: str = PASSWORD) -> dict[str, str]:
        """Return the variables with which a plain ``Gateway()`` finds this server as ``user``."""
        return {
            "DASK_GATEWAY__ADDRESS": self.url,
            "DASK_GATEWAY__AUTH__TYPE": "basic",
            "DASK_GATEWAY__AUTH__KWARGS__USERNAME": user,
            "DASK_GATEWAY__AUTH__KWARGS__PASSWORD": password,
        }

    def start(self) -> RealGateway:
        """Start the server and wait until it answers."""
        # A file that is not there would be ignored, and the server would listen on all interfaces.
        assert CONFIG.is_file()
        self.directory.mkdir(parents=True, exist_ok=True)
        command = [str(Path(sys.executable).parent / "dask-gateway-server"), "-f", str(CONFIG)]
        server = Supervised(
            command,
            self.directory / f"gateway-{len(self.servers)}.log",
            {**os.environ, **self.settings},
            self.directory,
        )
        self.servers.append(server)
        server.wait_until("An answer of dask-gateway-server", self.healthy)
        return self

    def healthy(self) -> bool:
        """Return whether the server answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/health", timeout=1) as answer:
                return bool(json.load(answer)["status"] == "pass")
        except OSError:
            return False

    def stop(self) -> None:
        """Stop the server; no process of any of its runs stays behind."""
        for server in self.servers:
            server.stop()
        self.servers.clear()

    def kill(self) -> None:
        """Kill the server alone: its clusters stay, and nothing answers."""
        self.servers[-1].kill()

    def clusters(
        self, user: str = "alice", status: str = "pending,running"
    ) -> list[dict[str, Any]]:
        """Return a user's clusters as the server lists them, without the client library."""
        found = self._request("GET", f"?status={status}", user)
        return list(found.values())

    def start_cluster(self, user: str = "alice", profile: str = "Small Worker") -> str:
        """Start a cluster behind the launcher's back; return its name once it runs."""
        options = {"cluster_options": {"profile": profile}}
        name = str(self._request("POST", "", user, options)["name"])
        while self._request("GET", f"{name}?wait", user)["status"] == "PENDING":
            pass  # the server answers when it has changed
        return name

    def scale_cluster(self, name: str, count: int, user: str = "alice") -> None:
        """Give a cluster workers behind the launcher's back."""
        self._request("POST", f"{name}/scale", user, {"count": count})

    def stop_cluster(self, name: str, user: str = "alice") -> None:
        """Stop a cluster behind the launcher's back."""
        self._request("DELETE", name, user)

    def _request(self, verb: str, path: str, user: str, data: Any = None) -> Any:
        login = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
        request = urllib.request.Request(
            f"{self.url}/api/v1/clusters/{path}",
            method=verb,
            data=None if data is None else json.dumps(data).encode(),
            headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            body = answer.read()
        return json.loads(body) if body else None

    def processes(self, word: str) -> list[int]:
        """Return the processes of this server with ``word`` in their command line."""
        return [
            pid
            for server in self.servers
            for pid in marked(server.mark)
            if word in command_line(pid)
        ]
