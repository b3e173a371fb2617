"""When a controller is prepared for a launch, kept, used and ended; processes are stand-ins."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_controllers import FakeController, FakeControllers
from fake_processes import FakeProcess
from virtual_time import Run
from worlds import AtOnce, World, crash, write_platforms

from jupyter_cluster_launcher.clusters.launching import prepared
from jupyter_cluster_launcher.clusters.launching.prepared import MARK
from jupyter_cluster_launcher.clusters.services import Limits
from jupyter_cluster_launcher.controller import memory
from jupyter_cluster_launcher.errors import NotAvailableError, UnknownError
from jupyter_cluster_launcher.models import Cluster, ControllerRef, State

LOCAL, GATEWAY = {"platform": "local"}, {"platform": "gateway"}


@pytest.fixture(autouse=True)
def free(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How much memory is available; tests change it."""
    left = [2**40]
    monkeypatch.setattr(memory, "available", lambda: left[0])
    return left


@pytest.fixture
def world(tmp_path: Path, run: Run) -> Iterator[World]:
    write_platforms(tmp_path / "platforms", ("local", "gateway"))
    one = World(AtOnce(tmp_path / "clusters"), tmp_path / "platforms")
    run(one.manager.attach())
    yield one
    run(crash(one))


async def warm(world: World, request: dict[str, Any] = LOCAL) -> None:
    """Prepare for a launch, and wait until that is done."""
    await world.manager.preparer.touch(request)
    await asyncio.sleep(5)


async def launched(world: World, **request: Any) -> Cluster:
    """Launch a cluster and return it when it runs."""
    cluster = await world.manager.start({**LOCAL, **request})
    while cluster.state is State.STARTING:
        await asyncio.sleep(0.1)
        cluster = world.manager.get(cluster.id)
    return cluster


def directories(world: World) -> list[str]:
    root = world.store.root
    return [path.name for path in root.iterdir()] if root.exists() else []


def nothing_left(world: World) -> None:
    assert world.controllers.running() == []
    assert directories(world) == []


def test_a_launch_uses_it(world: World, run: Run) -> None:
    """Guards against a second process, a row before the launch, and a second use."""

    async def story() -> None:
        await warm(world)
        (process,) = world.controllers.running()
        assert (world.manager.list(), world.events) == ([], [])
        cluster = await launched(world)
        assert (cluster.state, cluster.id) == (State.RUNNING, process.directory.name)
        assert cluster.controller == process.ref
        assert process.calls[:3] == ["warm_up", "use", "prepare"]
        assert not (process.directory / MARK).exists()
        second = await launched(world)
        assert second.controller != cluster.controller
        await asyncio.sleep(1000)
        assert len(world.controllers.running()) == 2, "what is used does not expire"

    run(story())


def test_a_launch_that_comes_at_once(world: World, run: Run) -> None:
    """Guards against a second process while the first one is still being started."""

    async def story() -> None:
        await world.manager.preparer.touch(LOCAL)
        assert (await launched(world)).state is State.RUNNING
        assert len(world.controllers.processes) == 1

    run(story())


@pytest.mark.parametrize("after", [0.0, 0.2, 0.7, 5.0])
def test_a_stop_right_after_the_launch(world: World, run: Run, after: float) -> None:
    """Guards against a process whose cluster is gone before it has come about."""

    async def story() -> None:
        await world.manager.preparer.touch(LOCAL)
        await asyncio.sleep(after)
        cluster = await world.manager.start(LOCAL)
        await world.manager.close(cluster.id)
        await asyncio.sleep(200)
        nothing_left(world)

    run(story())


def test_it_expires(world: World, run: Run) -> None:
    """Guards against a process that stays where a user only looked; a touch keeps it."""

    async def story() -> None:
        await warm(world)
        for _ in range(3):
            await asyncio.sleep(100)
            await world.manager.preparer.touch(LOCAL)
        (process,) = world.controllers.running()
        assert process.touched >= 3, "its own watch has to know, too"
        await asyncio.sleep(119)
        assert world.controllers.running() == [process]
        await asyncio.sleep(2)
        nothing_left(world)

    run(story())


@pytest.mark.parametrize("after", [0.0, 0.2, 5.0])
def test_another_choice_replaces_it(world: World, run: Run, after: float) -> None:
    """Guards against a process for each platform that a user looks at."""

    async def story() -> None:
        await world.manager.preparer.touch(LOCAL)
        await asyncio.sleep(after)
        for request in (GATEWAY, {**GATEWAY, "kernel_name": "other"}, GATEWAY):
            await world.manager.preparer.touch(request)
        await asyncio.sleep(5)
        (process,) = world.controllers.running()
        assert directories(world) == [process.directory.name]
        cluster = await launched(world)
        assert cluster.controller != process.ref, "it is of another kind"

    run(story())


