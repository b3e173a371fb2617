"""A server whose notebooks have their kernels behind a kernel gateway: another Jupyter server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from real_server import RealServer


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """A server with the extension, and the gateway of its kernels."""
    folder: Path = tmp_path_factory.mktemp("gateway")
    gateway = RealServer(folder / "gateway", base_url="/").start()
    server = RealServer(
        folder / "server",
        f"--GatewayClient.url=http://127.0.0.1:{gateway.port}",
        f"--GatewayClient.auth_token={gateway.token}",
    ).start()
    yield server
    server.stop()
    gateway.stop()


@pytest.mark.parametrize("kernel_name", ["", "?kernel_name=python3", "?kernel_name=of_the_gateway"])
def test_platforms_say_why_they_cannot_be_used(server: RealServer, kernel_name: str) -> None:
    """Guards against a server error on every route, and a launch that no notebook reaches."""
    status, platforms = server.ask("GET", f"cluster-launcher/platforms{kernel_name}")
    assert status == 200
    reasons = {one["name"]: one["reason"] or "" for one in platforms}
    assert "run behind a kernel gateway (http://127.0.0.1:" in reasons["local"]
    assert "kernel gateway" not in reasons["nebari"]


@pytest.mark.parametrize("kernel_name", [None, "python3", "of_the_gateway"])
def test_a_launch_is_refused_in_a_sentence(server: RealServer, kernel_name: str | None) -> None:
    """Guards against a server error for the kernel that the notebook has."""
    request = {"platform": "local", "kernel_name": kernel_name}
    for route in ("clusters", "code"):
        status, answer = server.ask("POST", f"cluster-launcher/{route}", request)
        assert status == 503
        assert answer["message"].endswith("clusters of This computer cannot be reached.")
    assert server.clusters() == []
