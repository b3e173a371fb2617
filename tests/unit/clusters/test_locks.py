"""Locks for a moment, between servers of a user."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from jupyter_cluster_launcher.clusters.saved import locks
from jupyter_cluster_launcher.clusters.saved.locks import Lock


def lock_of(folder: Path) -> Lock:
    return Lock(lambda: os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600))


async def test_one_at_a_time(tmp_path: Path) -> None:
    """Guards against two servers that launch at once, and a lock that stays."""
    first, second = lock_of(tmp_path), lock_of(tmp_path)
    assert await first.take(0)
    assert not await second.take(0.05)
    first.release()
    assert await second.take(60)
    second.release()


async def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards launches on a Lustre that is mounted without flock."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", refuse)
    lock = lock_of(tmp_path)
    assert await lock.take(0)
    lock.release()


async def test_a_disk_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a launch that waits for ever, and a thread more for each one that waits."""
    monkeypatch.setattr(locks, "LOOK", 0.05)
    begun, answers, flock = list[None](), threading.Event(), fcntl.flock

    def hangs(*args: Any) -> None:
        begun.append(None)
        answers.wait(60)
        flock(*args)

    lock, other = lock_of(tmp_path), lock_of(tmp_path)
    monkeypatch.setattr(fcntl, "flock", hangs)
    for _ in range(3):
        with pytest.raises(OSError, match="the disk does not answer"):
            await asyncio.wait_for(lock.take(0.1), 10)
    assert len(begun) == 1
    answers.set()
    assert await lock.take(60)
    assert not await other.take(0)
    lock.release()
    assert await other.take(60)
    other.release()


async def test_a_wait_that_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a lock that is held for ever, for a request that nobody waits for any more."""
    begun, answers, flock = threading.Event(), threading.Event(), fcntl.flock
    first, second = lock_of(tmp_path), lock_of(tmp_path)

    def hangs(*args: Any) -> None:
        assert threading.current_thread() is not threading.main_thread()
        begun.set()
        answers.wait(60)
        flock(*args)

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", hangs)
        waiting = asyncio.ensure_future(first.take(60))
        assert await asyncio.to_thread(begun.wait, 60)
        waiting.cancel()
        await asyncio.wait({waiting})
        first.release()
        answers.set()
        assert await second.take(60)
    second.release()
