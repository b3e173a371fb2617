"""A cluster object whose scheduler, another process, was killed: Dask itself waits for it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from fake_clusters import FakeCluster

from jupyter_cluster_launcher.resident.remote import monitor as monitors
from jupyter_cluster_launcher.resident.remote import resident as residents
from jupyter_cluster_launcher.resident.remote.monitor import RemoteMonitor
from jupyter_cluster_launcher.resident.remote.resident import RemoteResident


class Asked:
    """The connection to a scheduler whose port is there no more, once it has been asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
        self.error, self.asked = error, False
        monkeypatch.setattr(monitors, "refuses", lambda address: self.asked)

    async def identity(self) -> dict[str, Any]:
        self.asked = True
        if self.error:
            raise self.error
        return {}


def ask(request: Coroutine[Any, Any, Any], limit: float) -> Any:
    """Run a request at once, as the monitor does on the cluster's event loop."""
    return asyncio.run(request)


@pytest.mark.parametrize(("error", "ended"), [(OSError("closed"), True), (None, False)])
def test_one_that_was_killed_a_moment_ago_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception | None, ended: bool
) -> None:
    """Guards against half a minute in which Dask asks a dying scheduler to retire its workers."""
    cluster: Any = FakeCluster(1)
    cluster.scheduler_comm = Asked(monkeypatch, error)
    monitor = RemoteMonitor(cluster, str(tmp_path))
    monkeypatch.setattr(monitor, "do", ask)
    assert not monitor.has_ended(), "something may forward to another one"
    monitor._gone_after = monitors.GONE_AFTER
    assert monitor.has_ended() is ended


@pytest.fixture
def resident(tmp_path: Path) -> Iterator[RemoteResident]:
    """A resident that knows that the scheduler of its cluster has ended."""
    resident = RemoteResident()
    resident.settings = {"directory": str(tmp_path)}
    resident._note = str(tmp_path / "started.json")
    Path(resident._note).touch()
    monitor: Any = SimpleNamespace(has_ended=lambda: True, stop=lambda: None)
    resident.monitor = monitor
    with dask.config.set({"distributed.comm.timeouts.connect": "30s"}):
        yield resident


def test_a_close_that_hangs_is_given_up(
    resident: RemoteResident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a server that waits half a minute for what Dask itself waits for.

    Whoever cleans up later has to know what was started.
    """
    held = threading.Event()
    monkeypatch.setattr(residents, "CLOSE_LIMIT", 0.05)
    cluster: Any = FakeCluster(1)
    monkeypatch.setattr(cluster, "close", held.wait)
    with pytest.raises(TimeoutError):
        resident.end_cluster(cluster)
    held.set()
    assert Path(resident._note).exists()


def test_a_close_that_ends_is_all_there_is(resident: RemoteResident) -> None:
    """Guards against workers that stay, since Dask asks the scheduler to retire them first."""
    cluster: Any = FakeCluster(1)
    resident.end_cluster(cluster)
    assert cluster.calls == [("close", {})]
    assert cluster.scheduler.status.name == "closed"
    assert dask.config.get("distributed.comm.timeouts.connect") == "1s"
    assert not Path(resident._note).exists()
