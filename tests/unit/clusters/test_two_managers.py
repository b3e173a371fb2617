"""Two servers of one user: what moves between them, and what each says when it does not."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from virtual_time import Run
from worlds import World, crash, launched, until

from jupyter_cluster_launcher.clusters import owned_cluster
from jupyter_cluster_launcher.clusters.owned_cluster import OwnedCluster
from jupyter_cluster_launcher.clusters.saved import ownership
from jupyter_cluster_launcher.errors import UnknownError, WrongStateError
from jupyter_cluster_launcher.models import State


def test_names_on_two_servers(pair: tuple[World, World], run: Run) -> None:
    """Guards against two clusters of one name, launched on two servers within a few seconds."""

    async def story() -> None:
        rows = [await world.manager.start({"platform": "local"}) for world in (*pair, *pair)]
        assert [row.name for row in rows] == [f"Site {number}" for number in range(1, 5)]

    run(story())


def test_a_change_moves_the_cluster(pair: tuple[World, World], run: Run) -> None:
    """Guards against a cluster that only the server can change that launched it."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        assert [one.id for one in first.manager.owned()] == [key]
        await second.manager.scale(key, 5)
        assert [one.id for one in second.manager.owned()] == [key]
        assert list(first.manager.owned()) == []
        await first.manager.rename(key, "Mine")
        assert (await until(first, key, State.RUNNING)).name == "Mine"
        await second.manager.close(key)
        while first.manager.list() or second.manager.list():
            await asyncio.sleep(0.1)
        assert first.controllers.running() == []

    run(story())


