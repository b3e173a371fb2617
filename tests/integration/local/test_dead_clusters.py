"""A cluster whose scheduler has ended by itself: what its row says, and how long stopping takes."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from notebooks import run
from observed_server import ObservedServer
from real_server import wait_until

SOON = 2.0  # seconds until the row says so, on a computer that has time
BUSY = 8.0  # seconds more on one that runs other tests
# Dask tries for 30 s to reach a scheduler that is gone, and so long took each stop.
AT_ONCE = 10.0  # seconds
IDLE = 25.0  # seconds: a worker has to start before
LOOKS = 0.5  # seconds: Dask looks each quarter second whether a scheduler is idle
SHUT_DOWN = "Stopped: the scheduler was shut down."


@dataclass(frozen=True)
class Dead:
    """A cluster whose scheduler has ended, on its server, at the latest at ``since``.

    ``said`` says that its row has said so already.
    """

    server: ObservedServer
    id: str
    since: float
    said: bool

    @property
    def path(self) -> str:
        """The route of the cluster."""
        return f"cluster-launcher/clusters/{self.id}"

    def over(self) -> dict[str, Any]:
        """Return its row once it says that it is over."""
        return self.server.until(self.id, lambda c: c["state"] != "running")

    def closed(self) -> dict[str, Any]:
        """Return its row once nothing is left to stop."""
        return self.server.until(self.id, lambda c: c["state"] not in ("running", "closing"))

    def stop(self) -> float:
        """Stop it, and return how many seconds later its row is gone."""
        began = time.monotonic()
        assert self.server.ask("DELETE", self.path)[0] == 204
        wait_until(lambda: self.server.clusters() == [], "the row gone")
        return time.monotonic() - began


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ObservedServer]:
    """A server that is not started."""
    one = ObservedServer(tmp_path)
    yield one
    one.stop()


def shut_down(server: ObservedServer) -> Dead:
    """Return a cluster that a notebook has just shut down."""
    cluster = server.start().ready(server.launch(platform="local", workers=1), 1)
    ended = run(cluster["code"]["connect"], "(client.shutdown(), __import__('time').time())[1]")
    return Dead(server, cluster["id"], float(ended), said=False)


def idle(server: ObservedServer) -> Dead:
    """Return a cluster that Dask's own idle timeout has just ended, as users set it for kernels."""
    server.variables["DASK_DISTRIBUTED__SCHEDULER__IDLE_TIMEOUT"] = f"{IDLE}s"
    cluster = server.start().ready(server.launch(platform="local", workers=1), 1)
    since = time.time() + IDLE + LOOKS
    assert cluster["idle"] is None, "the timeout is not ours"
    dead = Dead(server, cluster["id"], since, said=True)
    dead.closed()
    return dead


@pytest.fixture(params=[shut_down, idle])
def dead(request: pytest.FixtureRequest, server: ObservedServer) -> Dead:
    """A cluster whose scheduler has ended in one of the ways."""
    one: Dead = request.param(server)
    return one


def test_the_row_says_so(dead: Dead) -> None:
    """Guards against a dead cluster that stays green, is scaled silently and stops in 30 s."""
    row = dead.over()
    took = time.time() - dead.since
    print(f"The row said so after {took:.2f} s.")
    assert took < SOON + BUSY
    assert (row["message"], row["code"]["connect"]) == (SHUT_DOWN, None)
    row = dead.closed()
    assert (row["state"], row["message"], row["warnings"]) == ("closed", SHUT_DOWN, [])
    assert row["workers"]["ready"] == 0
    assert row["usage"] is None
    assert row["code"]["connect"] is None, "it would not connect"
    status, answer = dead.server.ask("PATCH", dead.path, {"workers": 2})
    assert status == 409, answer
    wait_until(lambda: dead.server.processes() == [], "the end of its processes")
    assert dead.stop() < AT_ONCE
    dead.server.nothing_left()


def test_the_server_stops_at_once(dead: Dead) -> None:
    """Guards against a JupyterLab that hangs for half a minute when it is stopped.

    A row that has said so before says it still in the next one.
    """
    began = time.monotonic()
    dead.server.signal(signal.SIGTERM)
    took = time.monotonic() - began
    print(f"The server stopped in {took:.2f} s.")
    assert took < AT_ONCE
    wait_until(lambda: dead.server.processes() == [], "the end of its processes")
    assert dead.server.sockets() == []
    rows = dead.server.start().clusters()
    assert rows or not dead.said, "it says so still"
    for row in rows:
        assert (row["state"], row["message"]) == ("closed", SHUT_DOWN)
        assert dead.stop() < AT_ONCE
    dead.server.nothing_left()


STOP = """
import time, urllib.request
client.shutdown()
began = time.time()
urllib.request.urlopen(urllib.request.Request("{url}", method="DELETE", headers={headers}))
"""


def test_a_stop_before_the_row_says_so(server: ObservedServer) -> None:
    """Guards against a stop of 30 s where a user is faster than the row."""
    cluster = server.start().ready(server.launch(platform="local", workers=1), 1)
    path = f"cluster-launcher/clusters/{cluster['id']}"
    url = f"http://127.0.0.1:{server.port}{server.base_url}{path}"
    stop = STOP.format(url=url, headers={"Authorization": f"token {server.token}"})
    began = float(run(f"{cluster['code']['connect']}{stop}", "began"))
    wait_until(lambda: server.clusters() == [], "the row gone")
    took = time.time() - began
    print(f"The stop took {took:.2f} s.")
    assert took < AT_ONCE
    server.nothing_left()
