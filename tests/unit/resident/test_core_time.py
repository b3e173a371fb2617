"""Core-seconds over scaling, and time spans in words."""

from __future__ import annotations

from datetime import datetime

import pytest
from clocks import Clocks

from jupyter_cluster_launcher.resident.watching.core_time import CoreTime
from jupyter_cluster_launcher.resident.watching.durations import in_words


def test_cores_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the sum over scaling: every number of cores counts for as long as it held.

    And the idle sidebar: while the number stays, there is nothing new to report.
    """
    clocks = Clocks(monkeypatch)
    counted = CoreTime(100.0)
    assert counted.count(0)[0] == 100
    clocks.pass_by(50)
    assert counted.count(4)[0] == 100
    first = counted.count(4)
    clocks.pass_by(30)
    assert counted.count(4) == first
    assert counted.count(1) == (220.0, "2023-11-14T22:14:40+00:00")
    clocks.pass_by(10)
    assert counted.count(0)[0] == 230


@pytest.mark.parametrize("by", [-86_400.0, 86_400.0], ids=["back", "forward"])
def test_a_clock_that_is_set(monkeypatch: pytest.MonkeyPatch, by: float) -> None:
    """Guards against core-hours that are negative, or a day too many.

    Readers add the time since the last change by their clock, so it is moved along.
    """
    clocks = Clocks(monkeypatch)
    counted = CoreTime()
    counted.count(4)
    clocks.pass_by(60)
    clocks.wall += by
    seconds, since = counted.count(4)
    assert seconds == 0
    assert clocks.wall - datetime.fromisoformat(since).timestamp() == 60
    clocks.pass_by(60)
    assert counted.count(4) == (0, since), "said once"
    assert counted.count(0)[0] == 480


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
    """Guards against "Stopped after 7200 seconds without work", and against "1 minutes"."""
    assert in_words(seconds) == words
