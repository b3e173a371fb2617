"""The thread that polls a scheduler in another process, whatever goes wrong in it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from clocks import Clocks
from fake_clusters import FakeCluster

from jupyter_cluster_launcher.resident.remote import monitor as monitors
from jupyter_cluster_launcher.resident.remote.monitor import RemoteMonitor

ADDRESS = "tcp://10.0.0.7:8786"
WORKER = {"name": 0, "nthreads": 2, "memory_limit": 1000, "status": "running", "metrics": {}}


class Growing:
    """A scheduler that has one more worker at each poll."""

    def __init__(self) -> None:
        self.polls = itertools.count(1)

    async def identity(self) -> dict[str, Any]:
        workers = {f"tcp://w{number}": WORKER for number in range(next(self.polls))}
        return {"workers": workers, "id": "s", "address": ADDRESS}

    async def get_task_prefix_states(self) -> dict[str, Any]:
        return {}

    async def events(self, topic: str) -> list[Any]:
        return []

    async def versions(self) -> dict[str, Any]:
        return {"packages": {"python": "3.12.1.final.0"}}


class Odd(FakeCluster):
    """A cluster of a class whose link raises, as Dask's own does for some addresses."""

    def __init__(self) -> None:
        super().__init__(1)
        self.scheduler_address, self.scheduler_comm = ADDRESS, Growing()
        self.asked = 0

    @property
    def dashboard_link(self) -> str:
        self.asked += 1
        raise RuntimeError("No dashboard is known.")


def ask(request: Coroutine[Any, Any, Any], limit: float = 0) -> Any:
    """Run a request at once, as the monitor does on the cluster's event loop."""
    return asyncio.run(request)


@pytest.fixture
def cluster() -> Any:
    """A cluster whose dashboard cannot be found."""
    return Odd()


@pytest.fixture
def monitor(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RemoteMonitor]:
    """A monitor that is not started; it polls without a pause."""
    monkeypatch.setattr(monitors, "PERIOD", 0.01)
    monkeypatch.setattr(monitors, "SECOND_LOOK", 0)
    one = RemoteMonitor(cluster, str(tmp_path))
    monkeypatch.setattr(one, "do", ask)
    yield one
    one.stop()
    if one.ident:
        one.join()


def wait_until(happened: Callable[[], bool]) -> bool:
    """Return whether something happens within some seconds."""
    limit = time.monotonic() + 5
    while not happened() and time.monotonic() < limit:
        time.sleep(0.01)
    return happened()


def test_a_dashboard_that_cannot_be_found(
    cluster: Any, monitor: RemoteMonitor, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against workers that stand still, and a busy cluster that ends as an idle one."""
    monitor.start()
    assert wait_until(lambda: len(monitor.workers) > 2)
    assert cluster.asked > 1
    assert monitor.sample().report["warnings"] == []
    assert capsys.readouterr().err.count("RuntimeError: No dashboard is known.") == 1


def test_a_poll_that_fails_in_an_unknown_way(
    monitor: RemoteMonitor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a thread that ends without a word, and a state that is taken for idle."""
    failures = [ValueError("odd")] * 3
    poll = monitor.poll

    def fail_first() -> None:
        if failures:
            raise failures[-1]
        poll()

    monkeypatch.setattr(monitor, "poll", fail_first)
    monitor.start()
    assert monitor.first.wait(5)
    first, second = monitor.sample(), monitor.sample()
    words = "The cluster's state cannot be read: ValueError: odd"
    assert first.report["warnings"] == [words]
    assert first.activity != second.activity, "what cannot be read is not idle"
    monkeypatch.setattr(monitors, "UNREAD_LIMIT", 0.0)
    assert monitor.sample().activity == monitor.sample().activity, "but not for ever"
    failures.clear()
    assert wait_until(lambda: bool(monitor.workers))
    assert monitor.sample().report["warnings"] == []
    assert monitor.sample().activity == monitor.sample().activity
    assert capsys.readouterr().err.count("ValueError: odd") == 1


@pytest.mark.parametrize(("looks", "ended"), [((True, False), None), ((True, True), True)])
def test_a_port_that_refuses_once(
    monitor: RemoteMonitor, monkeypatch: pytest.MonkeyPatch, looks: tuple[bool, ...], ended: Any
) -> None:
    """Guards against the end of a cluster for a firewall that reloads its rules."""
    clocks = Clocks(monkeypatch)
    monitor.poll()
    clocks.pass_by(1)
    answers = iter(looks)
    monkeypatch.setattr(monitors, "refuses", lambda address: next(answers))
    monitor._no_answer(TimeoutError())
    assert (monitor.ended is not None) is bool(ended)
