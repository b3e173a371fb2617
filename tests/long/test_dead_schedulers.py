"""The orderly stop of a server whose cluster's scheduler, another process, was just killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from held_cluster import HeldCluster
from observed_server import ObservedServer
from supervised import command_line

# Dask tries for 30 s to reach a scheduler that is gone, and a server waits as long for a controller
# that does not close its cluster. A busy host makes each stop slower, also that of a healthy one.
LONGER = 15  # seconds
MOMENTS = (0, 0.4, 0.8, 1.2, 1.6)  # seconds; the controller notices it meanwhile


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObservedServer]:
    """A server that is not started; the schedulers of its platform "held" are processes."""
    one = HeldCluster(tmp_path, kind="remote").server
    yield one
    one.stop()


def seconds_to_stop(server: ObservedServer, killed: float | None = None) -> float:
    """Return how long the stop takes, ``killed`` seconds after the scheduler was, if at all."""
    server.start()
    server.ready(server.launch(platform="held", workers=1), 1)
    if killed is not None:
        below = [
            one for one in server.descendants() if "distributed.Scheduler" in command_line(one)
        ]
        os.kill(below[0], signal.SIGKILL)
        time.sleep(killed)
    began = time.monotonic()
    server.signal(signal.SIGTERM)
    return time.monotonic() - began


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_orderly_stop_is_prompt(server: ObservedServer, moment: float) -> None:
    """Guards against a JupyterLab that hangs for half a minute when it is stopped."""
    usual = seconds_to_stop(server)
    assert seconds_to_stop(server, moment) < usual + LONGER
    server.nothing_left()
