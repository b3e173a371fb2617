"""Locks that are released while a thread uses them, on a disk that hangs."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from jupyter_cluster_launcher.clusters.saved import ownership
from jupyter_cluster_launcher.clusters.saved.ownership import LOCK, Ownership


class Looking:
    """A thread that renews a lock, while the disk hangs until ``answers`` is set."""

    def __init__(self, lock: Ownership, monkeypatch: pytest.MonkeyPatch, current: bool) -> None:
        looks, self.answers = threading.Event(), threading.Event()

        def look(descriptor: int) -> bool:
            if looks.is_set():  # at the file that is locked instead
                return True
            looks.set()
            self.answers.wait(60)
            return current

        monkeypatch.setattr(lock, "_is_current", look)
        self.thread = threading.Thread(target=lock.renew)
        self.thread.start()
        assert looks.wait(60)

    def end(self) -> None:
        self.answers.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


async def test_a_release_while_a_disk_that_hangs_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards all other files of a server: one of them may have the number of a closed lock."""
    monkeypatch.setattr(ownership, "RENEW", 0)
    lock, other = Ownership(tmp_path), Ownership(tmp_path)
    assert lock.take()
    lock._noted = False  # what is written is what a full disk did not take
    looking = Looking(lock, monkeypatch, current=True)
    unlocked = lock.release_soon()
    assert not lock.held
    await asyncio.wait({unlocked}, timeout=0.5)
    record = tmp_path / "record"
    with record.open("w+") as file:
        file.write("mine")
        file.flush()
        os.utime(record, (1, 1))
        looking.end()
        await asyncio.wait_for(unlocked, 60)
        assert not lock.held
        assert (record.read_text(), record.stat().st_mtime) == ("mine", 1)
        file.write(", too")  # nor is it closed
    assert other.take(), "it was released"
    other.release()


async def test_a_release_while_a_lock_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a cluster that no server can own, as one keeps what it has given up."""
    lock, other = Ownership(tmp_path), Ownership(tmp_path)
    assert lock.take()
    (tmp_path / LOCK).unlink()
    looking = Looking(lock, monkeypatch, current=False)
    unlocked = lock.release_soon()
    await asyncio.wait({unlocked}, timeout=0.5)
    looking.end()
    await asyncio.wait_for(unlocked, 60)
    assert not lock.held
    assert other.take()
    other.release()


async def test_a_release_without_a_thread_while_the_disk_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the event loop, and the lock: whoever uses it at that moment closes it."""

    def refused(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(ownership, "MOMENT", 0.1)
    lock, other = Ownership(tmp_path), Ownership(tmp_path)
    assert lock.take()
    looking = Looking(lock, monkeypatch, current=True)
    with monkeypatch.context() as without:
        without.setattr(ownership, "begin", refused)
        with pytest.raises(RuntimeError):
            lock.release_soon()
    assert not other.take(), "the other thread uses it"
    looking.end()
    assert other.take()
    other.release()
