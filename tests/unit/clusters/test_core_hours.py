"""Core-hours of a cluster whose controller is gone, and clocks that are set."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from jupyter_cluster_launcher.clusters.core_hours import Heard, counted, heard_now
from jupyter_cluster_launcher.models import Report

NOW = 1_700_000_000.0  # 2023-11-14T22:13:20
REPORT = Report(cores=4, core_seconds=100.0, cores_since="2023-11-14T22:12:20+00:00")


@pytest.mark.parametrize("by", [0.0, -86_400.0, 86_400.0], ids=["right", "set back", "forward"])
def test_the_time_until_the_end_counts(monkeypatch: pytest.MonkeyPatch, by: float) -> None:
    """Guards against a killed cluster that has cost nothing, or less than nothing."""
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(time, "monotonic", lambda: 50.0)
    heard = heard_now()
    monkeypatch.setattr(time, "time", lambda: NOW + 30 + by)
    monkeypatch.setattr(time, "monotonic", lambda: 80.0)
    last = counted(REPORT, heard)
    assert (last.core_seconds, last.cores) == (100 + 4 * (60 + 30), 0)


def test_a_report_from_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against negative core-hours where the clock was set after the report."""
    monkeypatch.setattr(time, "monotonic", lambda: 80.0)
    last = counted(REPORT, Heard(50.0, NOW - 86_400))
    assert last.core_seconds == 100 + 4 * 30


def test_what_is_not_known_is_not_counted() -> None:
    """Guards against guesses about a cluster that ended while no server was there."""
    assert counted(REPORT, None) == REPORT
    assert counted(Report(), heard_now()) == Report()


def test_a_time_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the end of a cluster against a report of another version."""
    monkeypatch.setattr(time, "monotonic", lambda: 80.0)
    odd = replace(REPORT, cores_since="yesterday")
    assert counted(odd, Heard(50.0, NOW)).core_seconds == 100 + 4 * 30
