"""Jobs of a SLURM that does not always answer, and what rows say of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_controllers import FakeControllers
from fake_slurm import PENDING, FakeSlurm
from fakes import a_cluster
from virtual_time import Run
from worlds import AtOnce, World, crash, until, write_platforms

from jupyter_cluster_launcher.backends.batch.backend import FORGETS
from jupyter_cluster_launcher.backends.batch.jobs import job_name
from jupyter_cluster_launcher.jobs import Queue
from jupyter_cluster_launcher.models import State

POLLS = 60.0  # seconds in which a batch system is polled a few times
SILENT = "SLURM does not answer, so jobs of this cluster could not be canceled yet."


@pytest.fixture
def servers(tmp_path: Path, run: Run) -> Iterator[tuple[World, World]]:
    """Two servers on one directory, with SLURM."""
    write_platforms(tmp_path / "platforms", ("batch",))
    controllers = FakeControllers()
    first, second = (
        World(AtOnce(tmp_path / "clusters"), tmp_path / "platforms", controllers) for _ in range(2)
    )
    with controllers.slurm.in_place():
        for one in (first, second):
            run(one.manager.attach())
        yield first, second
        for one in (first, second):
            run(crash(one))


@pytest.fixture
def world(servers: tuple[World, World]) -> World:
    """One of them."""
    return servers[0]


async def running(world: World) -> tuple[str, FakeSlurm]:
    """Return the id of a cluster with two jobs in the queue, and SLURM."""
    key = (await world.manager.start({"platform": "batch"})).id
    await until(world, key, State.RUNNING)
    await asyncio.sleep(POLLS)
    return key, world.controllers.slurm


@pytest.mark.parametrize("seconds", [0.1, POLLS], ids=["between two polls", "longer"])
def test_fewer_jobs_while_slurm_is_silent(world: World, run: Run, seconds: float) -> None:
    """Guards against a job that nobody wants, in no row, whose worker comes all the same."""

    async def story() -> None:
        key, slurm = await running(world)
        slurm.fall_silent("fails", late=False)
        await world.manager.scale(key, 1)
        await asyncio.sleep(seconds)
        assert len(slurm.open(job_name(key))) == 2
        slurm.answer()
        await asyncio.sleep(2 * POLLS)
        assert [job.state for job in slurm.open(job_name(key))] == [PENDING]
        assert world.manager.get(key).state is State.RUNNING

    run(story())


def test_jobs_that_slurm_accepts_late(world: World, run: Run) -> None:
    """Guards against jobs that are in the queue and in no row."""

    async def story() -> None:
        key, slurm = await running(world)
        await world.manager.scale(key, 0)
        await asyncio.sleep(POLLS)
        slurm.fall_silent("fails", late=True)
        await world.manager.scale(key, 2)
        await asyncio.sleep(POLLS)
        slurm.answer()
        await asyncio.sleep(POLLS)
        assert len(slurm.open(job_name(key))) == 2
        assert len(world.manager.get(key).queue.open) == 2

    run(story())


def test_an_end_while_slurm_is_silent(world: World, run: Run) -> None:
    """Guards against jobs that wait for their turn though their cluster ended at night."""

    async def story() -> None:
        key, slurm = await running(world)
        slurm.fall_silent("hangs", late=False)
        world.controllers.running()[0].end("Stopped after 1 hour without work.")
        row = await until(world, key, State.FAILED)
        assert "could not be canceled yet" in row.message
        await asyncio.sleep(POLLS)
        slurm.answer()
        await asyncio.sleep(POLLS / 2)
        assert len(world.manager.get(key).queue.open) == 2
        await asyncio.sleep(2 * POLLS)
        assert slurm.open(job_name(key)) == []
        row = world.manager.get(key)
        assert (row.queue.open, row.message) == ([], "Stopped after 1 hour without work.")

    run(story())


@pytest.mark.parametrize("jobs", ["queued", "canceled", "rejected"])
@pytest.mark.parametrize("how", ["hangs", "fails"])
def test_a_stop_while_slurm_is_silent(
    servers: tuple[World, World], run: Run, how: str, jobs: str
) -> None:
    """Guards against a row that says that jobs may be left when none is, in both servers.

    Where none was listed before, the answer that confirms it is the same as the last: nothing but
    jobs that were rejected is polled for then.
    """

    async def story() -> None:
        manager = servers[0].manager
        key, slurm = await running(servers[0])
        if jobs != "queued":
            await manager.scale(key, 0)
            await asyncio.sleep(POLLS)
        if jobs == "rejected":
            await crash(servers[1])  # which would poll for it anew
            slurm.fall_silent("fails", late=False)
            await manager.scale(key, 2)
            slurm.answer()
            await asyncio.sleep(POLLS + 5)  # no poll is due in the next seconds
        slurm.fall_silent(how, late=False)
        await manager.close(key)
        row = await until(servers[0], key, State.FAILED)
        assert row.message == SILENT
        slurm.answer()
        await asyncio.sleep(4 * POLLS)
        assert slurm.open(job_name(key)) == []
        for world in servers[: 1 if jobs == "rejected" else 2]:
            assert world.manager.get(key).message == "Stopped. None of its jobs is left."

    run(story())


def test_a_sentence_about_a_process(world: World, run: Run) -> None:
    """Guards against a row that says no more what may still run, when only the jobs are known."""
    text = "Processes of this cluster have not ended yet."

    async def story() -> None:
        row = a_cluster(
            kind="batch",
            batch="slurm",
            state=State.FAILED,
            message=f"{text} {SILENT}",
            left=SILENT,
            ended="2026-11-23T12:00:00+00:00",
        )
        managed = world.add(row)
        managed.update_queue(Queue(error="SLURM does not answer.", polled=True))
        assert managed.cluster.message == f"{text} {SILENT}"
        managed.update_queue(Queue(polled=True))
        assert managed.cluster.message == text

    run(story())


@pytest.mark.parametrize(("how", "times"), [("fails", 3), ("missing", 2)])
def test_a_slurm_that_never_answers_again(world: World, run: Run, how: str, times: int) -> None:
    """Guards against a row that stays for ever where SLURM was removed, and forgets jobs unsaid."""

    async def story() -> None:
        key, slurm = await running(world)
        slurm.fall_silent(how, late=False)
        for number in range(1, times):
            await world.manager.close(key)
            row = await until(world, key, State.FAILED)
            assert (FORGETS in row.message) == (number == times - 1)
            await asyncio.sleep(POLLS)
            assert world.manager.get(key).message == row.message
        await world.manager.close(key)
        await asyncio.sleep(POLLS)
        assert world.manager.list() == []
        assert not (world.store.root / key).exists()

    run(story())


def test_a_lost_cluster_of_another_server(servers: tuple[World, World], run: Run) -> None:
    """Guards against jobs that have ended and stand in a row for ever, once it has another owner.

    Nothing changes in the row of a lost cluster when another server takes it over.
    """
    first, second = servers

    async def story() -> None:
        key, slurm = await running(first)
        first.controllers.running()[0].over.set()
        for world in servers:
            await until(world, key, State.LOST)
        await second.manager.set_keep_running(key, False)
        assert [one.id for one in second.manager.owned()] == [key]
        slurm.move(slurm.jobs[0], "CANCELLED")
        await asyncio.sleep(POLLS)
        for world in servers:
            assert [job.id for job in world.manager.get(key).queue.open] == ["2"]

    run(story())


def test_a_clean_up_that_another_server_finishes(servers: tuple[World, World], run: Run) -> None:
    """Guards against a cluster that is stopping for ever: it waits for what is not done here."""
    first, second = servers

    async def story() -> None:
        key, slurm = await running(first)
        slurm.fall_silent("hangs", late=False)
        first.controllers.running()[0].end("Stopped after 1 hour without work.")
        await asyncio.sleep(1)
        await second.manager.close(key)  # while the first server cleans up
        for world in servers:
            await until(world, key, State.FAILED)
        slurm.answer()
        await first.manager.close(key)
        await asyncio.sleep(POLLS)
        assert [*first.manager.list(), *second.manager.list(), *slurm.open(job_name(key))] == []

    run(story())


def test_an_answer_while_a_server_takes_over(
    servers: tuple[World, World], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a row that says for ever that a job is in the queue, which has ended."""
    first, second = servers

    async def story() -> None:
        key, slurm = await running(first)
        await until(second, key, State.RUNNING)
        managed = second.manager._clusters[key]

        def look(_: Path) -> None:
            """Find no other controller, for as long as it takes SLURM to answer."""
            for job in slurm.open(job_name(key)):
                slurm.move(job, "COMPLETED")
            managed.update_queue(Queue(polled=True))

        monkeypatch.setattr(second.controllers, "left_behind", look)
        second.controllers.running()[0].over.set()
        await crash(first)
        row = await until(second, key, State.LOST)
        assert (row.queue.open, managed.cluster.queue.open) == ([], [])

    run(story())
