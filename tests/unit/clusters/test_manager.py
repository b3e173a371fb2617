"""The manager with real records and backends, and controllers that are not there."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from batch_rows import cluster, job, submission
from fakes import a_cluster
from worlds import Saves, World

from jupyter_cluster_launcher.backends.batch.polling import pollers
from jupyter_cluster_launcher.clusters.managed_cluster import ManagedCluster
from jupyter_cluster_launcher.clusters.manager import ClusterManager
from jupyter_cluster_launcher.controller.kernel_connection import ExecutionError
from jupyter_cluster_launcher.errors import WrongStateError
from jupyter_cluster_launcher.jobs import Job, Phase, Queue
from jupyter_cluster_launcher.models import Cluster, ControllerRef, Report, State


@dataclass
class Quiet:
    """A poller whose batch system has answered, and is not polled."""

    answers: dict[str, Queue] = field(default_factory=dict)
    soon: int = 0

    def remember(self, jobs: Any) -> None:
        """Know already how jobs ended."""

    def poll_soon(self) -> None:
        self.soon += 1

    async def stop(self) -> None:
        """Have nothing to stop."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(Saves(tmp_path), tmp_path)


def sent(report: Report) -> dict[str, Any]:
    """Return a report as a controller sends it."""
    data = asdict(report)
    return {**data, **{key: list(data[key]) for key in ("jobs", "warnings", "deaths")}}


def on_slurm(world: World, monkeypatch: pytest.MonkeyPatch, *jobs: Job) -> ManagedCluster:
    """Return a running cluster whose jobs SLURM has listed."""
    monkeypatch.setattr(pollers, "QueuePoller", lambda *_: Quiet())
    row = cluster(State.RUNNING, submission("1"), queue=Queue(jobs, polled=True))
    return world.add(row)


RUNNING = job("1", Phase.RUNNING, "RUNNING")


def test_a_report_is_saved_and_shown_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a report that makes a second change of the same cluster, and so on."""
    managed = on_slurm(world, monkeypatch, RUNNING, job("2", Phase.ENDED, "CANCELLED"))
    # The controller reports that job 2 was to be cancelled: what the row says of it changes, too.
    jobs = (submission("1"), submission("2", closed=True))
    managed._reported(sent(replace(managed.cluster.report, ready=1, jobs=jobs)))
    assert world.events == [(managed.cluster.id, "changed")]
    world.store.flush(managed.cluster.id)
    assert len(world.store.saved) == 1
    managed._reported(sent(managed.cluster.report))
    assert len(world.events) == 1, "the same report is no change"


def test_the_controller_learns_of_each_end_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against jobs that adaptive scaling waits for although they have ended."""
    calls: list[tuple[Any, ...]] = []

    async def story() -> None:
        managed = on_slurm(world, monkeypatch, RUNNING)

        async def call(*args: Any) -> None:
            calls.append(args)

        monkeypatch.setattr(managed.connection, "call", call)
        ended = Queue((job("1", Phase.ENDED, "FAILED", failed=True),), polled=True)
        managed.update_queue(ended)
        managed.update_queue(replace(ended, error="SLURM does not answer."))
        managed._reported(sent(replace(managed.cluster.report, cores=1)))
        await asyncio.sleep(0)

    asyncio.run(story())
    assert calls == [("jobs_ended", ["1"])]


