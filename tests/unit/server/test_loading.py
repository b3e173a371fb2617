"""When the parts that answer requests are loaded, and when not any more."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_cluster_launcher.server import app
from jupyter_cluster_launcher.server.app import ClusterLauncher


@pytest.fixture
def began() -> asyncio.Event:
    """Set to let the clusters of earlier servers be taken over."""
    return asyncio.Event()


@pytest.fixture
def stopped() -> list[bool]:
    """Whether all was taken over, at the moment when the parts were stopped."""
    return []


@pytest.fixture
def launcher(
    began: asyncio.Event, stopped: list[bool], monkeypatch: pytest.MonkeyPatch
) -> ClusterLauncher:
    async def stop(only_launched: bool) -> None:
        stopped.append(began.is_set())

    parts = SimpleNamespace(begin=began.wait, stop=stop)

    def load(self: Any) -> SimpleNamespace:
        self._parts = parts
        return parts

    monkeypatch.setattr(ClusterLauncher, "load", load)
    return ClusterLauncher()


async def test_a_fault_that_passes(
    launcher: ClusterLauncher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against one slow moment of a file system that costs the server its clusters."""
    with monkeypatch.context() as patched:
        patched.setattr(app, "import_module", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await launcher._loaded()
    await launcher._loaded()
    assert launcher._parts is not None


async def test_a_stop_waits_for_what_is_being_taken_over(
    launcher: ClusterLauncher, began: asyncio.Event, stopped: list[bool]
) -> None:
    """Guards against clusters that a server takes over after it has closed all others."""
    await launcher._loaded()
    stop = asyncio.ensure_future(launcher.stop_extension())
    await asyncio.wait([stop], timeout=0.1)  # long enough for a stop that does not wait
    began.set()
    await stop
    assert stopped == [True]


async def test_nothing_is_loaded_after_the_stop(launcher: ClusterLauncher) -> None:
    """Guards against a look for clusters that ends when the server does."""
    await launcher.stop_extension()
    with pytest.raises(RuntimeError, match="stopping"):
        await launcher._loaded()
    assert launcher._parts is None
