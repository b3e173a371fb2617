"""What the suites of the cloud side share: a gateway to launch on, and looks behind the scenes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest
from real_gateway import RealGateway, missing, require

if TYPE_CHECKING:
    from api import Api

SECRET = "wJalrXUtnFEMI-a-secret-value"


@pytest.fixture(scope="module")
def one_gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealGateway]:
    """A gateway for all tests of a file."""
    require(missing())
    server = RealGateway(tmp_path_factory.mktemp("gateway"), form="all").start()
    yield server
    server.stop()


@pytest.fixture
def gateway(one_gateway: RealGateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealGateway]:
    """A gateway with no cluster on it, where a plain ``Gateway()`` of a kernel finds it."""
    point_to(one_gateway, monkeypatch)
    yield one_gateway
    left = one_gateway.clusters()
    for cluster in left:
        one_gateway.stop_cluster(cluster["name"])
    assert left == [], "the test left clusters on the gateway"


def point_to(server: RealGateway, monkeypatch: pytest.MonkeyPatch, **who: str) -> None:
    """Configure every kernel that starts from now on for this gateway."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, SECRET)
    for name, value in server.environment(**who).items():
        monkeypatch.setenv(name, value)


async def until(holds: Callable[[], Any], what: str, timeout: float = 60) -> None:
    """Wait until something holds of the world outside."""
    deadline = asyncio.get_running_loop().time() + timeout
    while not await asyncio.to_thread(holds):
        assert asyncio.get_running_loop().time() < deadline, f"never came: {what}"
        await asyncio.sleep(0.1)


async def ended(api: Api, cluster_id: str, timeout: float = 90) -> dict[str, Any]:
    """Return a cluster once it neither starts nor runs."""
    deadline = asyncio.get_running_loop().time() + timeout
    while True:
        _, cluster = await api.ask("GET", "clusters", cluster_id)
        if cluster["state"] not in ("starting", "running", "closing"):
            return dict(cluster)
        assert asyncio.get_running_loop().time() < deadline, f"it did not end: {cluster}"
        await asyncio.sleep(0.1)


def opens(url: str) -> bool:
    """Return whether there is a page at an address."""
    with urlopen(url, timeout=10) as page:
        return bool(page.status == 200)
