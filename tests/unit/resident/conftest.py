"""What a resident publishes, and what it reads."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from fake_clusters import Dashboard

from jupyter_cluster_launcher.resident import watch
from jupyter_cluster_launcher.resident.report import Report


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Report]]:
    """What was pushed to the server; no thread of a watch outlives the test."""
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


@pytest.fixture
def dashboard() -> Iterator[Dashboard]:
    """A dashboard that answers."""
    with Dashboard() as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield server
        server.shutdown()
        thread.join()
