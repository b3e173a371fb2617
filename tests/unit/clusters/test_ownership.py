"""Who owns a cluster: a lock on one host, the age of a file between hosts."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster

from jupyter_cluster_launcher.clusters.saved import ownership
from jupyter_cluster_launcher.clusters.saved.others_rows import seen_from_afar
from jupyter_cluster_launcher.clusters.saved.ownership import LOCK, STALE, Ownership
from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.controller.disk import begin
from jupyter_cluster_launcher.controller.host import host
from jupyter_cluster_launcher.models import ControllerRef, State

HOLDER = """
import sys, subprocess
from pathlib import Path
from jupyter_cluster_launcher.clusters.saved.ownership import Ownership
assert Ownership(Path(sys.argv[1])).take()
child = subprocess.Popen(["sleep", "600"], close_fds=False)
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_the_end_of_a_server_releases_its_clusters(tmp_path: Path) -> None:
    """Guards against a lock that a killed server, or a controller it started, keeps for ever."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as server:
        assert server.stdout is not None
        controller = int(server.stdout.readline())
        try:
            ours = Ownership(tmp_path)
            assert not ours.take()
            server.kill()
            server.wait()
            assert ours.take(), "the controller holds the lock"
            ours.release()
        finally:
            os.kill(controller, 9)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '{"host": "a"}'])
def test_a_lock_whose_file_is_broken(tmp_path: Path, text: str) -> None:
    """Guards against a row that is never updated again because of one broken file."""
    (tmp_path / LOCK).write_text(text)
    lock = Ownership(tmp_path)
    assert lock.lease() is None
    assert seen_from_afar(a_cluster(), lock) is None
    assert lock.take()
    lease = lock.lease()
    assert lease is not None
    assert (lease.host, lease.boot_id) == (host(), boot_id())
    lock.release()


def test_only_one_owner(tmp_path: Path) -> None:
    """Guards against two servers that both write a cluster's record, or stop it."""
    first, second = Ownership(tmp_path), Ownership(tmp_path)
    assert first.take()
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    assert not first.take()
    second.release()


