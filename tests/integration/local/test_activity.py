"""A server stops when nothing happens, but not under a cluster that computes for a script."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from real_server import RealServer, wait_until

TIMEOUT = 4  # seconds
# Both look once a minute, which is too long to wait for here.
CONFIG = """
from jupyter_server.serverapp import ServerApp
from tornado.ioloop import PeriodicCallback
from jupyter_cluster_launcher.server import parts

def look_often(self):
    PeriodicCallback(self.shutdown_no_activity, 200).start()

ServerApp.init_shutdown_no_activity = look_often
parts.ACTIVITY_PERIOD = 0.2
"""
# Nothing of the cluster changes during a task that uses no CPU, nor after it while its result is
# held.
COMPUTE = """
import os, sys, time

def compute(path):
    while os.path.exists(path):
        time.sleep(0.05)
    return "computed"

result = client.submit(compute, sys.argv[1])
print(result.result(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    """A server that stops soon after the last activity, and looks for it often."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "jupyter_server_config.py").write_text(CONFIG)
    timeout = f"--ServerApp.shutdown_no_activity_timeout={TIMEOUT}"
    running = RealServer(tmp_path, timeout).start()
    yield running
    running.stop()


def last_activity(server: RealServer) -> datetime:
    """Return when a server was active last, as a hub reads it; this is no activity itself."""
    return datetime.fromisoformat(
        server.ask("GET", "api/status")[1]["last_activity"][:-1] + "+00:00"
    )


@pytest.fixture
def script() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Run code in a process of its own, which is ended with the test."""
    with contextlib.ExitStack() as stack:

        def run(code: str, *arguments: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", code, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield run


def test_a_server_does_not_stop_under_a_computation(
    server: RealServer, script: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    """Guards the work of a client script: no kernel and no browser shows that it is there.

    A hub's culler reads the last activity, which has to move on meanwhile. After the computation
    neither a server nor a pod is kept by a cluster that is idle, though a client is connected.
    """
    cluster_id = server.launch(platform="local", workers=1)
    flag = tmp_path / "computing"
    flag.touch()
    connect = server.ready(cluster_id, 1)["code"]["connect"]
    output = script(connect + COMPUTE, str(flag)).stdout
    assert output is not None
    # These requests are activity too, until the computation is known.
    server.until(cluster_id, lambda one: one["usage"] and one["usage"]["tasks"])
    last_request = datetime.now(timezone.utc)
    wait_until(
        lambda: last_activity(server) > last_request + timedelta(seconds=3 * TIMEOUT),
        "activity long after the last request",
    )
    flag.unlink()
    assert output.readline() == "computed\n"

    wait_until(server.ended, "the end of a server that has an idle cluster")
    assert "No kernels for" in server.output()
    assert not list((server.runtime / "cluster-launcher").glob("*"))
