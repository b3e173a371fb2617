"""Faults that one of two servers of a user meets, and what each says of them."""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from fake_controllers import FakeController
from virtual_time import Run
from worlds import AtOnce, World, crash, launched, until

from jupyter_cluster_launcher.clusters import other_servers
from jupyter_cluster_launcher.clusters.controlled_cluster import SILENT
from jupyter_cluster_launcher.errors import NotAvailableError, WrongStateError
from jupyter_cluster_launcher.models import Cluster, ControllerRef, State


def test_a_directory_that_cannot_be_read_for_a_while(
    pair: tuple[World, World],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Guards against a server that never looks again after its network file system hung."""
    first, second = pair

    def broken() -> dict[str, int]:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    async def story() -> None:
        key = await launched(first, second, keep_running=True)
        with monkeypatch.context() as patched:
            patched.setattr(second.store, "stamps", broken)
            await asyncio.sleep(3 * other_servers.EVERY)
        await first.manager.stop()
        await asyncio.sleep(2 * other_servers.EVERY)
        assert [one.id for one in second.manager.owned()] == [key]

    run(story())
    assert "could not be read" in caplog.text


def test_one_row_that_fails_costs_no_other(
    pair: tuple[World, World],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Guards against a list that stands still because of one cluster."""
    first, second = pair

    async def story() -> None:
        broken, well = await launched(first, second), await launched(first, second)
        odd = second.manager._clusters[broken]
        monkeypatch.setattr(odd, "attach", lambda: asyncio.sleep(0, 1 / 0))
        await first.manager.rename(well, "Mine")
        await asyncio.sleep(2 * other_servers.EVERY)
        assert second.manager.get(well).name == "Mine"

    run(story())
    assert "A cluster could not be updated" in caplog.text


def test_a_gateway_that_does_not_confirm_an_end(pair: tuple[World, World], run: Run) -> None:
    """Guards against a row that vanishes although its cluster may go on; any server tries again."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second, platform="gateway")
        first.controllers.engine_refuses = "dask-gateway does not answer."
        await first.manager.close(key)
        assert (await until(second, key, State.FAILED)).message == "dask-gateway does not answer."
        first.controllers.engine_refuses = ""
        await second.manager.close(key)
        while first.manager.list() or second.manager.list():
            await asyncio.sleep(0.1)

    run(story())


def test_a_cluster_that_outlives_its_controller(pair: tuple[World, World], run: Run) -> None:
    """Guards against a lost cluster that goes on and costs money; a second loss in a row stays."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second, platform="gateway")
        first.controllers.running()[0].over.set()
        await until(first, key, State.STARTING)
        await until(first, key, State.RUNNING)
        first.controllers.running()[0].over.set()
        lost = await until(first, key, State.LOST)
        assert lost.message == "Its kernel ended unexpectedly."
        assert lost.report.ready == 0

    run(story())


def test_a_reconnection_that_fails(pair: tuple[World, World], run: Run) -> None:
    """Guards against a row that starts for ever after its second controller ended, too."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second, platform="gateway")
        first.controllers.refuses = "The gateway is full."
        first.controllers.running()[0].over.set()
        lost = await until(first, key, State.LOST)
        assert lost.message.startswith(
            "Its kernel ended unexpectedly. The cluster may go on, but could not be reached again: "
        )
        assert "The gateway is full." in lost.message
        assert first.controllers.running() == []

    run(story())


def test_a_directory_that_nobody_can_lock(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against an error of the server where a directory has become unwritable."""
    first, second = pair

    def refused() -> bool:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    async def story() -> None:
        key = await launched(first, second)
        first.controllers.running()[0].end("Closed.")
        await until(second, key, State.CLOSED)
        ownership = second.manager._clusters[key].ownership
        monkeypatch.setattr(ownership, "take_stale", refused)
        with pytest.raises(WrongStateError, match="Read-only file system"):
            await second.manager.close(key)
        monkeypatch.setattr(ownership, "take_stale", lambda: False)
        with pytest.raises(WrongStateError, match="Try again in a minute"):
            await second.manager.close(key)
        assert second.manager.get(key).state is State.CLOSED

    run(story())


def test_a_directory_that_cannot_be_written(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that starts for ever and cannot be dismissed."""
    first, _ = pair

    def full(cluster: Cluster) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(first.store, "save", full)
    with pytest.raises(NotAvailableError, match="No space left on device"):
        run(first.manager.start({"platform": "local"}))
    assert first.manager.list() == []
    assert list(first.store.root.iterdir()) == []


def test_calls_of_a_controller_that_does_not_answer(pair: tuple[World, World], run: Run) -> None:
    """Guards users: each failed call says what to do, and none is a server error."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        (process,) = first.controllers.running()
        process.frozen = True
        with pytest.raises(WrongStateError, match="did not answer in time"):
            await first.manager.scale(key, 1)
        assert (await first.manager.logs(key))["scheduler"].startswith("The cluster did not answer")
        process.frozen = False
        first.manager._clusters[key].connection.forget()
        with pytest.raises(WrongStateError, match="no longer has a controller"):
            await first.manager.scale(key, 1)

    run(story())


def test_a_controller_that_is_frozen_for_long(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a server that sends until it blocks: 1,000 messages, one each 15 seconds."""
    first, second = pair
    sent, send = list[str](), FakeController.run

    async def sending(self: FakeController, code: str, timeout: float | None = None) -> None:
        sent.append(code)
        await send(self, code, timeout)

    async def story() -> None:
        key = await launched(first, second)
        (process,) = first.controllers.running()
        monkeypatch.setattr(FakeController, "run", sending)
        process.frozen = True
        await asyncio.sleep(1000)
        assert sent == [""]
        assert SILENT in first.manager.get(key).report.warnings
        process.frozen = False
        await asyncio.sleep(20)
        assert SILENT not in first.manager.get(key).report.warnings
        assert len(sent) > 1

    run(story())


def test_processes_that_do_not_end(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that goes while its processes wait for a disk, known to nobody."""
    first, second = pair
    controllers = first.controllers

    async def refused(ref: ControllerRef | None) -> None:
        raise NotAvailableError("Processes have not ended yet.")

    async def story() -> None:
        row = await first.manager.start({"platform": "gateway"})
        for world in pair:
            await until(world, row.id, State.RUNNING)
        controllers.engine_refuses = "The gateway does not answer."
        with monkeypatch.context() as patched:
            patched.setattr(controllers, "end", refused)
            await first.manager.close(row.id)
            failed = await until(first, row.id, State.FAILED)
        assert failed.message == "Processes have not ended yet. The gateway does not answer."
        controllers.engine_refuses = ""
        await asyncio.sleep(2 * other_servers.EVERY)
        await second.manager.close(row.id)
        while first.manager.list() or second.manager.list():
            await asyncio.sleep(0.1)
        assert controllers.running() == []

    run(story())


def test_files_that_cannot_be_removed(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that goes and comes back at each scan, with an entry in the history."""
    first, second = pair

    def refused(self: Path, *_: Any, **__: Any) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    async def story() -> None:
        key = await launched(first, second)
        with monkeypatch.context() as patched:
            for name in ("rename", "unlink"):
                patched.setattr(Path, name, refused)
            await first.manager.close(key)
            for world in pair:
                row = await until(world, key, State.FAILED)
                assert row.message == (
                    "Its files cannot be removed: Input/output error. Dismiss it to try again."
                )
            seen = len(first.events), len(second.events)
            await asyncio.sleep(5 * other_servers.EVERY)
            assert (len(first.events), len(second.events)) == seen
            await second.manager.close(key)
            await asyncio.sleep(1)
            await until(second, key, State.FAILED)
        await second.manager.close(key)
        while first.manager.list() or second.manager.list():
            await asyncio.sleep(0.1)
        assert list(first.store.root.iterdir()) == []

    run(story())
    assert first.store.history.finish(60)
    text = first.store.history._path.read_text(encoding="utf-8")
    assert [json.loads(line)["state"] for line in text.splitlines()] == ["stopped"]


@pytest.mark.parametrize("fault", ["silent", "odd"])
def test_a_controller_that_cannot_be_attached_to(
    pair: tuple[World, World],
    run: Run,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Guards against a cluster that stays lost; as soon as it answers, it runs again."""
    caplog.set_level(logging.ERROR)
    first, second = pair

    async def odd(*_: Any) -> None:
        raise ValueError("no such port")

    async def story() -> None:
        key = await launched(first, second, keep_running=True)
        (process,) = first.controllers.running()
        with monkeypatch.context() as patched:
            if fault == "odd":
                patched.setattr(FakeController, "attach", odd)
            else:
                process.frozen = True
            await first.manager.stop()
            lost = await until(second, key, State.LOST)
            expected = "Its kernel does not answer." if fault == "silent" else "It could not be"
            assert lost.message.startswith(expected)
        process.frozen = False
        assert (await until(second, key, State.RUNNING)).message == ""

    run(story())
    assert ("could not be attached to" in caplog.text) == (fault == "odd")


def test_the_first_answer_after_a_start(
    pair: tuple[World, World], run: Run, tmp_path: Path
) -> None:
    """Guards against a row that says "running" of a cluster that ended without any server."""
    first, _ = pair

    async def story() -> None:
        row = await first.manager.start({"platform": "local"})
        await until(first, row.id, State.RUNNING)
        for world in pair:
            await crash(world)
        (process,) = first.controllers.running()
        process.end("Stopped: no contact with a Jupyter server.")
        third = World(AtOnce(first.store.root), tmp_path / "platforms", first.controllers)
        attaching = asyncio.ensure_future(third.manager.attach())
        await third.manager.begun()
        assert [one.state for one in third.manager.list()] == [State.CLOSED]
        await attaching
        await crash(third)

    run(story())


def test_a_first_answer_does_not_wait_for_a_silent_controller(
    pair: tuple[World, World], run: Run, tmp_path: Path
) -> None:
    """Guards against an empty panel for a minute, because one controller does not answer."""
    first, _ = pair

    async def story() -> None:
        row = await first.manager.start({"platform": "local"})
        await until(first, row.id, State.RUNNING)
        for world in pair:
            await crash(world)
        (process,) = first.controllers.running()
        process.frozen = True
        third = World(AtOnce(first.store.root), tmp_path / "platforms", first.controllers)
        attaching = asyncio.ensure_future(third.manager.attach())
        now = asyncio.get_running_loop().time
        began = now()
        await third.manager.begun()
        assert 1 < now() - began <= 10
        assert [one.id for one in third.manager.list()] == [row.id]
        await third.manager.begun()
        assert now() - began <= 10, "waits once"
        attaching.cancel()
        await crash(third)

    run(story())


def test_the_server_of_one_command_stops_what_it_launched(
    pair: tuple[World, World], run: Run
) -> None:
    """Guards the clusters of a server that crashed: a command that runs later must not end them."""
    first, second = pair

    async def story() -> None:
        left = await launched(first, second)
        await crash(first)
        await second.manager.attach()
        own = await second.manager.start({"platform": "local"})
        await until(second, own.id, State.RUNNING)
        assert {one.id for one in second.manager.owned()} == {left, own.id}
        await second.manager.stop(only_launched=True)
        (process,) = second.controllers.running()
        assert process.directory.name == left

    run(story())