def test_another_environment_of_the_server(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against variables of a moment ago: Dask reads its own when it is imported."""

    async def story() -> None:
        await warm(world)
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
        cluster = await launched(world)
        assert cluster.controller is not None
        assert len(world.controllers.running()) == 2

    run(story())


def test_memory_that_gets_short(world: World, run: Run, free: list[int]) -> None:
    """Guards against a server that is killed for memory which only made things faster."""

    async def story() -> None:
        await warm(world)
        assert world.controllers.running()
        free[0] = 2**20
        await asyncio.sleep(6)
        nothing_left(world)
        await warm(world)
        nothing_left(world)

    run(story())


def test_a_server_that_stops(world: World, run: Run) -> None:
    """Guards against a process without a server, also one that is just being started."""

    async def story() -> None:
        await world.manager.preparer.touch(LOCAL)
        await asyncio.sleep(0.2)
        await world.manager.stop()
        nothing_left(world)
        await warm(world)
        nothing_left(world)

    run(story())


def test_turned_off(tmp_path: Path, run: Run) -> None:
    """Guards the administrator's word."""
    write_platforms(tmp_path / "platforms", ("local",))
    store, limits = AtOnce(tmp_path / "clusters"), Limits(prepared=0.0)
    world = World(store, tmp_path / "platforms", FakeControllers(), limits)
    run(warm(world))
    assert world.controllers.processes == {}


def test_a_launch_is_not_slowed_down(world: World, run: Run) -> None:
    """Guards against two starts at a time, on two cores."""

    async def story() -> None:
        await world.manager.start(LOCAL)
        await warm(world)
        assert len(world.controllers.processes) == 1

    run(story())


def test_one_that_failed(world: World, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a launch that fails where only its preparation did."""
    spawn = world.controllers.spawn

    async def refuse(*_: Any) -> None:
        await asyncio.sleep(1)
        monkeypatch.setattr(world.controllers, "spawn", spawn)
        raise OSError("no more processes")

    async def story() -> None:
        monkeypatch.setattr(world.controllers, "spawn", refuse)
        await world.manager.preparer.touch(LOCAL)
        assert (await launched(world)).state is State.RUNNING
        (process,) = world.controllers.running()
        assert "use" not in process.calls

    run(story())


def test_a_launch_that_cannot_be_saved(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a process that is left by a launch which never began."""

    def full(cluster: Cluster) -> None:
        raise OSError(28, "No space left on device")

    async def story() -> None:
        await warm(world)
        monkeypatch.setattr(world.store, "save", full)
        with pytest.raises(NotAvailableError):
            await world.manager.start(LOCAL)
        await asyncio.sleep(5)
        nothing_left(world)

    run(story())


def test_what_could_not_be_launched(world: World, run: Run) -> None:
    """Guards against an answer that hides a mistake."""
    with pytest.raises(UnknownError):
        run(world.manager.preparer.touch({"platform": "nowhere"}))
    nothing_left(world)


@pytest.mark.parametrize("hours", [-1, 1], ids=["long ago", "before the clock was set back"])
def test_what_a_killed_server_left(world: World, run: Run, hours: int) -> None:
    """Guards against directories that nobody removes, and against removing another server's."""

    async def story() -> None:
        await warm(world)
        (process,) = world.controllers.running()
        await crash(world)
        process.over.set()
        await prepared.sweep(world.manager.services)
        assert directories(world) == [process.directory.name], "it may be another server's"
        then = time.time() + hours * 3600
        files = list(process.directory.iterdir())
        for path in files[1:]:
            os.utime(path, (then, then))
        await prepared.sweep(world.manager.services)
        assert directories(world) == [process.directory.name], "one file was touched just now"
        os.utime(files[0], (then, then))
        await prepared.sweep(world.manager.services)
        nothing_left(world)

    run(story())


def test_processes_that_do_not_end(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Guards against processes that nobody knows of: their directory says which they are."""

    async def refused(ref: ControllerRef | None) -> None:
        raise NotAvailableError("Processes have not ended yet.")

    async def story() -> None:
        await warm(world)
        (process,) = world.controllers.running()
        with monkeypatch.context() as patched:
            patched.setattr(world.controllers, "end", refused)
            await warm(world, GATEWAY)
            assert process.directory.name in directories(world)
            then = time.time() - 2 * prepared.ABANDONED
            for path in process.directory.iterdir():
                os.utime(path, (then, then))
            await prepared.sweep(world.manager.services)
            assert process.directory.name in directories(world)
        await prepared.sweep(world.manager.services)
        assert process.directory.name not in directories(world)
        assert process.over.is_set()

    run(story())
    assert caplog.text.count("Processes have not ended yet") == 1


@pytest.mark.parametrize("last", ["use", "prepare"])
@pytest.mark.parametrize("frozen", [False, True])
def test_one_that_ends_in_the_middle(
    world: World, run: Run, monkeypatch: pytest.MonkeyPatch, last: str, frozen: bool
) -> None:
    """Guards against a launch that fails because of what was to make it faster."""
    call, doomed = FakeController.call, list[FakeProcess]()

    async def fatal(self: FakeController, function: str, *args: Any, **kwargs: Any) -> Any:
        if self.process in doomed and function == last:
            doomed[0].frozen = frozen
            if not frozen:
                doomed[0].over.set()
        return await call(self, function, *args, **kwargs)

    monkeypatch.setattr(FakeController, "call", fatal)

    async def story() -> None:
        await warm(world)
        doomed.extend(world.controllers.running())
        cluster = await launched(world)
        (other,) = world.controllers.running()
        assert (cluster.state, cluster.id) == (State.RUNNING, other.directory.name)
        assert cluster.controller == other.ref != doomed[0].ref
        await world.manager.close(cluster.id)
        await asyncio.sleep(60)
        nothing_left(world)

    run(story())
