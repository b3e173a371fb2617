"""How long users wait for the orderly stop of a server, whatever became of its clusters."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from notebooks import run
from observed_server import ObservedServer
from real_server import wait_until

# Dask tries for 30 s to reach a scheduler that is gone, and a server waits as long for a controller
# that does not close its cluster. A busy host makes each stop slower, also that of a healthy one.
LONGER = 15  # seconds


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObservedServer]:
    """A server that is not started."""
    one = ObservedServer(tmp_path)
    yield one
    one.stop()


def healthy(server: ObservedServer, cluster: dict[str, Any]) -> None:
    """Leave a cluster as it is."""


def shut_down(server: ObservedServer, cluster: dict[str, Any]) -> None:
    """Shut down the scheduler of a cluster, as a notebook does."""
    run(cluster["code"]["connect"], "client.shutdown()")


def frozen(server: ObservedServer, cluster: dict[str, Any]) -> None:
    """Freeze the controller of a cluster."""
    record = server.runtime / "cluster-launcher" / cluster["id"] / "cluster.json"
    os.kill(json.loads(record.read_text())["controller"]["pid"], signal.SIGSTOP)


def seconds_to_stop(
    server: ObservedServer,
    spoil: Callable[[ObservedServer, dict[str, Any]], None],
) -> float:
    """Return how long the stop of a server takes after something befell its only cluster."""
    server.start()
    cluster = server.ready(server.launch(platform="local", workers=1), 1)
    spoil(server, cluster)
    began = time.monotonic()
    server.signal(signal.SIGTERM)
    took = time.monotonic() - began
    print(f"{spoil.__name__}: {took:.1f} s")
    return took


@pytest.mark.parametrize("spoil", [shut_down, frozen])
def test_an_orderly_stop_is_prompt(
    server: ObservedServer,
    spoil: Callable[[ObservedServer, dict[str, Any]], None],
) -> None:
    """Guards against a JupyterLab that hangs for half a minute when it is stopped."""
    usual = seconds_to_stop(server, healthy)
    assert seconds_to_stop(server, spoil) < usual + LONGER
    server.nothing_left()


def test_a_stop_in_the_moment_in_which_the_scheduler_ends(server: ObservedServer) -> None:
    """Guards the same before the controller has noticed it, which takes a third of a second."""
    server.start()
    cluster = server.ready(server.launch(platform="local", workers=1), 1)
    stop = f"__import__('os').kill({server.pid}, {int(signal.SIGTERM)})"
    began = time.monotonic()
    run(cluster["code"]["connect"], f"(client.shutdown(), {stop})")
    wait_until(server.ended, "the end of the server")
    assert time.monotonic() - began < 2 * LONGER
    server.nothing_left()
