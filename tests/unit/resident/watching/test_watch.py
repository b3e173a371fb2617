"""What a watch publishes of a cluster that does as the test says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from watches import IDLE, watch

from jupyter_cluster_launcher.resident.observed import news as publishing
from jupyter_cluster_launcher.resident.observed import plots as dashboards
from jupyter_cluster_launcher.resident.report import VERSION, Report, Sample
from jupyter_cluster_launcher.resident.watching import watch as watching
from jupyter_cluster_launcher.resident.watching.used import NOTHING
from jupyter_cluster_launcher.resident.watching.watch import Watch


def test_only_news_is_published(
    published: list[Report], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against a report, and a save on the server, three times a second."""
    one = watch(tmp_path, IDLE, IDLE, {**IDLE, "ready": 2})
    for _ in range(3):
        one.poll()
    assert [report["ready"] for report in published] == [1, 2]
    one.poll(always=True)
    assert len(published) == 3


@pytest.mark.parametrize(
    ("usage", "news"),
    [
        ({"cpu": 0.05}, False),
        ({"cpu": 0.5}, True),
        ({"memory": 110}, False),
        ({"memory": 200}, True),
        ({"tasks": 1}, True),
        ({"busy": True}, True),
        ({}, False),
        (None, True),
    ],
)
def test_meters_that_fluctuate(
    published: list[Report],
    tmp_path: Path,
    clock: Callable[[float], None],
    usage: dict[str, Any] | None,
    news: bool,
) -> None:
    """Guards against a row that is drawn anew for nothing, and against one that never moves."""
    before: Any = IDLE["usage"]
    later: Any = {**IDLE, "usage": None if usage is None else {**before, **usage}}
    one = watch(tmp_path, IDLE, later)
    one.poll()
    one.poll()
    assert len(published) == 1, "not more often than every three seconds"
    clock(publishing.USAGE_PERIOD)
    one.poll()
    assert len(published) == (2 if news else 1)


def test_a_report_is_whole(
    published: list[Report],
    tmp_path: Path,
    clock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards against a key that the sample does not know and the server expects."""
    listed: list[dict[str, str]] = [{}, {"Progress": "/individual-progress"}]
    paths: list[str] = []

    def plots(path: str) -> dict[str, str]:
        paths.append(path)
        return listed[len(paths) - 1]

    monkeypatch.setattr(dashboards, "plots", plots)
    one = watch(tmp_path, {**IDLE, "dashboard_socket": "/tmp/d"}, known={"tls": True})
    one.poll()
    assert published[0] == {
        **IDLE,
        "version": VERSION,
        "tls": True,
        "dashboard_socket": "/tmp/d",
        "plots": {},
        "core_seconds": 0.0,
        "cores_since": "2023-11-14T22:13:20+00:00",
        "closes_at": None,
        "used": {**NOTHING, "units": 1},
    }
    one.poll(always=True)
    assert paths == ["/tmp/d"], "not at once again"
    for _ in range(3):
        clock(2)
        one.poll(always=True)
    assert published[-1]["plots"] == listed[1]
    assert paths == ["/tmp/d"] * 2, "the dashboard is queried until it answers"


def test_a_cluster_that_cannot_be_read(
    published: list[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that stands still and does not say why, or says it for ever."""
    states = iter([{"ready": 1}, ValueError("odd"), ValueError("odd"), {"ready": 1}])

    def sample() -> Sample:
        state: Any = next(states, None)
        if state is None:
            one.done.set()
            return Sample({"ready": 1})
        if isinstance(state, Exception):
            raise state
        return Sample(state)

    monkeypatch.setattr(watching, "PERIOD", 0)
    one = Watch(lambda: None, str(tmp_path))
    one.begin(sample)
    one.run()
    warnings = [report.get("warnings") for report in published]
    assert warnings == [None, ["The cluster's state cannot be read: ValueError: odd"], None]


def test_a_cluster_that_ended_is_watched_no_more(
    published: list[Report], ended: list[str], tmp_path: Path
) -> None:
    """Guards against a thread that polls what has been closed, and jobs that wait for it."""
    words = "Stopped: the scheduler was shut down."
    one = watch(tmp_path, {**IDLE, "ended": words})
    one.close = lambda: ended.append("closed")
    one.poll()
    assert not ended, "the row says so before the jobs are cancelled, which takes a while"
    assert published[-1]["ended"] == words
    one.tick()
    assert ended == ["closed", "ended"]
    assert one.done.is_set()
    one.run()
    assert len(published) == 1
    assert json.loads((tmp_path / "ended.json").read_text())["ended"] == words
