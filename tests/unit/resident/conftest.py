"""What a resident publishes, and what it reads."""

from __future__ import annotations

import gc
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socketserver import BaseServer

import dask
import pytest
from distributed import Scheduler
from fake_clusters import Dashboard, SocketDashboard

from jupyter_cluster_launcher.resident.report import Report
from jupyter_cluster_launcher.resident.watching import watch


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Report]]:
    """What was pushed to the server; nothing of a watch outlives the test."""
    collected = gc.get_threshold()
    reports: list[Report] = []
    watches: list[watch.Watch] = []
    start = watch.Watch.start

    def noted(one: watch.Watch) -> None:
        watches.append(one)
        start(one)

    monkeypatch.setattr(watch, "publish", reports.append)
    monkeypatch.setattr(watch, "end_process", lambda: None)  # it would be that of the tests
    monkeypatch.setattr(watch.Watch, "start", noted)
    yield reports
    for one in watches:
        one.done.set()
        one.join()
    gc.set_threshold(*collected)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """Both clocks; calling it lets seconds go by."""
    now = 1_700_000_000.0

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds

    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now)
        patch.setattr(time, "monotonic", lambda: now)
        yield wait


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happened at the end of a watch, in order."""
    steps: list[str] = []
    monkeypatch.setattr(watch, "end_process", lambda: steps.append("ended"))
    return steps


@pytest.fixture
def dashboard() -> Iterator[Dashboard]:
    """A dashboard that answers."""
    with Dashboard() as server, serving(server):
        yield server


@pytest.fixture
def socket_dashboard() -> Iterator[SocketDashboard]:
    """A dashboard that answers on a Unix socket."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as folder,  # a path that is short enough
        SocketDashboard(f"{folder}/dashboard") as server,
        serving(server),
    ):
        yield server


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """Have a server answer."""
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    yield
    server.shutdown()
    thread.join()


@pytest.fixture
def dask_unchanged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo, after the test, what preparing changes in Dask itself."""
    monkeypatch.setattr(Scheduler, "start_http_server", Scheduler.start_http_server)
    link = "distributed.dashboard.link"
    with dask.config.set({link: dask.config.get(link)}):
        yield
