"""A directory of one cluster that hangs for ever: all other clusters go on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster
from worlds import Saves, World, crash, write_platforms

from jupyter_cluster_launcher.clusters import other_servers, owned_cluster
from jupyter_cluster_launcher.clusters.managed_cluster import ManagedCluster
from jupyter_cluster_launcher.clusters.saved import writer
from jupyter_cluster_launcher.models import State


class Hanging:
    """A function that does not return for one of its first arguments, until ``answers`` is set."""

    def __init__(self, function: Callable[..., Any], of: str) -> None:
        self.function, self.of, self.answers = function, of, threading.Event()

    def __call__(self, one: Any, *args: Any) -> Any:
        if one == self.of or getattr(one, "id", None) == self.of:
            self.answers.wait(60)
        return self.function(one, *args)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A server that is quick to lose patience."""
    write_platforms(tmp_path / "platforms", ("local",))
    for module, name in ((owned_cluster, "DISK_LIMIT"), (writer, "PATIENCE")):
        monkeypatch.setattr(module, name, 0.1)
    monkeypatch.setattr(other_servers, "UPDATES", 0.2)
    return World(Saves(tmp_path / "clusters"), tmp_path / "platforms")


@pytest.fixture
def saving(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hanging]:
    """The disk, which hangs where the record of cluster ``hung`` is saved."""
    hanging = Hanging(world.store.save, "hung")
    monkeypatch.setattr(world.store, "save", hanging)
    yield hanging
    hanging.answers.set()


def two(world: World) -> tuple[ManagedCluster, ManagedCluster]:
    """Return a cluster whose directory hangs, and another."""
    hung, other = (world.add(a_cluster(id=key, state=State.RUNNING)) for key in ("hung", "other"))
    return hung, other


def test_other_records_are_saved(world: World, saving: Hanging) -> None:
    """Guards against one writer that waits for ever, and all changes with it."""

    async def story() -> None:
        two(world)
        await world.manager.rename("hung", "Mine")
        await asyncio.sleep(0.05)
        await world.manager.rename("other", "Tides")
        await asyncio.wait_for(world.manager._others.scan(), 5)
        saved = world.store.read("other")
        assert saved is not None
        assert saved.name == "Tides"
        saving.answers.set()
        await crash(world)

    asyncio.run(story())


def test_another_cluster_is_stopped(world: World, saving: Hanging) -> None:
    """Guards against a Stop that never ends, of a cluster whose directory answers."""

    async def story() -> None:
        two(world)
        await world.manager.rename("hung", "Mine")
        await asyncio.sleep(0.05)
        await asyncio.wait_for(world.manager.close("other"), 5)
        for _ in range(500):
            if [one.id for one in world.manager.list()] == ["hung"]:
                break
            await asyncio.sleep(0.01)
        assert [one.id for one in world.manager.list()] == ["hung"]
        saving.answers.set()
        await crash(world)

    asyncio.run(story())


def test_scans_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against locks that are not renewed, and rows that stay as they were for ever."""
    renewed: list[str] = []

    async def story() -> None:
        hung, other = two(world)
        lock = Hanging(lambda _: None, "hung")
        monkeypatch.setattr(hung.ownership, "renew", lambda: lock("hung"))
        monkeypatch.setattr(other.ownership, "renew", lambda: renewed.append("other"))
        try:
            for number in (1, 2):
                await asyncio.wait_for(world.manager._others.scan(), 5)
                assert renewed == ["other"] * number
        finally:
            lock.answers.set()
        for _ in range(500):
            if not world.manager._others._updating:
                break
            await asyncio.sleep(0.01)
        assert world.manager._others._updating == {}
        await crash(world)

    asyncio.run(story())


def test_other_clusters_are_handed_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards a user's other servers, and against one more thread each second for what hangs."""
    monkeypatch.setattr(other_servers, "REQUESTS_EVERY", 0.01)
    monkeypatch.setattr(other_servers, "REQUESTS", 0.1)
    looked, handed = list[str](), list[str]()

    def looking(key: str) -> str:
        looked.append(key)
        return "use"

    async def hand_over(managed: ManagedCluster, stop: bool) -> None:
        handed.append(managed.cluster.id)

    async def story() -> None:
        hung, other = two(world)
        hanging = Hanging(lambda _: None, "hung")
        monkeypatch.setattr(ManagedCluster, "hand_over", hand_over)
        monkeypatch.setattr(other.ownership, "requested", lambda: looking("other"))
        monkeypatch.setattr(
            hung.ownership, "requested", lambda: looking("hung") and hanging("hung")
        )
        answer = asyncio.ensure_future(world.manager._others.answer())
        for _ in range(500):
            if len(handed) > 3:
                break
            await asyncio.sleep(0.01)
        hanging.answers.set()
        answer.cancel()
        await asyncio.wait([answer])
        assert set(handed) == {"other"}
        assert looked.count("hung") == 1
        await crash(world)

    asyncio.run(story())


def test_a_late_end_of_a_save(world: World, saving: Hanging) -> None:
    """Guards a change that is made while the disk hangs: it is not overwritten by an older one."""

    async def story() -> None:
        two(world)
        for name in ("Mine", "Yours"):
            await world.manager.rename("hung", name)
            await asyncio.sleep(0.05)
        saving.answers.set()
        for _ in range(500):
            saved = world.store.read("hung")
            if saved is not None and saved.name == "Yours":
                break
            await asyncio.sleep(0.01)
        assert saved is not None
        assert saved.name == "Yours"
        await crash(world)

    asyncio.run(story())
