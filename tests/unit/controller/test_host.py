"""This host and processes known by number, tried on real ones."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from processes import running

from jupyter_cluster_launcher.controller import host as processes
from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.errors import NotAvailableError

MARK = "/run/somewhere/connection.json"
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start Python code as the leader of a group, marked as a controller is by its arguments."""
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str, mark: str = MARK) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(
            [sys.executable, "-c", code, mark], stdout=subprocess.PIPE, start_new_session=True
        )
        started.append(child)
        return child

    yield start
    for child in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout:
            child.stdout.close()


WAIT = "import signal; print('ready', flush=True); signal.pause()"
# Leads a group with two more in it, and says their numbers.
PARENT = """
import signal, subprocess
children = [subprocess.Popen(["sleep", "600"]) for _ in range(2)]
print(*(child.pid for child in children), flush=True)
signal.pause()
"""


def line(child: subprocess.Popen[bytes]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().decode().strip()


def test_this_boot_of_this_host() -> None:
    """Guards against a mark that changes while the machine runs: clusters would seem lost."""
    assert processes.host() == processes.host() != ""
    assert boot_id() == boot_id()


def test_interfaces_of_this_host() -> None:
    """Guards the list that users are given: names with addresses that can be listened on."""
    found = processes.interfaces()
    assert "127.0.0.1" in found.values()
    for address in found.values():
        socket.create_server((address, 0)).close()


async def test_a_child_runs_before_it_has_a_command_line(start: Start) -> None:
    """Guards the launch on a busy machine: a process that is being started shows no command line.

    It was taken for one that had ended, and the launch failed.
    """
    child = start(WAIT, mark="")
    processes.remember(child)
    over = asyncio.create_task(processes.ended(child.pid, MARK))
    assert await asyncio.to_thread(line, child) == "ready"
    assert processes.runs(child.pid, MARK)
    assert not over.done()
    child.kill()
    await over
    assert not processes.runs(child.pid, MARK)
    await processes.end_group(child.pid, MARK)


def test_runs_is_about_ours_only(start: Start) -> None:
    """Guards against taking another program, which got the number later, for a controller."""
    child = start(WAIT)
    line(child)
    assert processes.runs(child.pid, MARK)
    assert not processes.runs(child.pid, "/run/another/connection.json")
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not processes.runs(child.pid, MARK), "a zombie does not run"
    child.wait()
    assert not processes.runs(child.pid, MARK)


async def test_ended_returns_when_it_has(start: Start) -> None:
    """Guards against a dead controller that is never noticed, or noticed too early."""
    child = start(WAIT)
    line(child)
    waiting = asyncio.ensure_future(processes.ended(child.pid, MARK))
    await asyncio.wait({waiting}, timeout=0.1)
    assert not waiting.done()
    child.kill()
    await waiting


async def test_ended_at_once_where_it_is_gone_or_foreign(start: Start) -> None:
    """Guards against waiting for an unrelated process to end."""
    child = start(WAIT, mark="something else")
    line(child)
    await processes.ended(child.pid, MARK)
    child.kill()
    child.wait()
    await processes.ended(child.pid, MARK)


async def test_ended_leaves_no_descriptor(start: Start) -> None:
    """Guards against a server that runs out of descriptors after some thousand clusters."""
    child = start(WAIT)
    line(child)
    before = psutil.Process().num_fds()
    waiting = asyncio.ensure_future(processes.ended(child.pid, MARK))
    await asyncio.wait({waiting}, timeout=0.05)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert psutil.Process().num_fds() == before


async def test_interrupt_is_for_one(start: Start) -> None:
    """Guards against workers that die because their scheduler's code was interrupted."""
    parent = start(PARENT)
    children = [int(pid) for pid in line(parent).split()]
    processes.interrupt(parent.pid)
    assert parent.wait() != 0
    assert all(running(pid) for pid in children)


async def test_a_stopped_group_goes_on(start: Start) -> None:
    """Guards against workers that stay stopped, and a group without a process as an error."""
    parent = start(PARENT)
    group = [parent.pid, *map(int, line(parent).split())]
    for pid in group:
        os.kill(pid, signal.SIGSTOP)

    async def are(stopped: bool) -> None:
        while any((psutil.Process(pid).status() == "stopped") is not stopped for pid in group):
            await asyncio.sleep(0.01)

    await are(stopped=True)
    processes.resume(parent.pid)
    await are(stopped=False)
    await processes.end_group(parent.pid, MARK)
    parent.wait()
    processes.resume(parent.pid)


async def test_the_whole_group_ends(start: Start) -> None:
    """Guards against workers that stay behind."""
    parent = start(PARENT)
    children = [int(pid) for pid in line(parent).split()]
    processes.remember(parent)
    await processes.end_group(parent.pid, MARK)
    assert not any(running(pid) for pid in [parent.pid, *children])
    assert parent.returncode is not None, "its zombie would stay as long as the server"


async def test_a_group_ends_whose_leader_is_dead(start: Start) -> None:
    """Guards against workers that stay behind a controller that crashed."""
    parent = start(PARENT)
    children = [int(pid) for pid in line(parent).split()]
    parent.kill()
    parent.wait()
    await processes.end_group(parent.pid, MARK)
    assert not any(running(pid) for pid in children)


@pytest.mark.parametrize("ours", [True, False])
async def test_a_group_that_does_not_end(
    start: Start, monkeypatch: pytest.MonkeyPatch, ours: bool
) -> None:
    """Guards against processes that nobody knows of: those that wait for a dead disk end later."""
    parent = start(PARENT)
    children = [int(pid) for pid in line(parent).split()]
    if ours:
        processes.remember(parent)
    killpg = os.killpg
    with monkeypatch.context() as patched:
        patched.setattr(os, "killpg", lambda pid, _: killpg(pid, 0))
        with pytest.raises(NotAvailableError, match="have not ended yet"):
            await processes.end_group(parent.pid, MARK, timeout=0.2)
    assert processes.runs(parent.pid, MARK)
    await processes.end_group(parent.pid, MARK)
    assert not any(running(pid) for pid in [parent.pid, *children])


async def test_a_foreign_process_with_that_number_is_left_alone(start: Start) -> None:
    """Guards against killing an unrelated process after its number was used again."""
    foreign = start(WAIT, mark="something else")
    line(foreign)
    await processes.end_group(foreign.pid, MARK)
    assert foreign.poll() is None


@pytest.mark.parametrize("pid", [0, 1])
async def test_numbers_that_mean_more_than_one_process(
    pid: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a damaged record: to ``kill``, 0 is the server's own group."""
    killed: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "killpg", lambda *call: killed.append(call))
    await processes.end_group(pid, MARK)
    assert killed == []


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Show no process, as where /proc is not mounted."""
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path), raising=False)


@pytest.mark.skipif(not psutil.LINUX, reason="Only there psutil needs /proc.")
@pytest.mark.usefixtures("hidden")
async def test_no_process_can_be_seen(start: Start) -> None:
    """Guards a system without /proc: a cluster started here stops, and nothing else is touched."""
    foreign, parent = start(WAIT, mark="something else"), start(PARENT)
    line(foreign)
    line(parent)
    processes.remember(parent)
    assert processes.runs(parent.pid, MARK)
    # Whether only zombies are left cannot be seen either, so the time runs out.
    await processes.end_group(parent.pid, MARK, timeout=0.5)
    assert parent.returncode is not None
    await processes.end_group(foreign.pid, MARK)
    assert foreign.poll() is None
    assert not processes.runs(foreign.pid, MARK), "it would be interrupted"


async def test_many_processes_do_not_hold_up_the_server(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the requests of all users of a big node while one cluster ends there."""
    parent = start(PARENT)
    line(parent)
    processes.remember(parent)
    looking, found = threading.Event(), threading.Event()

    def pids() -> list[int]:
        looking.set()
        return [parent.pid] * found.wait(60)

    monkeypatch.setattr(psutil, "pids", pids)
    ending = asyncio.create_task(processes.end_group(parent.pid, MARK))
    await asyncio.to_thread(looking.wait, 60)
    assert not ending.done(), "this line is reached while all processes are looked through"
    found.set()
    await ending


async def test_nothing_there_is_nothing_to_do(start: Start) -> None:
    """Guards against an error, or a wait, where all has ended."""
    child = start("")
    child.wait()
    await processes.end_group(child.pid, MARK, timeout=3600)


@pytest.fixture
def adopting() -> Iterator[None]:
    """Become the parent of orphans, as a server is that is the first process of a container."""
    prctl = ctypes.CDLL(None).prctl
    prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
    yield
    prctl(36, 0, 0, 0, 0)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


@pytest.mark.skipif(sys.platform != "linux", reason="Orphans can be adopted on Linux only.")
@pytest.mark.usefixtures("adopting")
async def test_zombies_do_not_count(start: Start) -> None:
    """Guards against waiting for dead workers that no process reaps, as in many containers."""
    parent = start(PARENT)
    children = [int(pid) for pid in line(parent).split()]
    await processes.end_group(parent.pid, MARK, timeout=3600)
    assert [psutil.Process(pid).status() for pid in children] == [psutil.STATUS_ZOMBIE] * 2
