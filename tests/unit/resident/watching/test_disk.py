"""Timers beside a disk that does not answer, as a home directory on a network may do for hours."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watches import BUSY, IDLE, watch

from jupyter_cluster_launcher.resident import base
from jupyter_cluster_launcher.resident.local import RESIDENT
from jupyter_cluster_launcher.resident.process import log_file
from jupyter_cluster_launcher.resident.process.prepared import MARK, RECORD
from jupyter_cluster_launcher.resident.report import Polled, Report, Sample
from jupyter_cluster_launcher.resident.watching import watch as watching
from jupyter_cluster_launcher.resident.watching.watch import Watch

LIMIT = 20.0  # seconds that a test waits for the end of a process, which comes at once


@pytest.fixture
def over(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set when a watch ends its process; its own limits are short."""
    event = threading.Event()
    monkeypatch.setattr(watching, "end_process", event.set)
    monkeypatch.setattr(watching, "NOTE_LIMIT", 0.05)
    monkeypatch.setattr(watching, "NOTE_PAUSES", (0,))
    return event


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Have every operation in ``home`` wait for the end of the test from now on, but the test's."""
    released, test = threading.Event(), threading.current_thread()
    folder = tmp_path / "home"

    def hanging(function: Callable[..., Any]) -> Callable[..., Any]:
        def wait(path: Any, *args: Any, **kwargs: Any) -> Any:
            if threading.current_thread() is not test and str(path).startswith(str(folder)):
                released.wait()
            return function(path, *args, **kwargs)

        return wait

    def begin() -> None:
        for name in ("stat", "lstat", "open", "replace", "unlink", "truncate"):
            monkeypatch.setattr(os, name, hanging(getattr(os, name)))

    folder.mkdir()
    yield begin
    released.set()


@pytest.mark.parametrize(
    ("state", "limits", "why"),
    [
        (IDLE, {"idle_timeout": 0.5}, "Stopped after 0.5 seconds without work."),
        (BUSY, {"core_limit": 0.1}, "Stopped: its limit of 2.77778e-05 core-hours is reached."),
        (
            BUSY,
            {"orphan_timeout": 0.5},
            "Stopped: no contact with a Jupyter server for 0.5 seconds.",
        ),
    ],
    ids=["idle", "core hours", "orphan"],
)
def test_timers_hold(
    published: list[Report],
    over: threading.Event,
    hang: Callable[[], None],
    tmp_path: Path,
    state: Polled,
    limits: dict[str, Any],
    why: str,
) -> None:
    """Guards against a cluster that costs money for as long as the home does not answer."""
    closed = threading.Event()
    one = watch(tmp_path / "home", state, **limits)
    one.close = closed.set
    hang()
    one.start()
    assert over.wait(LIMIT)
    assert closed.is_set()
    assert published[-1]["ended"] == why
    unwritten = "Why the cluster ended could not be written down: the disk does not answer."
    assert published[-1]["warnings"] == [unwritten]


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("hangs", [False, True], ids=["", "disk hangs"])
def test_a_prepared_one_that_no_launch_uses(
    published: list[Report],
    over: threading.Event,
    hang: Callable[[], None],
    tmp_path: Path,
    hangs: bool,
) -> None:
    """Guards against a hidden kernel, with its files and sockets, that nobody has asked for."""
    home, sockets = tmp_path / "home", tmp_path / "sockets"
    sockets.mkdir()
    (home / MARK).touch()
    one = Watch(lambda: None, str(home))
    one.sockets = str(sockets)
    one.start()
    until(lambda: one.disk.unused)
    if hangs:
        hang()
    one.orphan_timeout = 0.0
    assert over.wait(LIMIT)
    assert home.exists() == hangs
    assert not sockets.exists()
    assert published == []


def test_a_prepared_one_whose_launch_meets_a_disk_that_hangs(
    published: list[Report],
    over: threading.Event,
    hang: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards the record and the logs of a launch against the removal of what is not used."""
    home = tmp_path / "home"
    (home / MARK).touch()

    def make_used(directory: str) -> None:
        raise OSError("Stale file handle")

    monkeypatch.setattr(base, "make_used", make_used)
    resident = RESIDENT()
    resident.begin(str(home))
    until(lambda: resident.watch.disk.unused)
    (home / RECORD).touch()
    hang()
    with pytest.raises(OSError, match="Stale file handle"):
        resident.use(str(tmp_path), 0.0)
    assert over.wait(LIMIT)
    assert (home / RECORD).exists()
    assert published[-1]["ended"].startswith("Stopped: no contact")


def test_a_record_is_seen_without_a_call(
    published: list[Report], over: threading.Event, tmp_path: Path
) -> None:
    """Guards the record of a launch whose server was killed before it called the controller."""
    (tmp_path / MARK).touch()
    one = Watch(lambda: None, str(tmp_path))
    one.start()
    until(lambda: one.disk.unused)
    (tmp_path / RECORD).touch()
    until(lambda: not one.disk.unused)
    one.orphan_timeout = 0.0
    assert over.wait(LIMIT)
    assert "no contact" in json.loads((tmp_path / "ended.json").read_text())["ended"]


class OddError(Exception):
    """An error that cannot be shown either."""

    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.parametrize("error", [asyncio.CancelledError(), OddError(), SystemExit(1)], ids=repr)
def test_whatever_a_poll_raises(
    published: list[Report],
    over: threading.Event,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
) -> None:
    """Guards the timers against an exception that ends their thread."""
    polls: list[int] = []

    def sample() -> Sample:
        polls.append(1)
        raise error

    monkeypatch.setattr(watching, "PERIOD", 0.01)
    one = Watch(lambda: None, str(tmp_path))
    one.begin(sample)
    one.start()
    until(lambda: len(polls) > 2)
    assert not over.is_set()
    one.orphan_timeout = 0.0
    assert over.wait(LIMIT)


def test_a_log_whose_close_fails(
    published: list[Report],
    over: threading.Event,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards the timers, and later looks, against a quota.

    A network file system may write, and fail, only when a file is closed.
    """
    closes: list[int] = []
    close = os.close

    test = threading.current_thread()

    def closing(descriptor: int) -> None:
        close(descriptor)
        if threading.current_thread() is not test:
            closes.append(descriptor)
            raise OSError(122, "Disk quota exceeded")

    (tmp_path / "launch.log").write_bytes(b"x" * (log_file.LIMIT + 1))
    one = watch(tmp_path, IDLE, idle_timeout=1.0)
    monkeypatch.setattr(os, "close", closing)
    one.start()
    assert over.wait(LIMIT)
    monkeypatch.undo()
    assert closes
    assert json.loads((tmp_path / "ended.json").read_text())["ended"].startswith("Stopped after")


def test_the_contact_is_what_a_server_did(
    published: list[Report], ended: list[str], tmp_path: Path, clock: Callable[[float], None]
) -> None:
    """Guards against an orphan that lives for ever because its disk fails now and then."""
    contact = tmp_path / "connection.json"
    contact.touch()
    one = Watch(lambda: None, str(tmp_path), orphan_timeout=100.0)
    one.disk.look()
    for _ in range(2):
        clock(51)
        contact.rename(tmp_path / "hidden")
        one.disk.look()
        (tmp_path / "hidden").rename(contact)
        one.disk.look()
        one.tick()
    assert ended == ["ended"]
