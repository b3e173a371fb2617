"""What comes while a thread reads or writes a record: the event loop goes on meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from virtual_time import Run
from worlds import World, crash, launched, until

from jupyter_cluster_launcher.clusters import owned_cluster, recorded_cluster
from jupyter_cluster_launcher.clusters.saved.root import LIMITS, holds_anything
from jupyter_cluster_launcher.errors import NotAvailableError
from jupyter_cluster_launcher.models import Cluster, State

LAUNCH = {"platform": "local"}


class Held:
    """A thread that has done its work, while the event loop does not know it before ``let_go``."""

    def __init__(self, function: str) -> None:
        """Hold the calls of a function, or method, of this name."""
        self.function = function
        self.done, self.let_go = asyncio.Event(), asyncio.Event()

    async def on_disk(self, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        result = function(*args, **named)
        if getattr(function, "__name__", "") == self.function and not self.done.is_set():
            self.done.set()
            await self.let_go.wait()
        return result


async def being_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> tuple[Held, asyncio.Future[Cluster]]:
    """Return a launch whose first record has just been written, and what holds it there."""
    held = Held("_create_record")
    monkeypatch.setattr(recorded_cluster, "on_disk", held.on_disk)
    launch = asyncio.ensure_future(world.manager.start(dict(LAUNCH)))
    await asyncio.wait_for(held.done.wait(), 600)
    return held, launch


def test_a_launch_that_nobody_waits_for_any_more(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a record with its lock but without a row: nobody could stop the cluster."""
    world, _ = pair

    async def story() -> None:
        held, launch = await being_recorded(world, monkeypatch)
        launch.cancel()
        await asyncio.wait([launch])
        held.let_go.set()
        await asyncio.sleep(0.1)
        (row,) = world.manager.list()
        await until(world, row.id, State.RUNNING)
        assert [one.id for one in world.manager.owned()] == [row.id]

    run(story())


def test_a_launch_while_the_server_stops(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a kernel that is started when the server has closed its clusters."""
    world, _ = pair

    async def story() -> None:
        held, launch = await being_recorded(world, monkeypatch)
        stop = asyncio.ensure_future(world.manager.stop())
        await asyncio.sleep(0.1)
        held.let_go.set()
        await asyncio.wait_for(asyncio.gather(launch, stop), 600)
        assert [
            one for one in world.manager.list() if one.state in (State.STARTING, State.RUNNING)
        ] == []
        with pytest.raises(NotAvailableError, match="stopping"):
            await world.manager.start(dict(LAUNCH))

    run(story())


def test_a_change_while_a_cluster_is_taken_over(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against an old row that replaces the record which the last owner has left."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second, keep_running=True, name="Tides")
        held = Held("_taken_over")
        monkeypatch.setattr(owned_cluster, "on_disk", held.on_disk)
        await crash(first)
        await asyncio.wait_for(held.done.wait(), 600)
        row = second.manager._clusters[key]
        row.put(replace(row.cluster, name="An old row"))
        assert not row.ownership.held
        held.let_go.set()
        await asyncio.sleep(60)
        assert second.manager.get(key).name == "Tides"
        saved = second.store.read(key)
        assert saved is not None
        assert saved.name == "Tides"

    run(story())


def test_limits_that_count_together_are_no_cluster(tmp_path: Path) -> None:
    """Guards the quick start of servers after a launch on a platform with limits."""
    (tmp_path / LIMITS).touch()
    assert not holds_anything(tmp_path)
    (tmp_path / ".removed-1").mkdir()  # a removal that a server did not finish
    assert holds_anything(tmp_path)
