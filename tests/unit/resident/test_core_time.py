"""Core-seconds over scaling, and time spans in words."""

from __future__ import annotations

import time

import pytest

from jupyter_cluster_launcher.resident.core_time import CoreTime
from jupyter_cluster_launcher.resident.durations import in_words


def test_cores_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the sum over scaling: every number of cores counts for as long as it held.

    And the idle sidebar: while the number stays, there is nothing new to report.
    """
    now = 1_700_000_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    counted = CoreTime(100.0)
    assert counted.count(0)[0] == 100
    now += 50
    assert counted.count(4)[0] == 100
    first = counted.count(4)
    now += 30
    assert counted.count(4) == first
    assert counted.count(1) == (220.0, "2023-11-14T22:14:40+00:00")
    now += 10
    assert counted.count(0)[0] == 230


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.5, "0.5 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (90, "1.5 minutes"),
        (3600, "1 hour"),
        (7260, "2 hours"),
        (86400, "1 day"),
        (172_800, "2 days"),
    ],
)
def test_time_spans(seconds: float, words: str) -> None:
    """Guards against "Closed after 7200 seconds without work", and against "1 minutes"."""
    assert in_words(seconds) == words