async def test_a_release_on_a_disk_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards all requests of a server: to close a locked file of a dead server of files hangs."""
    answers, close = threading.Event(), os.close
    lock, other = Ownership(tmp_path), Ownership(tmp_path)
    assert lock.take()
    descriptor = lock._held.number

    def closing(one: int) -> None:
        if one == descriptor and not answers.is_set():
            assert threading.current_thread() is not threading.main_thread()
            answers.wait(60)
        close(one)

    monkeypatch.setattr(os, "close", closing)
    unlocked = lock.release_soon()
    assert not lock.held
    again = begin(lock.take)
    await asyncio.sleep(0.1)
    assert not unlocked.done()
    assert not again.done(), "its own lock would seem to be another server's"
    answers.set()
    await unlocked
    assert await again
    assert not other.take()
    lock.release()
    assert other.take()
    other.release()


async def test_a_release_for_which_there_is_no_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a cluster that no server can own again after a moment without threads."""

    def refused(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    lock, other = Ownership(tmp_path), Ownership(tmp_path)
    assert lock.take()
    with monkeypatch.context() as without:
        without.setattr(ownership, "begin", refused)
        with pytest.raises(RuntimeError):
            lock.release_soon()
    assert other.take()
    other.release()
    await lock.release_soon()
    assert await asyncio.wait_for(begin(lock.take), 60)
    lock.release()


def test_no_lock_on_a_directory_that_was_removed(tmp_path: Path) -> None:
    """Guards against a server that takes a cluster which its owner has just removed."""
    with pytest.raises(FileNotFoundError):
        Ownership(tmp_path / "gone").take()


def test_a_file_system_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards clusters on a Lustre that is mounted without flock: there the age decides."""

    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", refuse)
    ours = Ownership(tmp_path)
    assert ours.take()
    ours.release()
    monkeypatch.setattr(ownership, "SERVER", "another")
    assert not ours.take()
    age(tmp_path, 300)
    assert ours.take()
    ours.release()


def age(directory: Path, seconds: float) -> None:
    """Let a lock be as old as that."""
    then = time.time() - seconds
    os.utime(directory / LOCK, (then, then))


def of(directory: Path, name: str, boot: str) -> Ownership:
    """Return the lock of a cluster whose last owner ran on a host."""
    owner = {"host": name, "boot_id": boot, "server": "one"}
    (directory / LOCK).write_text(json.dumps(owner))
    return Ownership(directory)


def on(name: str, boot: str) -> ControllerRef:
    """Return a controller on a host."""
    return ControllerRef("/run/c.json", "/tmp/none", 2**22 + 1, name, boot)


def test_a_host_is_known_by_its_boot(tmp_path: Path) -> None:
    """Guards against a laptop that gets another name in another network and loses its clusters."""
    renamed = a_cluster(state=State.RUNNING, controller=on("renamed", boot_id()))
    assert seen_from_afar(renamed, Ownership(tmp_path)) is None
    assert seen_from_afar(a_cluster(), of(tmp_path, "renamed", boot_id())) is None
    restarted = a_cluster(state=State.RUNNING, controller=on(host(), "another boot"))
    assert seen_from_afar(restarted, Ownership(tmp_path)) is None


def test_another_hosts_launch_is_not_ours(tmp_path: Path) -> None:
    """Guards against ending a launch of another host that has no controller yet."""
    row = seen_from_afar(a_cluster(), of(tmp_path, "node7", "another boot"))
    assert row is not None
    assert (row.state, row.message) == (State.ELSEWHERE, "It runs on another host, node7.")


def test_what_another_host_abandoned_can_be_dismissed(tmp_path: Path) -> None:
    """Guards against rows of batch jobs with JupyterLab that ended long ago, and stay for ever."""
    lock = of(tmp_path, "node7", "another boot")
    running = a_cluster(state=State.RUNNING, controller=on("node7", "another boot"))
    age(tmp_path, STALE - 60)
    row = seen_from_afar(running, lock)
    assert row is not None
    assert row.state is State.ELSEWHERE
    age(tmp_path, STALE + 60)
    row = seen_from_afar(running, lock)
    assert row is not None
    assert row.state is State.LOST
    assert "node7" in row.message
    assert lock.take_stale()
    lock.release()


def test_an_owner_shows_that_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a cluster that another host takes for abandoned while its server runs."""
    lock = Ownership(tmp_path)
    assert lock.take()
    age(tmp_path, 1000)
    lock.renew()
    assert lock.age() > 900, "not at each scan"
    monkeypatch.setattr(ownership, "RENEW", 0)
    lock.renew()
    assert lock.age() < 60
    lock.release()


def test_the_lock_is_private(tmp_path: Path) -> None:
    """Guards against another user of the host who holds the lock."""
    lock = Ownership(tmp_path)
    assert lock.take()
    assert (tmp_path / LOCK).stat().st_mode & 0o777 == 0o600
    lock.release()


def test_a_lock_on_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards a cluster on a full disk: the lock is what counts, and the file is written later."""
    lock, other = of(tmp_path, "node7.a-long-name", boot_id()), Ownership(tmp_path)

    def refuse(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", refuse)
        assert lock.take()
        assert not other.take()
        assert (lease := other.lease()) is not None
        assert lease.host == "node7.a-long-name", "what the last owner wrote is still there"
        age(tmp_path, 1000)
        lock.renew()
        assert lock.age() < 60, "other hosts see that it has an owner"
    lock.renew()
    assert (lease := other.lease()) is not None
    assert (lease.host, lease.server) == (host(), ownership.SERVER)
    lock.release()


def test_a_full_disk_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against two owners where a file that cannot be written is all that others see."""

    def refuse(*_: Any) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(fcntl, "flock", refuse)
    monkeypatch.setattr(os, "pwrite", refuse)
    with pytest.raises(OSError, match="cannot be written"):
        Ownership(tmp_path).take()


def test_a_lock_whose_file_was_deleted(tmp_path: Path) -> None:
    """Guards against two servers that own one cluster, each with a lock on another file."""
    first, second = Ownership(tmp_path), Ownership(tmp_path)
    assert first.take()
    (tmp_path / LOCK).unlink()
    first.renew()
    assert first.held
    assert not second.take()
    (tmp_path / LOCK).unlink()
    assert second.take(), "it was quicker"
    first.renew()
    assert [first.held, second.held] == [False, True]
    second.release()


def test_a_request_that_is_fulfilled(tmp_path: Path) -> None:
    """Guards against a server that hands a cluster over to itself while it still attaches."""
    lock, other = Ownership(tmp_path), Ownership(tmp_path)
    assert lock.take()
    other.request(stop=False)
    assert lock.requested() == "use"
    lock.release()
    assert other.take()
    assert other.requested() is None
    other.withdraw()
    lock.request(stop=False)
    assert other.requested() == "use"
    other.release()


def test_a_request_of_a_server_that_was_killed(tmp_path: Path) -> None:
    """Guards against a cluster that is handed over again and again, though no server takes it."""
    lock, other = Ownership(tmp_path), Ownership(tmp_path)
    assert lock.requested() is None
    other.request(stop=False)
    assert lock.requested() == "use"
    other.request(stop=True)
    assert lock.requested() == "stop"
    then = time.time() - 60
    os.utime(tmp_path / "wanted", (then, then))
    assert lock.requested() is None
    other.withdraw()
    assert not (tmp_path / "wanted").exists()
