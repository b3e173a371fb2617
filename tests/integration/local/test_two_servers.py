"""Two Jupyter servers of one user on one host: each shows all clusters and can act on them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from real_server import RealServer, wait_until
from worlds import write_platforms


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[RealServer, RealServer]]:
    """Two servers with one runtime directory, both running."""
    first, second = RealServer(tmp_path / "first"), RealServer(tmp_path / "second")
    second.runtime = first.runtime
    try:
        yield first.start(), second.start()
    finally:
        for server in (second, first):
            server.stop()


def change(server: RealServer, cluster: str, workers: int) -> None:
    """Scale a cluster, which must be possible on this server."""
    path = f"cluster-launcher/clusters/{cluster}"
    status, answer = server.ask("PATCH", path, {"workers": workers})
    assert status == 202, answer


def pid_of(server: RealServer, cluster: str) -> int:
    """Return the process of a cluster's controller."""
    path = server.runtime / "cluster-launcher" / cluster / "cluster.json"
    record: dict[str, Any] = json.loads(path.read_text())
    return int(record["controller"]["pid"])


def test_each_server_shows_and_changes_all_clusters(pair: tuple[RealServer, RealServer]) -> None:
    """Guards against a cluster that only the server knows, or can stop, that launched it."""
    first, second = pair
    cluster = first.launch(platform="local", workers=1, name="Tides")
    first.ready(cluster, 1)
    seen = second.ready(cluster, 1)
    assert seen["code"]["connect"]
    change(second, cluster, 2)
    second.ready(cluster, 2)
    first.ready(cluster, 2)
    change(first, cluster, 1)  # and back
    first.ready(cluster, 1)
    second.ready(cluster, 1)
    pid = pid_of(first, cluster)
    assert second.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
    wait_until(lambda: all(server.clusters() == [] for server in pair), "the row gone")
    wait_until(lambda: not psutil.pid_exists(pid), "no process left, also no zombie")
    assert list((first.runtime / "cluster-launcher").iterdir()) == []


def test_a_launch_is_stopped_from_the_other_server(pair: tuple[RealServer, RealServer]) -> None:
    """Guards against a slow launch that only its own server can stop."""
    first, second = pair
    cluster = first.launch(platform="local", workers=1)
    second.until(cluster, lambda _: True)
    assert second.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
    wait_until(lambda: all(server.clusters() == [] for server in pair), "the row gone")


def test_two_containers_on_one_host(tmp_path: Path) -> None:
    """Guards against a stop that removes the row in both, and leaves the cluster running."""
    inside = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--uts"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("Namespaces are for root.")
    first, second = RealServer(tmp_path / "first"), RealServer(tmp_path / "second")
    second.runtime = first.runtime
    second.python = [*inside, "sh", "-c", 'hostname inside; exec "$@"', "sh", sys.executable]
    try:
        first.start()
        second.start()
        cluster = first.launch(platform="local", workers=1)
        first.ready(cluster, 1)
        second.until(cluster, lambda c: c["state"] == "elsewhere" and "container" in c["message"])
        status, answer = second.ask("DELETE", f"cluster-launcher/clusters/{cluster}")
        assert (status, "from there" in answer["message"]) == (409, True)
        assert first.ready(cluster, 1)["message"] == ""
        pid = pid_of(first, cluster)
        assert first.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
        wait_until(lambda: first.clusters() == second.clusters() == [], "no row")
        wait_until(lambda: not psutil.pid_exists(pid), "no process")
    finally:
        second.stop()
        first.stop()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_a_server_left_goes_to_the_one_that_runs(
    pair: tuple[RealServer, RealServer], how: signal.Signals
) -> None:
    """Guards against a cluster that runs on unseen although a server of its owner runs."""
    first, second = pair
    cluster = first.launch(platform="local", workers=1, keep_running=True)
    first.ready(cluster, 1)
    first.signal(how)
    # Its own, without the word that another one has it.
    second.until(cluster, lambda c: c["state"] == "running" and c["message"] == "")
    change(second, cluster, 2)
    second.ready(cluster, 2)
    first.start()
    first.ready(cluster, 2)
    change(first, cluster, 1)
    second.ready(cluster, 1)
    # The first one owns it now, so the second one does not end it.
    second.signal(signal.SIGTERM)
    first.ready(cluster, 1)
    assert first.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
    wait_until(lambda: first.clusters() == [], "the row gone")


LAUNCHES = """
import asyncio, sys, time
sys.path[:0] = sys.argv[2:]
from pathlib import Path
from worlds import Saves, World

folder = Path(sys.argv[1])


class Slow(Saves):
    def stamps(self):
        found = super().stamps()
        time.sleep(0.02)  # as on a slow file system: the other server lists the same meanwhile
        return found


async def main():
    world = World(Slow(folder / "clusters"), folder / "platforms")
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in range(10):
        print((await world.manager.start({"platform": "local"})).name)


asyncio.run(main())
"""


def test_two_processes_that_launch_at_once(tmp_path: Path) -> None:
    """Guards against two clusters of one name, launched by two servers within milliseconds."""
    write_platforms(tmp_path / "platforms", ("local",))
    command = [sys.executable, "-c", LAUNCHES, str(tmp_path), *sys.path]
    started = [
        subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    for one in started:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in started:
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    names = [name for one in started for name in one.communicate(timeout=60)[0].splitlines()]
    assert sorted(names, key=lambda name: int(name.split()[-1])) == [
        f"Site {number}" for number in range(1, 21)
    ]
