"""How a watch ends a cluster that does as the test says."""

from __future__ import annotations

import errno
import json
import os
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from clocks import Clocks
from fake_clusters import FakeCluster
from watches import BUSY, IDLE, watch

from jupyter_cluster_launcher.resident.local import RESIDENT
from jupyter_cluster_launcher.resident.report import Report, Sample
from jupyter_cluster_launcher.resident.watching import ending
from jupyter_cluster_launcher.resident.watching import watch as watching
from jupyter_cluster_launcher.resident.watching.watch import Watch


def test_an_idle_cluster_ends_and_says_why(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards the idle time: announced, kept to, and reported to a server that comes later."""
    one = watch(tmp_path, IDLE, idle_timeout=60.0)
    one.close = lambda: ended.append("closed")
    one.tick()
    assert published[-1]["closes_at"] == "2023-11-14T22:14:20+00:00"
    clock(59)
    one.tick()
    assert not ended
    clock(2)
    one.tick()
    assert ended == ["closed", "ended"]
    assert one.done.is_set()
    last = published[-1]
    assert last["ended"] == "Stopped after 1 minute without work."
    assert (last["ready"], last["usage"], last["closes_at"]) == (0, None, None)
    assert last["core_seconds"] == 122.0
    assert json.loads((tmp_path / "ended.json").read_text())["ended"] == last["ended"]


def test_its_sockets_end_with_it(
    ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against sockets that stay for ever where no server knows of the cluster any more."""
    sockets = tmp_path / "sockets"
    sockets.mkdir()
    (sockets / "k-1").touch()
    one = watch(tmp_path / "gone", IDLE, idle_timeout=1.0)
    one.sockets = str(sockets)
    one.tick()
    clock(2)
    one.tick()
    assert ended == ["ended"]
    assert not sockets.exists()


def test_a_close_that_fails_ends_all_the_same(
    published: list[Report],
    ended: list[str],
    tmp_path: Path,
    clock: Callable[[float], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Guards against a cluster that idles for ever because its close fails."""
    one = watch(tmp_path, IDLE, idle_timeout=1.0)

    def fail() -> None:
        raise OSError("scancel failed")

    one.close = fail
    one.tick()
    clock(2)
    one.tick()
    assert "scancel failed" in capsys.readouterr().err, "which is the launch log"
    assert ended == ["ended"]
    assert "ended" in published[-1]


def test_a_cluster_ends_at_its_core_hours(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards the limit: busy or not, without a server, counted over all controllers."""
    one = watch(tmp_path, BUSY, core_limit=3600.0, core_seconds=1800.0)
    one.tick()
    clock(890)
    one.contact.note()
    one.tick()
    assert not ended
    clock(20)
    one.tick()
    assert ended == ["ended"]
    words = "Stopped: its limit of 1 core-hour is reached."
    assert json.loads((tmp_path / "ended.json").read_text())["ended"] == words
    assert published[-1]["core_seconds"] == pytest.approx(3620)


def test_work_begins_the_idle_time_anew(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against an end under a computation, and right after one."""
    one = watch(tmp_path, IDLE, BUSY, BUSY, IDLE, idle_timeout=60.0)
    one.tick()
    clock(50)
    one.tick()
    assert published[-1]["closes_at"] is None
    clock(500)
    one.tick()
    clock(50)
    one.tick()
    assert published[-1]["closes_at"] == "2023-11-14T22:24:20+00:00"
    assert not ended


def test_the_end_is_shown_by_the_clock_as_it_is_set(
    published: list[Report], ended: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that promises an hour more than the idle time has left."""
    clocks = Clocks(monkeypatch)
    one = watch(tmp_path, IDLE, idle_timeout=60.0)
    one.tick()
    clocks.wall -= 3600
    clocks.pass_by(30)
    one.tick()
    closes_at = datetime.fromisoformat(published[-1]["closes_at"] or "")
    assert closes_at.timestamp() == clocks.wall + 30
    clocks.pass_by(31)
    one.tick()
    assert ended == ["ended"]


def test_tasks_between_two_polls_are_work(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against an end under a notebook whose tasks are over before a poll sees them."""
    counter = 0
    one = Watch(lambda: None, str(tmp_path))
    one.begin(lambda: Sample(IDLE, counter), idle_timeout=60.0)
    for counter in (1, 1, 2, 2):  # noqa: B007 - read by the sample
        clock(40)
        one.tick()
    assert not ended
    clock(61)
    one.tick()
    assert ended == ["ended"]


def test_the_idle_time_is_restarted(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards "keep": the new end is shown, and None is never."""
    one = watch(tmp_path, IDLE, idle_timeout=60.0)
    one.tick()
    clock(50)
    one.restart_idle_time(100.0)
    one.poll(always=True)
    assert published[-1]["closes_at"] == "2023-11-14T22:15:50+00:00"
    one.restart_idle_time(None)
    clock(10_000)
    one.poll(always=True)
    assert published[-1]["closes_at"] is None
    assert not ended


def test_an_orphan_ends(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against clusters that cost money without a server, also while they compute."""
    one = watch(tmp_path, BUSY, orphan_timeout=7200.0)
    clock(7000)
    one.contact.note()
    clock(7000)
    one.tick()
    assert not ended
    clock(300)
    one.tick()
    assert ended == ["ended"]
    assert published[-1]["ended"] == "Stopped: no contact with a Jupyter server for 2 hours."


@pytest.mark.parametrize("gone", ["disk", "directory"])
def test_an_end_that_cannot_be_written_down(
    published: list[Report],
    ended: list[str],
    tmp_path: Path,
    clock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
    gone: str,
) -> None:
    """Guards against a cluster that runs on for ever because its disk is full or gone."""
    tries: list[str] = []

    def write(path: str, text: str) -> None:
        tries.append(path)
        raise OSError(errno.ENOSPC, "No space left on device")

    one = watch(tmp_path / "gone", IDLE, idle_timeout=1.0)
    one.close = lambda: ended.append("closed")
    if gone == "disk":
        monkeypatch.setattr(ending, "write_private", write)
    monkeypatch.setattr(watching, "NOTE_PAUSES", (0, 0))
    one.tick()
    clock(2)
    one.tick()
    assert ended == ["closed", "ended"]
    assert published[-1]["ended"] == "Stopped after 1 second without work."
    why = "No space left on device" if gone == "disk" else "No such file or directory"
    assert published[-1]["warnings"] == [f"Why the cluster ended could not be written down: {why}."]
    assert len(tries) == (3 if gone == "disk" else 0)


def test_the_end_is_written_down_when_there_is_room_again(
    published: list[Report],
    ended: list[str],
    tmp_path: Path,
    clock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards against a later server that shows "lost" for what a timer has ended."""
    failures = [OSError(errno.ENOSPC, "No space left on device")]

    def write(path: str, text: str) -> None:
        if failures:
            raise failures.pop()
        Path(path).write_text(text)

    monkeypatch.setattr(ending, "write_private", write)
    monkeypatch.setattr(watching, "NOTE_PAUSES", (0, 0))
    one = watch(tmp_path, IDLE, idle_timeout=1.0)
    one.tick()
    clock(2)
    one.tick()
    assert json.loads((tmp_path / "ended.json").read_text())["ended"].startswith("Stopped after")


def test_a_close_that_hangs_is_cut_short(
    published: list[Report],
    ended: list[str],
    tmp_path: Path,
    clock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards against workers that stay for ever because the batch system does not answer."""
    release = threading.Event()
    monkeypatch.setattr(watching, "CLOSE_LIMIT", 0.05)
    one = watch(tmp_path, IDLE, idle_timeout=1.0)
    one.close = release.wait
    one.tick()
    clock(2)
    one.tick()
    release.set()
    assert ended == ["ended"]
    words = json.loads((tmp_path / "ended.json").read_text())["ended"]
    assert words.endswith("The cluster did not close within 0.05 seconds and was killed.")
    assert published[-1]["ended"] == words


def test_timers_hold_before_there_is_a_cluster(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against a controller that stays for ever when its server dies during a launch.

    A server that is there touches the connection file, since the kernel is busy creating.
    """
    contact = tmp_path / "connection.json"
    contact.touch()
    one = Watch(lambda: ended.append("closed"), str(tmp_path), orphan_timeout=7200.0)
    for second in range(3):
        clock(7000)
        os.utime(contact, (second, second))  # whatever its clock says
        one.disk.look()
        one.tick()
    assert not ended
    contact.unlink()
    one.disk.look()
    one.tick()
    clock(7300)
    one.tick()
    assert ended == ["closed", "ended"]
    assert published[-1]["ended"] == "Stopped: no contact with a Jupyter server for 2 hours."


def test_a_server_that_dies_while_it_closes(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against a closed cluster whose controller stays, since no server is left to end it."""
    one = watch(tmp_path, IDLE)
    one.close = lambda: ended.append("closed")
    one.close_within(60, "Stopped.")
    one.tick()
    assert (published, ended) == ([], [])
    clock(61)
    one.tick()
    assert ended == ["ended"], "a close that hangs is not begun a second time"
    assert json.loads((tmp_path / "ended.json").read_text()) == {"ended": "Stopped."}


def test_a_server_that_dies_after_a_close_that_failed(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against a minute of waiting, and then a sentence that is not true."""
    resident, cluster = RESIDENT(), FakeCluster(1)
    one = resident._watch = watch(tmp_path, IDLE)

    def fail() -> None:
        raise OSError("No space left on device")

    cluster.close = fail  # type: ignore[method-assign]
    fake: Any = cluster
    with pytest.raises(OSError, match="No space left"):
        resident.close(fake)
    clock(11)
    one.tick()
    assert ended == ["ended"]
    words = "Stopped. Closing it failed: No space left on device"
    assert json.loads((tmp_path / "ended.json").read_text())["ended"] == words