def test_another_container_of_this_host(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against ending a row, and not the cluster, whose processes cannot be seen from here.

    Containers on one host have one boot and, with a home directory of one user, the same locks.
    """
    first, second = pair

    async def story() -> None:
        monkeypatch.setattr(ownership, "namespace", lambda: "pid:[1]")
        row = await first.manager.start({"platform": "local"})
        monkeypatch.setattr(ownership, "namespace", lambda: "pid:[2]")
        await until(first, row.id, State.RUNNING)
        seen = await until(second, row.id, State.ELSEWHERE)
        assert seen.message.startswith("It runs in another container, ")
        with pytest.raises(WrongStateError, match="from there"):
            await second.manager.close(row.id)
        with pytest.raises(WrongStateError, match="from there"):
            await second.manager.rename(row.id, "Mine")
        await asyncio.sleep(60)
        assert (await until(first, row.id, State.RUNNING)).message == ""
        await crash(first)  # its lock is free then: what it left is for any server
        assert (await until(second, row.id, State.RUNNING)).message == ""
        await second.manager.close(row.id)
        while second.manager.list():
            await asyncio.sleep(0.1)

    run(story())


def test_a_server_that_does_not_hand_over(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a request that waits for ever for another server."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        for task in first.manager._tasks:
            task.cancel()  # as a server that hangs
        with pytest.raises(WrongStateError, match="does not hand it over now"):
            await second.manager.rename(key, "Mine")
        assert not (second.store.root / key / "wanted").exists()

    run(story())


async def release_for_ever(_: OwnedCluster) -> None:
    await asyncio.Event().wait()


def test_a_stop_while_a_cluster_is_handed_over(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a Stop that begins again and again: a disk takes long to release the lock."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        with monkeypatch.context() as patched:
            patched.setattr(OwnedCluster, "_release", release_for_ever)
            managed = first.manager._clusters[key]
            await managed.hand_over(False)
            assert managed.handed_over
            await first.manager.close(key)
            for _ in range(50):
                if not first.manager.list():
                    break
                await asyncio.sleep(0.1)
            assert first.manager.list() == []
            assert first.controllers.running() == []

    run(story())


def test_a_server_that_stops_while_it_hands_over(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards a cluster that was promised to another server, and the stop of this one."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        now = asyncio.get_running_loop().time
        monkeypatch.setattr(owned_cluster, "DISK_LIMIT", 1.0)
        with monkeypatch.context() as patched:
            patched.setattr(OwnedCluster, "_release", release_for_ever)
            await first.manager._clusters[key].hand_over(False)
            begun = now()
            await first.manager.stop()
            assert now() - begun < 3
        assert len(first.controllers.running()) == 1
        await until(second, key, State.RUNNING)
        await second.manager.rename(key, "Mine")

    run(story())


def test_a_launch_is_handed_over_to_be_stopped_only(pair: tuple[World, World], run: Run) -> None:
    """Guards against half a launch that another server would have to finish."""
    first, second = pair
    first.controllers.create_time = 1000.0

    async def story() -> None:
        row = await first.manager.start({"platform": "local"})
        await until(second, row.id, State.STARTING)
        with pytest.raises(WrongStateError, match="starting in another of your"):
            await second.manager.rename(row.id, "Mine")
        await second.manager.close(row.id)
        while second.manager.list():
            await asyncio.sleep(0.1)
        assert first.controllers.running() == []

    run(story())


def test_a_cluster_that_is_stopped_meanwhile(pair: tuple[World, World], run: Run) -> None:
    """Guards against an error that nobody understands about a row that has just gone."""
    first, second = pair
    first.controllers.close_time = 3.0

    async def story() -> None:
        key = await launched(first, second)
        await first.manager.close(key)
        with pytest.raises(UnknownError, match="it has just been stopped"):
            await second.manager.rename(key, "Mine")
        with pytest.raises(UnknownError, match="no such cluster"):
            await second.manager.rename(key, "Mine")

    run(story())


def test_a_cluster_that_ends_meanwhile(pair: tuple[World, World], run: Run) -> None:
    """Guards against a change of what has ended while another server had it."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        first.controllers.running()[0].end("Stopped after 1 hour without work.")
        await until(first, key, State.CLOSED)
        with pytest.raises(WrongStateError, match="closed cannot be scaled"):
            await second.manager.scale(key, 1)
        await second.manager.close(key)
        while first.manager.list():
            await asyncio.sleep(0.1)

    run(story())


def test_a_row_that_another_server_has_changed(pair: tuple[World, World], run: Run) -> None:
    """Guards against a name that comes back when the other server changes something else."""
    first, second = pair

    async def story() -> None:
        key = (await first.manager.start({"platform": "local", "options": {}})).id
        managed = first.manager._clusters[key]
        await until(first, key, State.RUNNING)
        managed.settle(managed.cluster.to(State.FAILED, "Refused."))
        for world in pair:
            await until(world, key, State.FAILED)
        await asyncio.sleep(30)
        await second.manager.rename(key, "Tides")
        await asyncio.sleep(0.1)  # until it lets go, and before this one looks again
        assert await first.manager._clusters[key].change(keep_running=True)
        await asyncio.sleep(30)
        for world in pair:
            row = world.manager.get(key)
            assert (row.name, row.keep_running) == ("Tides", True)

    run(story())


def test_a_change_that_cannot_be_made(pair: tuple[World, World], run: Run) -> None:
    """Guards against "accepted" for a name that is never saved."""
    first, second = pair

    async def story() -> None:
        key = (await first.manager.start({"platform": "local"})).id
        managed = first.manager._clusters[key]
        await until(first, key, State.RUNNING)
        managed.settle(managed.cluster.to(State.FAILED, "Refused."))
        await until(second, key, State.FAILED)
        await asyncio.sleep(30)
        shutil.rmtree(first.store.root / key)
        with pytest.raises(WrongStateError, match="changing or removing this cluster"):
            await second.manager.rename(key, "Tides")

    run(story())


def test_a_cluster_whose_files_are_gone_stays(pair: tuple[World, World], run: Run) -> None:
    """Guards against a healthy cluster that no server can reach, for a name alone."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        controller = first.manager.get(key).controller
        assert controller is not None
        Path(controller.connection_file).unlink(missing_ok=True)
        await asyncio.sleep(30)
        with pytest.raises(WrongStateError, match="does not hand it over now"):
            await second.manager.rename(key, "Mine")
        assert first.manager.get(key).state is State.RUNNING

    run(story())


def test_a_row_that_is_dismissed_before_the_next_look(pair: tuple[World, World], run: Run) -> None:
    """Guards against a row for ever of what failed, and was dismissed elsewhere, within seconds."""
    first, second = pair

    async def story() -> None:
        await asyncio.sleep(0.1)  # right after a look
        key = (await first.manager.start({"platform": "local"})).id
        managed = first.manager._clusters[key]
        await until(first, key, State.RUNNING)
        managed.settle(managed.cluster.to(State.FAILED, "Refused."))
        await managed.released()
        await second.manager._others.scan()
        await second.manager.close(key)
        while second.manager.list():
            await asyncio.sleep(0.01)
        await asyncio.sleep(60)
        assert first.manager.list() == []

    run(story())
