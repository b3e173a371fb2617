"""Polls of a batch system: seldom, one for all clusters, and within a time limit."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from queue_site import Site, run, until

from jupyter_cluster_launcher.backends.batch import queue


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_one_poll_for_all_names(site: Site) -> None:
    """Guards the batched call: two clusters, one process, and each gets its own jobs."""

    async def story() -> None:
        site.names = {"dask-b": [], "dask-a": []}
        site.squeue("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n2|PENDING|Priority|N/A|N/A|0||dask-b|\n")
        site.poller.poll_soon()
        news = await site.updated(1)
        await site.poller.stop()
        assert site.polls[0] == "dask-a dask-b"
        assert [job.id for job in news["dask-a"].jobs] == ["1"]
        assert [job.id for job in news["dask-b"].jobs] == ["2"]

    run(story())


def test_no_poll_without_names(site: Site) -> None:
    """Guards an idle server: no names, no squeue; polling resumes with the next name."""

    async def story() -> None:
        site.names = {}
        site.poller.poll_soon()
        await asyncio.sleep(0.3)
        assert site.polls == []
        site.names = {"dask-a": []}
        site.poller.poll_soon()
        await site.updated(1)
        site.names = {}
        task = site.poller._task
        assert task is not None
        await asyncio.wait_for(asyncio.shield(task), 10)
        await site.poller.stop()

    run(story())


def test_the_interval_holds_however_often_a_poll_is_requested(site: Site) -> None:
    """Guards the batch system: a busy user must not mean a busy squeue."""

    async def story() -> None:
        site.poller.interval = 3600
        for _ in range(20):
            site.poller.poll_soon()
            await asyncio.sleep(0.02)
        await site.updated(1)
        await site.poller.stop()
        assert len(site.polls) == 1

    run(story())


def test_the_same_answer_is_no_update(site: Site) -> None:
    """Guards against an event every 15 seconds although nothing changed."""

    async def story() -> None:
        site.poller.poll_soon()
        await site.polled(4)
        await site.poller.stop()
        assert len(site.updates) == 1

    run(story())


def test_a_fresh_answer_is_a_new_one(site: Site) -> None:
    """Guards the stop: "nothing left" must come from a poll after the cancelling."""

    async def story() -> None:
        site.squeue("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n")
        site.poller.poll_soon()
        await site.updated(1)
        site.squeue("")
        site.names = {}  # no cluster needs it any more
        answer = await asyncio.wait_for(site.poller.fresh("dask-a"), 10)
        await site.poller.stop()
        assert not answer.open

    run(story())


def test_silence_is_reported_and_the_jobs_are_kept(site: Site) -> None:
    """Guards the row while slurmctld is down: it says so, and keeps its jobs."""

    async def story() -> None:
        site.squeue("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n")
        site.poller.poll_soon()
        await site.updated(1)
        site.squeue(
            "slurm_load_jobs error: Unable to contact slurm controller (connect failure)", 1
        )
        answer = (await site.updated(2))["dask-a"]
        assert answer.error == (
            "SLURM does not answer (Unable to contact slurm controller (connect failure))."
        )
        assert [job.id for job in answer.jobs] == ["1"]
        site.squeue("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n")
        assert (await site.updated(3))["dask-a"].error is None
        await site.poller.stop()

    run(story())


def test_a_hung_squeue_is_ended(site: Site) -> None:
    """Guards against waiting for ever, and against a process left behind."""

    async def story() -> None:
        site.poller.patience = 0.3
        site.squeue("", seconds=300)
        site.poller.poll_soon()
        answer = (await site.updated(1))["dask-a"]
        await site.poller.stop()
        assert answer.error is not None
        assert "did not answer within 0.3 s" in answer.error

    run(story())


def test_stopping_ends_a_poll_that_is_under_way(site: Site) -> None:
    """Guards the stop of the server while SLURM hangs."""

    async def story() -> None:
        pid = site.folder / "pid"
        program = site.folder / "squeue"
        program.write_text(f"#!/bin/sh\necho $$ >{pid}\nexec sleep 300\n")
        site.poller.poll_soon()
        await until(lambda: pid.exists() and bool(pid.read_text()))
        await asyncio.wait_for(site.poller.stop(), 10)
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)

    run(story())


def test_a_program_that_is_not_there(site: Site) -> None:
    """Guards against an exception where squeue has gone, as after a module was unloaded."""
    output = asyncio.run(queue.run(["/nosuch/squeue"]))
    assert output.returncode == 127
    assert "No such file" in output.text


def test_the_users_own_formats_do_not_count(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards SQUEUE_FORMAT and SLURM_TIME_FORMAT of a login shell, which change the output."""
    monkeypatch.setenv("SQUEUE_FORMAT", "%i")
    monkeypatch.setenv("SLURM_TIME_FORMAT", "relative")
    output = asyncio.run(queue.run(["env"]))
    assert "SQUEUE_FORMAT" not in output.text
    assert "SLURM_TIME_FORMAT=standard" in output.text


def test_stopped_at_the_moment_of_an_answer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the end of a server: before Python 3.12, ``wait_for`` can swallow a cancellation."""

    async def story() -> None:
        communicate = asyncio.subprocess.Process.communicate

        async def communicate_then_stop(process: asyncio.subprocess.Process) -> object:
            written = await communicate(process)
            stopping.append(asyncio.ensure_future(site.poller.stop()))
            await asyncio.sleep(0)  # the poller is cancelled while this has just ended
            return written

        stopping: list[asyncio.Future[None]] = []
        monkeypatch.setattr(asyncio.subprocess.Process, "communicate", communicate_then_stop)
        site.poller.poll_soon()
        await until(lambda: bool(stopping))
        await until(stopping[0].done)

    run(story())
