"""A cluster object whose scheduler, another process, was killed: Dask itself waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import psutil
import pytest
from distributed.core import Status
from distributed.deploy.subprocess import SubprocessScheduler
from fake_clusters import FakeCluster

from jupyter_cluster_launcher.resident.remote import made
from jupyter_cluster_launcher.resident.remote import monitor as monitors
from jupyter_cluster_launcher.resident.remote import resident as residents
from jupyter_cluster_launcher.resident.remote.monitor import RemoteMonitor
from jupyter_cluster_launcher.resident.remote.resident import RemoteResident

HERE = {"cls": SubprocessScheduler}


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
    cluster.scheduler_spec = HERE
    monkeypatch.setattr(cluster, "close", held.wait)
    with pytest.raises(TimeoutError, match="the rest did not close in time"):
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


@pytest.mark.parametrize(
    ("specification", "starts", "server", "expected"),
    [
        (HERE, True, True, 8),
        (HERE, True, False, 8),
        ({"options": {"address": "node7"}}, True, True, 25),
        ({"options": {"address": "node7"}}, True, False, 55),
        ({}, True, False, 55),
        ({}, False, False, 8),
    ],
    ids=["here", "here by a timer", "host", "host by a timer", "cloud by a timer", "joined"],
)
def test_how_long_a_close_may_take(
    resident: RemoteResident,
    monkeypatch: pytest.MonkeyPatch,
    specification: Any,
    starts: bool,
    server: bool,
    expected: float,
) -> None:
    """Guards against machines in a cloud that go on, since stopping each takes half a minute."""
    limits: list[float] = []
    monkeypatch.setattr(residents, "in_thread", lambda work, limit, late: limits.append(limit))
    watch: Any = SimpleNamespace(closing=server)
    resident._watch, resident.starts = watch, starts
    cluster: Any = FakeCluster(1)
    cluster.scheduler_spec = specification
    resident.end_cluster(cluster)
    assert limits == [expected]


class Vanishing(FakeCluster):
    """A cluster of which a process ends by itself just when Dask ends it."""

    def close(self) -> None:
        super().close()
        if len(self.calls) == 1:
            self.status = Status.closing
            raise psutil.NoSuchProcess(17)
        assert self.status is Status.failed, "else Dask waits for its own close"


@pytest.mark.parametrize("known", [True, False])
def test_a_process_that_has_just_gone(
    resident: RemoteResident,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    known: bool,
) -> None:
    """Guards against workers that stay, and a row that speaks of what may still be running."""
    monkeypatch.setattr(made, "NOTICE", 0)
    monkeypatch.setattr(resident.monitor, "has_ended", lambda: known)
    cluster: Any = Vanishing(1)
    resident.end_cluster(cluster)
    assert cluster.calls == [("close", {})] * 2
    assert not Path(resident._note).exists()
    assert "NoSuchProcess" in capsys.readouterr().err


def test_a_close_that_fails_is_not_begun_again(resident: RemoteResident) -> None:
    """Guards against a failure that is taken for a success, and a note that is lost with it."""
    cluster: Any = FakeCluster(1)
    cluster.close = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        resident.end_cluster(cluster)
    assert Path(resident._note).exists()


@pytest.mark.parametrize("fails", [False, True])
def test_what_else_was_made_ends_last(resident: RemoteResident, fails: bool) -> None:
    """Guards against a cluster that is not closed in time, since another one hangs."""
    closed: list[str] = []
    cluster, other = FakeCluster(1), FakeCluster(1)

    def close() -> None:
        closed.append("cluster")
        if fails:
            raise ZeroDivisionError

    cluster.close = close  # type: ignore[method-assign]
    other.close = lambda: closed.append("other")  # type: ignore[method-assign]
    resident.made = [other, cluster]
    one: Any = cluster
    with pytest.raises(ZeroDivisionError) if fails else contextlib.nullcontext():
        resident.end_cluster(one)
    assert closed == ["cluster", "other"]


def test_a_dead_scheduler_whose_object_cannot_be_told(resident: RemoteResident) -> None:
    """Guards against a close that fails for what was only to make it faster."""

    class Odd:
        """A scheduler's object of a class that keeps its status elsewhere."""

        @property
        def status(self) -> str:
            return "running"

        @status.setter
        def status(self, status: object) -> None:
            raise RuntimeError("It cannot be set.")

    cluster: Any = FakeCluster(1)
    cluster.scheduler = Odd()
    resident.end_cluster(cluster)
    assert cluster.calls == [("close", {})]
