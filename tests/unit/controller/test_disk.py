"""Threads that wait for a disk, for ever if need be."""

from __future__ import annotations

import asyncio
import contextvars
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from jupyter_cluster_launcher.controller import disk
from jupyter_cluster_launcher.controller.disk import InOrder, begin, on_disk

MANY = 80  # more than the threads of asyncio's pool, on any computer of the tests

HANGING = """
import asyncio, threading
from jupyter_cluster_launcher.controller.disk import InOrder, begin, on_disk

async def story():
    begin(threading.Event().wait)
    in_order = InOrder()
    in_order.soon(threading.Event().wait)
    assert not await on_disk(in_order.finish, 0.1)
    print("over", flush=True)

asyncio.run(story())
"""


@pytest.fixture
def answers() -> Iterator[threading.Event]:
    """Whether the disk answers."""
    event = threading.Event()
    yield event
    event.set()


def threads() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name == "disk"]


def test_a_process_ends_while_its_disk_hangs() -> None:
    """Guards against a server that has stopped in an orderly way, and waits for SIGKILL."""
    done = subprocess.run(
        [sys.executable, "-c", HANGING], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")


async def test_a_disk_that_hangs_takes_no_thread_of_others(answers: threading.Event) -> None:
    """Guards the names that the server looks up, and disks that answer, against one that hangs."""
    hanging = [begin(answers.wait) for _ in range(MANY)]
    assert await asyncio.wait_for(on_disk(int, "7", base=8), 60) == 7
    assert await asyncio.wait_for(asyncio.to_thread(int, "7"), 60) == 7
    assert not any(one.done() for one in hanging)
    answers.set()
    await asyncio.gather(*hanging)
    end = time.monotonic() + 60
    while len(threads()) > disk.IDLE:
        assert time.monotonic() < end, "each thread would stay"
        await asyncio.sleep(0.01)


async def test_what_a_thread_gives_back() -> None:
    """Guards against errors and context that are lost on the way."""
    name = contextvars.ContextVar("name", default="")
    name.set("Tides")
    assert await on_disk(name.get) == "Tides"
    with pytest.raises(ValueError, match="invalid literal"):
        await on_disk(int, "x")


async def test_threads_are_used_again() -> None:
    """Guards the quick answer to a launch: a thread is not started for each look at the disk."""
    used = {await on_disk(threading.get_ident) for _ in range(100)}
    assert len(used) <= disk.IDLE


def test_calls_in_order(answers: threading.Event, caplog: pytest.LogCaptureFixture) -> None:
    """Guards against an older record over a newer one, and a fault that costs all that follow."""
    called: list[int] = []
    in_order = InOrder()
    in_order.soon(answers.wait)
    for number in range(100):
        in_order.soon(lambda number=number: called.append(number))  # type: ignore[misc]
        if number == 50:
            in_order.soon(lambda: 1 / 0)
    assert not in_order.finish(0.01)
    answers.set()
    assert in_order.finish(60)
    assert called == [*range(100)]
    assert caplog.text.count("ZeroDivisionError: division by zero") == 1
    in_order.soon(lambda: called.append(100))
    assert in_order.finish(60)
    assert called[-1] == 100


def test_no_further_thread(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Guards against records that are never written again after a moment without threads."""

    def refused(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    called: list[int] = []
    in_order = InOrder()
    with monkeypatch.context() as without:
        without.setattr(disk._THREADS, "submit", refused)
        in_order.soon(lambda: called.append(1))
    assert "can't start new thread" in caplog.text
    in_order.soon(lambda: called.append(2))
    assert in_order.finish(60)
    assert called == [1, 2]
