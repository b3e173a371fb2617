"""Faults that happen to a prepared controller, before a launch uses it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from local_faults import small_disk
from observed_server import ObservedServer
from prepared_controllers import LOCAL, Controllers, prepare
from processes import group
from real_server import wait_until

from jupyter_cluster_launcher.clusters.launching.prepared import ABANDONED


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObservedServer]:
    """A server that is not started yet, without patience for controllers that do not answer."""
    one = ObservedServer(tmp_path, "--ClusterLauncher.start_timeout=20")
    yield one
    one.stop()


def happen(what: str, server: ObservedServer, prepared: str, pid: int) -> None:
    """Let a fault happen; a server runs afterwards."""
    directory = server.runtime / "cluster-launcher" / prepared
    if what == "freeze":
        for one in group(pid):
            os.kill(one, signal.SIGSTOP)
    elif what == "removed":
        shutil.rmtree(directory)
    elif what == "restart":
        for one in group(pid):
            os.kill(one, signal.SIGKILL)
        server.signal(signal.SIGKILL)
        for sockets in server.sockets():  # as /tmp is cleared
            shutil.rmtree(sockets)
        # Before, another server may be about to use it.
        abandoned = time.time() - ABANDONED
        for file in directory.iterdir():
            os.utime(file, (abandoned, abandoned))
        server.start()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("what", ["freeze", "removed", "restart", "full"])
def test_a_launch_after(what: str, server: ObservedServer) -> None:
    """Guards against a launch that fails, or a controller that stays, for what saves time only."""
    with ExitStack() as stack:
        fill: Callable[[], None] = lambda: None  # noqa: E731
        if what == "full":
            fill = stack.enter_context(small_disk(server.runtime))
        stack.callback(server.stop)
        server.start()
        prepare(server)
        prepared, pid = Controllers(server.runtime).the_one()
        happen(what, server, prepared, pid)
        if what == "full":
            fill()
            status, answer = server.ask("POST", "cluster-launcher/clusters", LOCAL)
            assert status == 503, answer
            assert "No space left on device" in answer["message"]
            (server.runtime / "filler").unlink()
        cluster = server.launch(**LOCAL, workers=1)
        server.ready(cluster, 1)
        server.signal(signal.SIGKILL)
        server.start()
        server.ready(cluster, 1)
        assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
        wait_until(lambda: not server.clusters(), "an empty list")
        server.nothing_left(90)
