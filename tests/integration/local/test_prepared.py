"""Controllers that are prepared while a user fills in the form, with real servers and kernels."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import write_kernelspec, write_platform
from prepared_controllers import LOCAL, Controllers, prepare
from processes import group
from real_server import PLATFORMS, RealServer, wait_until

NOISY = f"echo noise; exec '{sys.executable}' -m ipykernel_launcher -f '{{connection_file}}'"
LOOK = """
import os
def look():
    import beside, dask
    return os.getcwd(), beside.WORDS, dict(os.environ), dask.config.get("mine", "")
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    platforms = tmp_path / "jupyter" / "cluster-platforms"
    shutil.copytree(PLATFORMS, platforms)
    # On an address that no host has.
    write_platform(platforms, "broken", kwargs={"host": "192.0.2.1"})
    one = RealServer(tmp_path)
    write_kernelspec(tmp_path / "jupyter" / "kernels", "noisy", argv=["bash", "-c", NOISY])
    yield one
    one.stop()


@pytest.fixture
def controllers(server: RealServer) -> Controllers:
    return Controllers(server.runtime)


def test_a_launch_uses_it(server: RealServer, controllers: Controllers) -> None:
    """Guards against a second kernel, and against one in the wrong folder or environment."""
    folder = server.work / "of the notebook"
    folder.mkdir()
    (folder / "beside.py").write_text("WORDS = 'found'\n")
    server.start()
    prepare(server, kernel_name="noisy")
    prepared, pid = controllers.the_one()
    assert server.clusters() == []
    config = server.folder / ".config" / "dask"
    config.mkdir(parents=True, exist_ok=True)
    (config / "mine.yaml").write_text("mine: edited meanwhile\n")
    launched = server.launch(**LOCAL, kernel_name="noisy", workers=1, cwd=folder.name)
    assert launched == prepared
    cluster = server.ready(launched, 1)
    assert controllers.running() == {launched: pid}
    names: dict[str, Any] = {}
    exec(cluster["code"]["connect"], names)
    with names["client"] as client:
        exec(LOOK, names)
        places = [client.run_on_scheduler(names["look"]), *client.run(names["look"]).values()]
    for cwd, words, env, mine in places:
        assert (cwd, words, mine) == (str(folder), "found", "edited meanwhile")
        assert env["DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD"] == "forkserver"
        assert env["DASK_DISTRIBUTED__WORKER__HTTP__ROUTES"] == "[]"
        assert "IPYTHONDIR" not in env
    log = server.ask("GET", f"cluster-launcher/clusters/{launched}/logs")[1]["launch"]
    assert "noise" not in log
    sockets = controllers.sockets(launched)
    assert server.ask("DELETE", f"cluster-launcher/clusters/{launched}")[0] == 204
    controllers.nothing_left(launched, pid, sockets)


def test_a_launch_that_does_not_wait(server: RealServer, controllers: Controllers) -> None:
    """Guards against two kernels where a user presses Launch at once."""
    server.start()
    prepare(server)
    launched = server.launch(**LOCAL, workers=1)
    server.ready(launched, 1)
    assert list(controllers.running()) == [launched]


def test_a_launch_that_fails(server: RealServer, controllers: Controllers) -> None:
    """Guards against a launch whose failure looks different, or leaves something.

    Its platform is another one, and of the same kind.
    """
    server.start()
    prepare(server)
    prepared, pid = controllers.the_one()
    sockets = controllers.sockets(prepared)
    launched = server.launch(platform="broken")
    assert launched == prepared
    cluster = server.until(launched, lambda one: one["state"] == "failed")
    assert "assign requested address" in cluster["message"]
    wait_until(lambda: group(pid) == [], "the processes have ended")
    assert server.ask("DELETE", f"cluster-launcher/clusters/{launched}")[0] == 204
    controllers.nothing_left(launched, pid, sockets)


def test_one_that_was_killed(server: RealServer, controllers: Controllers) -> None:
    """Guards against a launch that fails because what was to make it faster is gone."""
    server.start()
    prepare(server)
    _, pid = controllers.the_one()
    os.kill(pid, signal.SIGKILL)
    launched = server.launch(**LOCAL, workers=1)
    server.ready(launched, 1)
    assert pid not in controllers.running().values()


def test_another_kernel(server: RealServer, controllers: Controllers) -> None:
    """Guards against a prepared kernel for each choice in the form; what does not fit is unused."""
    server.start()
    prepare(server)
    first = controllers.the_one()
    sockets = controllers.sockets(first[0])
    prepare(server)
    assert controllers.the_one() == first
    prepare(server, kernel_name="noisy")
    controllers.nothing_left(*first, sockets)
    second, _ = controllers.the_one()
    launched = server.launch(**LOCAL, workers=1)
    assert launched != second
    server.ready(launched, 1)


def test_a_server_that_stops(server: RealServer, controllers: Controllers) -> None:
    """Guards against a kernel that outlives its server, which never showed it."""
    server.start()
    prepare(server)
    prepared = controllers.the_one()
    sockets = controllers.sockets(prepared[0])
    server.signal(signal.SIGTERM)
    controllers.nothing_left(*prepared, sockets)


def test_a_server_that_is_killed(tmp_path: Path) -> None:
    """Guards against a kernel that no server knows any more: its own watch ends it."""
    server = RealServer(tmp_path, "--ClusterLauncher.orphan_hours=0.005")
    controllers = Controllers(server.runtime)
    try:
        server.start()
        prepare(server)
        prepared = controllers.the_one()
        sockets = controllers.sockets(prepared[0])
        server.signal(signal.SIGKILL)
        controllers.nothing_left(*prepared, sockets)
    finally:
        server.stop()


def test_turned_off(tmp_path: Path) -> None:
    """Guards the administrator's word."""
    server = RealServer(tmp_path, "--ClusterLauncher.prepare=False")
    try:
        server.start()
        prepare(server)
        launched = server.launch(**LOCAL, workers=1)
        server.ready(launched, 1)
        assert list(Controllers(server.runtime).running()) == [launched]
    finally:
        server.stop()


def test_two_servers(server: RealServer, controllers: Controllers, tmp_path: Path) -> None:
    """Guards against a server that shows, uses or removes what another one prepared."""
    other = RealServer(tmp_path)
    try:
        server.start()
        prepare(server)
        first = controllers.the_one()
        other.start()
        prepare(other)
        wait_until(lambda: len(controllers.running()) == 2, "a second prepared controller")
        assert server.clusters() == other.clusters() == []
        launched = server.launch(**LOCAL, workers=1)
        assert launched == first[0]
        server.ready(launched, 1)
        other.signal(signal.SIGTERM)
        assert controllers.running() == dict([first])
    finally:
        other.stop()
