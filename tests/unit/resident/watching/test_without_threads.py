"""The end of a controller that can start no thread any more, as at a container's limit."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from watches import IDLE, watch

from jupyter_cluster_launcher.resident.gateway import client
from jupyter_cluster_launcher.resident.report import Report

HANGS = """
import threading, time
from jupyter_cluster_launcher.resident.watching.ending import within

def start(self):
    raise RuntimeError("can't start new thread")

def end():
    threading.Thread.start = start
    within(0.1, lambda: time.sleep(60))

threading.Thread(target=end, daemon=True).start()
time.sleep(60)
"""


def no_thread(self: threading.Thread) -> None:
    """Fail as at a limit of threads."""
    raise RuntimeError("can't start new thread")


def test_the_cluster_is_closed_all_the_same(
    published: list[Report],
    ended: list[str],
    tmp_path: Path,
    clock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards against jobs that go on without a controller, and against a row that says "lost"."""
    alarms: list[int] = []

    def alarm(seconds: int) -> int:
        alarms.append(seconds)
        return 7  # of the code of a user

    one = watch(tmp_path, IDLE, idle_timeout=1.0)
    one.close = lambda: ended.append("closed")
    one.tick()
    clock(2)
    monkeypatch.setattr(signal, "alarm", alarm)
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    one.tick()
    assert ended == ["closed", "ended"]
    assert json.loads((tmp_path / "ended.json").read_text())["ended"].startswith("Stopped after")
    assert alarms == [60, 7, 10, 7]


def test_a_cluster_of_a_gateway_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a cluster that goes on at the gateway, and costs money."""
    stopped: list[str] = []

    async def stop(names: list[str]) -> None:
        stopped.extend(names)

    monkeypatch.setattr(client, "_stop", stop)
    monkeypatch.setattr(threading.Thread, "start", no_thread)
    client.stop_clusters(["1f"], 1)
    assert stopped == ["1f"]


def test_a_step_that_hangs_ends_the_process() -> None:
    """Guards against a controller that stays for ever, as its close hangs."""
    done = subprocess.run([sys.executable, "-c", HANGS], timeout=30, check=False)
    assert done.returncode == -signal.SIGALRM