def test_a_report_that_cannot_be_read(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Guards against one odd report of another version's controller that ends all others."""
    managed = world.add(a_cluster(state=State.RUNNING))
    reports: list[object] = [{"ready": "two"}, [], None, {"jobs": [{"worker": 1}]}]
    for odd in reports:
        managed._reported(odd)  # type: ignore[arg-type] # what another version may send
    assert (world.events, world.store.saved) == ([], [])
    assert len(caplog.records) == 4
    managed._reported({"ready": 2, "invented_later": 1})
    assert managed.cluster.report.ready == 2


def test_a_launch_and_its_failure_are_logged(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Guards administrators: a server's log says which clusters came and went, and which failed."""
    caplog.set_level(logging.INFO)
    managed = world.add(a_cluster(state=State.STARTING))

    async def story() -> None:
        managed.put(managed.cluster.to(State.RUNNING))
        managed.put(managed.cluster.to(State.FAILED, "No memory."))

    asyncio.run(story())
    levels = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert levels == [
        ("INFO", "Cluster c1 is running. "),
        ("WARNING", "Cluster c1 is failed. No memory."),
    ]


Change = Callable[[ClusterManager], Any]


@pytest.mark.parametrize(
    "change",
    [
        lambda manager: manager.scale("c1", 3),
        lambda manager: manager.adapt("c1", {"maximum": 3}),
        lambda manager: manager.set_idle_timeout("c1", 60),
        lambda manager: manager.extend("c1", True),
        lambda manager: manager.rename("c1", "Tides"),
    ],
)
def test_a_platform_that_is_gone_does_not_matter(
    world: World, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    """Guards a running cluster against a platform file that was removed or broken."""
    managed = world.add(a_cluster(state=State.RUNNING, platform="removed"))

    async def call(*args: Any, **kwargs: Any) -> None:
        """Answer nothing."""

    monkeypatch.setattr(managed.connection, "call", call)
    assert asyncio.run(change(world.manager)).platform == "removed"


def test_an_older_controller_cannot_renew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards PATCH against an exception of Python for a cluster that an older version launched."""
    one = cluster(State.RUNNING, submission("1"), preparation={"job_life": 600.0})
    managed = world.add(one)

    class Older:
        async def call(self, function: str, *args: Any, **kwargs: Any) -> None:
            text = f"'JobqueueResident' object has no attribute '{function}'"
            raise ExecutionError("AttributeError", text, "")

    monkeypatch.setattr(managed.connection, "controller", Older())
    with pytest.raises(WrongStateError, match="by an older version of the launcher"):
        asyncio.run(world.manager.set_renewal(one.id, 3600))
    assert managed.cluster.renew_for is None


def test_meters_alone_write_no_record(world: World) -> None:
    """Guards against a server that writes to a slow home directory every other second."""
    managed = world.add(a_cluster(state=State.RUNNING))
    managed._reported(sent(Report(ready=1)))
    for tasks in range(10):
        usage = {"cpu": 0.5, "memory": 1.0, "tasks": tasks, "busy": True}
        managed._reported({"ready": 1, "usage": usage})
        world.store.flush("c1")
    assert len(world.events) == 11, "shown"
    assert len(world.store.saved) == 1, "and not saved"

    async def let_go() -> None:
        managed.detach()
        await managed.released()

    asyncio.run(let_go())
    (record,) = world.store.load()
    assert record.report.usage is not None
    assert record.report.usage.tasks == 9, "the last is, when the server lets go of the cluster"


def test_a_slow_disk_does_not_hold_up_the_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against requests that wait for the records of other clusters; the last one stays."""
    managed, go = world.add(a_cluster(state=State.RUNNING)), threading.Event()
    save, names = world.store.save, []

    def slow(cluster: Cluster) -> None:
        assert go.wait(60)
        names.append(cluster.name)
        save(cluster)

    monkeypatch.setattr(world.store, "save", slow)
    for name in ("first", "second", "third"):
        managed.put(replace(managed.cluster, name=name))
    assert managed.cluster.name == "third"
    go.set()
    world.store.flush("c1")
    (record,) = world.store.load()
    assert record.name == "third"
    assert names[-1] == "third"
    assert len(names) <= 2, "only the newest of those that wait"


async def scanned(world: World, cluster: Cluster, owner: dict[str, str] | None = None) -> Cluster:
    """Return the row of a cluster whose record, and lock, an earlier server left."""
    world.store.save(cluster)
    if owner is not None:
        (world.store.root / cluster.id / "owner.json").write_text(json.dumps(owner))
    await world.manager._others.scan()
    return world.manager.get(cluster.id)


NODE7 = {"host": "node7", "boot_id": "another boot", "server": "one"}


def test_a_launch_on_another_host_is_left_alone(world: World) -> None:
    """Guards against ending what has no controller yet, and runs well on another host."""

    async def story() -> None:
        row = await scanned(world, a_cluster(), NODE7)
        assert row.state is State.ELSEWHERE
        with pytest.raises(WrongStateError, match="node7"):
            await world.manager.close("c1")
        assert world.store.load() == [a_cluster(created=row.created)]

    asyncio.run(story())


def test_what_another_host_left_is_dismissed(world: World) -> None:
    """Guards against rows that cannot be dismissed, with keys that stay on the disk."""

    async def story() -> None:
        ref = ControllerRef("/run/c.json", "/tmp/none", 2**22 + 1, "node7", "another boot")
        running = a_cluster(state=State.RUNNING, controller=ref)
        assert (await scanned(world, running, NODE7)).state is State.ELSEWHERE
        then = time.time() - 3600
        os.utime(world.store.root / "c1" / "owner.json", (then, then))
        await world.manager._others.scan()
        assert world.manager.get("c1").state is State.LOST
        (record,) = world.store.load()
        assert record.state is State.RUNNING, "what is shown here is not saved"
        with pytest.raises(WrongStateError, match="node7"):
            await world.manager.rename("c1", "Mine")
        await world.manager.close("c1")
        while world.manager.list():
            await asyncio.sleep(0.01)
        assert list(world.store.root.iterdir()) == []

    asyncio.run(story())


def test_a_record_of_a_newer_version_is_left_alone(world: World) -> None:
    """Guards against a change here that a server of that version cannot read any more."""

    async def story() -> None:
        world.store.save(a_cluster(state=State.RUNNING))
        path = world.store.root / "c1" / "cluster.json"
        path.write_text(text := json.dumps({**json.loads(path.read_text()), "version": 99}))
        await world.manager._others.scan()
        assert world.manager.get("c1").state is State.LOST
        for change in ({"name": "Mine"}, {"keep_running": True}):
            with pytest.raises(WrongStateError, match="cannot be read, so it cannot be changed"):
                await world.manager.change("c1", change)
        await world.manager._others.scan()
        assert path.read_text() == text

    asyncio.run(story())


def test_a_row_whose_record_has_gone(world: World) -> None:
    """Guards against rows of clusters that another server has stopped or dismissed."""

    async def story() -> None:
        row = await scanned(world, a_cluster(state=State.FAILED, message="No licence."))
        assert (row.state, row.message) == (State.FAILED, "No licence.")
        world.store.remove("c1")
        await world.manager._others.scan()
        assert world.manager.list() == []
        assert [action for _, action in world.events] == ["created", "removed"]

    asyncio.run(story())
