"""What nobody expects: code of others that raises, reports of no sense, calls at a bad moment."""

from __future__ import annotations

import asyncio
import shutil
from typing import Any

import pytest
from fake_controllers import FakeController
from virtual_time import Run
from worlds import World, launched, until

from jupyter_cluster_launcher.backends.local import LocalBackend
from jupyter_cluster_launcher.clusters import ending, other_servers, usage
from jupyter_cluster_launcher.clusters.connection import Connection
from jupyter_cluster_launcher.clusters.launching import launch
from jupyter_cluster_launcher.clusters.saved.others_rows import SHARED
from jupyter_cluster_launcher.clusters.saved.ownership import Ownership
from jupyter_cluster_launcher.controller.client import Controller
from jupyter_cluster_launcher.errors import NotAvailableError
from jupyter_cluster_launcher.jobs import Queue
from jupyter_cluster_launcher.models import State

SCANS = 2 * other_servers.EVERY  # seconds


def broken(*_: Any, **__: Any) -> Any:
    raise ValueError("no such unit: Gig")


async def broken_later(*_: Any, **__: Any) -> Any:
    broken()


@pytest.mark.parametrize("where", ["explain", "reason"])
def test_a_launch_whose_failure_cannot_be_explained(
    pair: tuple[World, World], run: Run, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that starts for ever as the code of a batch system raised."""
    first, _ = pair
    first.controllers.refuses = "The queue is closed."
    if where == "explain":
        monkeypatch.setattr(LocalBackend, "explain", broken)
    else:
        monkeypatch.setattr(launch, "reason", broken)

    async def story() -> None:
        row = await first.manager.start({"platform": "local"})
        failed = await until(first, row.id, State.FAILED)
        expected = {"explain": "The queue is closed.", "reason": "no such unit: Gig"}
        assert expected[where] in failed.message
        assert first.controllers.running() == []
        await first.manager.close(row.id)
        while first.manager.list():
            await asyncio.sleep(0.1)

    run(story())


def test_a_step_of_a_stop_that_raises(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against "Stopping" for ever."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        with monkeypatch.context() as patched:
            patched.setattr(ending, "end", broken_later)
            await first.manager.close(key)
            assert "no such unit: Gig" in (await until(first, key, State.FAILED)).message
        await first.manager.close(key)
        while first.manager.list():
            await asyncio.sleep(0.1)
        assert first.controllers.running() == []

    run(story())


def test_a_removal_that_raises(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against "Stopping" for ever, as on a host that starts no more threads."""
    first, second = pair

    def refused(*_: Any) -> None:
        raise RuntimeError("can't start new thread")

    async def story() -> None:
        key = await launched(first, second)
        with monkeypatch.context() as patched:
            patched.setattr(first.store, "remove", refused)
            await first.manager.close(key)
            failed = await until(first, key, State.FAILED)
        assert failed.message == (
            "Its files cannot be removed: can't start new thread. Dismiss it to try again."
        )
        await first.manager.close(key)
        while first.manager.list():
            await asyncio.sleep(0.1)

    run(story())


def test_a_history_that_cannot_be_told(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against the same, where what a cluster has used cannot be added up."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        monkeypatch.setattr(usage, "entry", broken)
        await first.manager.close(key)
        for _ in range(100):
            if not first.manager.list():
                break
            await asyncio.sleep(0.1)
        assert first.manager.list() == []

    run(story())


def test_attaching_that_raises(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a cluster that is never tried again."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second, keep_running=True)
        with monkeypatch.context() as patched:
            patched.setattr(Connection, "attach", broken_later)
            await first.manager.stop()
            assert "no such unit: Gig" in (await until(second, key, State.LOST)).message
        await until(second, key, State.RUNNING)

    run(story())


def test_a_first_report_that_cannot_be_read(
    pair: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that starts for ever, while pings keep its cluster alive."""
    first, _ = pair

    async def start_watch(self: FakeController, *_: Any) -> None:
        process = self.process
        assert process is not None
        process.report(ready="two")

    monkeypatch.setattr(FakeController, "start_watch", start_watch)

    async def story() -> None:
        row = await first.manager.start({"platform": "local"})
        failed = await until(first, row.id, State.FAILED)
        assert failed.message == (
            "The cluster was created, but its controller has not reported in a way that this "
            "server can read: report.ready is 'two'."
        )
        assert first.controllers.running() == []

    run(story())


def test_a_hand_over_that_raises(
    pair: tuple[World, World],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Guards against a server that hands nothing over any more."""
    first, second = pair

    async def story() -> None:
        key, other = await launched(first, second), await launched(first, second)
        emit = first.manager._emit

        def listener(*event: str) -> None:
            if event[0] == key and first.manager.get(key).message == SHARED:
                broken()
            emit(*event)

        with monkeypatch.context() as patched:
            patched.setattr(first.manager, "_emit", listener)
            await second.manager.rename(key, "One")
            await second.manager.rename(other, "Other")

    run(story())
    assert "could not be handed over" in caplog.text


def test_requests_that_cannot_be_looked_for(
    pair: tuple[World, World],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Guards against the same, where the fault is in the look itself."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        with monkeypatch.context() as patched:
            patched.setattr(Ownership, "requested", broken)
            await asyncio.sleep(3)
        await second.manager.rename(key, "Mine")

    run(story())
    assert "Requests of other servers" in caplog.text


def test_a_call_before_the_controller_is_connected(pair: tuple[World, World], run: Run) -> None:
    """Guards against a server error in the seconds in which a cluster is attached to."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        managed = first.manager._clusters[key]
        ref = managed.cluster.controller
        assert ref is not None
        managed.connection.controller = Controller(ref, lambda _: None, lambda _: None)
        with pytest.raises(NotAvailableError, match="Try again in a moment"):
            await first.manager.scale(key, 1)
        with pytest.raises(NotAvailableError, match="Try again in a moment"):
            await first.manager.workers(key)
        assert "Try again in a moment" in (await first.manager.logs(key))["scheduler"]

    run(story())


def test_jobs_of_a_row_that_another_server_dismisses(pair: tuple[World, World], run: Run) -> None:
    """Guards against a dismissed row that returns, with a directory of its own."""
    first, second = pair

    async def story() -> None:
        key = await launched(first, second)
        first.controllers.running()[0].end("Stopped after 1 hour without work.")
        for world in pair:
            await until(world, key, State.CLOSED)
        ended = Queue(error="SLURM does not answer.", polled=True)
        second.manager._update_queue(key, ended)
        await asyncio.sleep(1)
        assert second.manager.get(key).queue == ended, "shown"
        saved = first.store.read(key)
        assert saved is not None
        assert saved.queue == ended, "and saved"
        assert list(second.manager.owned()) == [], "and left to any server"

        shutil.rmtree(first.store.root / key)  # as another server removes it
        second.manager._update_queue(key, Queue(polled=True))
        await asyncio.sleep(SCANS)
        assert not (first.store.root / key).exists()
        assert first.manager.list() == second.manager.list() == []

    run(story())
