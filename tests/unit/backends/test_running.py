"""Schedulers that already run, as the form lists them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timezone
from typing import Any

import pytest
from fakes import Titles

from jupyter_cluster_launcher.backends.facts import Context
from jupyter_cluster_launcher.backends.running import RunningBackend
from jupyter_cluster_launcher.controller import announcements


def _announcement(**changes: Any) -> announcements.Announcement:
    since = datetime(2030, 1, 1, 12, tzinfo=timezone.utc)
    size = {"workers": 2, "cores": 2, "memory": 4 * 1024**3}
    facts = {"address": "tcp://127.0.0.1:8786", "pid": 7, "since": since, **size, **changes}
    return announcements.Announcement(**facts)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "2 workers, 2 threads, 4 GiB; process 7, since "),
        ({"workers": 1, "cores": 1, "memory": 0}, "1 worker, 1 thread; process 7, since "),
        ({"workers": 0, "cores": 0, "memory": 0}, "0 workers, 0 threads; process 7, since "),
    ],
)
def test_what_is_said_of_a_cluster(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], words: str
) -> None:
    """Guards against "cores" for the threads of workers, of which one core may have several."""
    monkeypatch.setattr(announcements, "found", lambda: [_announcement(**changes)])
    (one,) = asyncio.run(RunningBackend(Context(Titles())).discover("python3", []))
    assert one.description.startswith(words)
