"""A disk that is full, hangs, or loses files, and what each server says and does then."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import a_cluster
from virtual_time import Run
from worlds import AtOnce, World, crash, launched, until, write_platforms

from jupyter_cluster_launcher.clusters import other_servers, owned_cluster, stopping
from jupyter_cluster_launcher.clusters.controlled_cluster import DELETED
from jupyter_cluster_launcher.clusters.saved.history import Entry
from jupyter_cluster_launcher.clusters.saved.store import RECORD
from jupyter_cluster_launcher.clusters.services import Limits
from jupyter_cluster_launcher.errors import WrongStateError
from jupyter_cluster_launcher.models import Cluster, State

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
SCANS = 2 * other_servers.EVERY  # seconds


@contextmanager
def full(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a server's disk take no record; what it is to write soon it writes at once."""

    def refused(cluster: Cluster) -> None:
        raise FULL

    def soon(cluster: Cluster) -> None:
        world.store._writer._pending[cluster.id] = cluster
        world.store.flush(cluster.id)

    monkeypatch.setattr(world.store, "save_soon", soon)
    with monkeypatch.context() as patched:
        patched.setattr(world.store, "save", refused)
        yield


def test_a_change_on_a_full_disk(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards a cluster that is to keep running: the next server knows it once there is space."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        with full(first, monkeypatch):
            await first.manager.set_keep_running(key, True)
            await asyncio.sleep(SCANS)
        await asyncio.sleep(SCANS)
        await crash(first)
        await asyncio.sleep(SCANS)
        assert [one.id for one in second.manager.owned()] == [key]
        assert second.manager.get(key).keep_running

    run(story())


def test_a_disk_that_fills_up_during_a_launch(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against the end of a cluster that runs well and does not change for a while."""
    first, second = pair

    async def story() -> None:
        row = await first.manager.start({"platform": "local"})
        with full(first, monkeypatch):
            await until(first, row.id, State.RUNNING)
        await asyncio.sleep(SCANS)
        await crash(first)
        await asyncio.sleep(SCANS)
        assert second.manager.get(row.id).state is State.RUNNING
        assert len(second.controllers.running()) == 1

    run(story())


def test_a_controller_that_is_in_no_record(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a kernel that nobody knows: its cluster got it while the disk was full."""
    first, second = pair
    controllers = first.controllers

    async def story() -> None:
        key = (await first.manager.start({"platform": "gateway"})).id
        for world in pair:
            await until(world, key, State.RUNNING)
        (process,) = controllers.running()
        with full(first, monkeypatch):
            process.over.set()
            await asyncio.sleep(controllers.spawn_time / 2)
            await crash(first)  # in the middle of the start of another controller
        (left,) = controllers.running()
        await asyncio.sleep(SCANS)
        row = await until(second, key, State.RUNNING)
        assert [one.ref for one in controllers.running()] == [row.controller]
        assert left.over.is_set()

    run(story())


def test_an_end_on_a_full_disk(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a cluster that has ended and begins again from its old record."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        with full(first, monkeypatch):
            (process,) = first.controllers.running()
            process.report(ended="Stopped after 1 hour without work.", ready=0)
            process.over.set()  # and no ``ended.json``, for which there is no space either
            await until(first, key, State.CLOSED)
            await asyncio.sleep(SCANS)
            assert list(second.manager.owned()) == []
        await asyncio.sleep(SCANS)
        rows = [world.manager.get(key) for world in pair]
        assert [row.state for row in rows] == [State.CLOSED, State.CLOSED]
        await second.manager.close(key)
        while first.manager.list():
            await asyncio.sleep(0.1)

    run(story())


def test_nothing_is_handed_over_that_is_not_saved(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a server that goes on from an old record."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        with full(first, monkeypatch):
            await first.manager.rename(key, "Mine")
            with pytest.raises(WrongStateError, match="does not hand it over now"):
                await second.manager.set_keep_running(key, True)
        await second.manager.set_keep_running(key, True)
        assert second.manager.get(key).name == "Mine"

    run(story())


def test_a_server_that_starts_on_a_full_disk(
    pair: tuple[World, World],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Guards against a row of another server that is not there, and that cannot be dismissed."""
    first, second = pair

    def refused(*_: object) -> int:
        raise FULL

    async def story() -> None:
        key = await launched(first, second)
        before = (first.store.root / key / "owner.json").read_text()
        monkeypatch.setattr(os, "pwrite", refused)
        await crash(first)
        await asyncio.sleep(3 * SCANS)
        assert (first.store.root / key / "owner.json").read_text() == before
        row = second.manager.get(key)
        assert (row.state, row.message) == (State.RUNNING, "")
        await second.manager.close(key)
        await asyncio.sleep(1)
        assert second.manager.list() == []

    run(story())
    assert caplog.text.count("No space left on device") == 1, "said once"


def test_a_lock_that_cannot_be_opened(
    pair: tuple[World, World],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Guards against a sentence about another server where there is none, after 15 seconds."""
    first, second = pair

    def refused() -> bool:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    async def story() -> None:
        key = await launched(first, second)
        monkeypatch.setattr(second.manager._clusters[key].ownership, "take", refused)
        await crash(first)
        await asyncio.sleep(3 * SCANS)
        assert second.manager.get(key).message == (
            "This Jupyter server cannot look after it: its files cannot be used (Read-only file "
            "system)."
        )
        began = asyncio.get_running_loop().time()
        with pytest.raises(WrongStateError, match="Read-only file system"):
            await second.manager.close(key)
        assert asyncio.get_running_loop().time() - began < 1

    run(story())
    assert caplog.text.count("could not be locked") == 1, "said once"


def test_deleted_files(pair: tuple[World, World], run: Run) -> None:
    """Guards against connect code that raises, in a row that looks as if all were well."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        (process,) = first.controllers.running()
        connection = Path(process.ref.connection_file)
        text = connection.read_text()
        connection.unlink()
        await asyncio.sleep(SCANS)
        assert DELETED in first.manager.get(key).report.warnings
        process.report()
        assert DELETED in first.manager.get(key).report.warnings, "also after a report"
        connection.write_text(text)
        await asyncio.sleep(SCANS)
        assert first.manager.get(key).report.warnings == ()
        managed = first.manager._clusters[key]
        process.report(tls=True)
        await asyncio.sleep(SCANS)
        assert managed.cluster.report.warnings == (DELETED,), "no key.pem"

    run(story())


def test_a_directory_that_is_deleted(pair: tuple[World, World], run: Run) -> None:
    """Guards against two servers that own one cluster, as each has locked another file."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        shutil.rmtree(first.store.root / key)
        await asyncio.sleep(SCANS)
        assert first.manager.get(key).report.warnings == (DELETED,)
        await first.manager.rename(key, "Mine")
        assert (first.store.root / key / RECORD).exists()
        await asyncio.sleep(2 * SCANS)
        owned = [[one.id for one in world.manager.owned()] for world in pair]
        assert owned == [[key], []]
        await second.manager.close(key)
        while first.manager.list() or second.manager.list():
            await asyncio.sleep(0.1)
        assert first.controllers.running() == []

    run(story())


def test_a_server_that_stops_while_its_disk_is_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards what a cluster has used: the process ends without waiting for threads."""
    write_platforms(tmp_path / "platforms", ("local",))
    world = World(AtOnce(tmp_path / "clusters"), tmp_path / "platforms")
    add = world.store.history.add

    def slowly(entry: Entry) -> None:
        time.sleep(0.3)
        add(entry)

    monkeypatch.setattr(world.store.history, "add", slowly)

    async def story() -> None:
        world.add(a_cluster(state=State.RUNNING))
        await world.manager.stop()
        assert [one.id for one in world.store.history.entries()] == ["c1"]

    asyncio.run(story())


@pytest.mark.parametrize("when", ["running", "stopping", "starting"])
def test_a_server_that_stops_while_its_disk_hangs(
    when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a Jupyter server that never ends, and is killed with all its clusters."""
    write_platforms(tmp_path / "platforms", ("local",))
    limits, answers = Limits(close=0.5), threading.Event()
    world = World(AtOnce(tmp_path / "clusters"), tmp_path / "platforms", limits=limits)
    monkeypatch.setattr(owned_cluster, "DISK_LIMIT", 0.1)
    monkeypatch.setattr(stopping, "PATIENCE", 0.5)
    monkeypatch.setattr(world.store, "save_soon", world.store._writer.put)
    hanging = "save" if when != "starting" else "directory"
    monkeypatch.setattr(world.store, hanging, lambda *_: answers.wait(60))

    async def story() -> None:
        keep = when == "running"
        try:
            if when == "starting":
                launch = asyncio.ensure_future(world.manager.start({"platform": "local"}))
                await asyncio.sleep(0.2)
                await asyncio.wait_for(world.manager.stop(), 10)
                answers.set()
                await asyncio.wait([launch])
                return
            managed = world.add(a_cluster(state=State.RUNNING, keep_running=keep))
            managed.put(replace(managed.cluster, name="Mine"))
            await asyncio.wait_for(world.manager.stop(), 10)
            assert bool(world.controllers.running()) == keep
        finally:
            answers.set()

    asyncio.run(story())
