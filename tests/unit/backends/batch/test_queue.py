"""Polls of a batch system: seldom, one query for all clusters, and never for long."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from queue_site import Site, run, until

from jupyter_cluster_launcher.backends.batch import sge, slurm
from jupyter_cluster_launcher.backends.batch.polling import commands
from jupyter_cluster_launcher.backends.batch.polling.queue import Wanted


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_one_question_for_all_names(site: Site) -> None:
    """Guards the batched call: two clusters, one process, each updated with its own jobs."""

    async def story() -> None:
        site.names = {"dask-b": [], "dask-a": []}
        site.poller.interval = 3600
        site.squeue("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n2|PENDING|Priority|N/A|N/A|0||dask-b|\n")
        site.poller.poll_soon()
        news = await site.updated(2)
        await site.poller.stop()
        assert len(site.polls) == 1
        assert sorted(site.polls[0].split()) == ["dask-a", "dask-b"]
        assert [job.id for job in news["dask-a"].jobs] == ["1"]
        assert [job.id for job in news["dask-b"].jobs] == ["2"]

    run(story())


def test_none_where_there_is_nothing_to_ask(site: Site) -> None:
    """Guards an idle server: no names, no squeue, and a later request begins again."""

    async def story() -> None:
        site.names = {}
        site.poller.poll_soon()
        await asyncio.sleep(0.3)
        assert site.polls == []
        site.names = {"dask-a": []}
        site.poller.poll_soon()
        await site.updated(1)
        site.names = {}
        site.poller.interval = 3600
        await site.poller.stop()

    run(story())


def test_the_interval_holds_however_often_it_is_woken(site: Site) -> None:
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


def test_the_same_answer_is_no_news(site: Site) -> None:
    """Guards against an event every 15 seconds for nothing."""

    async def story() -> None:
        site.poller.poll_soon()
        await site.polled(4)
        await site.poller.stop()
        assert len(site.updates) == 1

    run(story())


def test_an_answer_that_is_waited_for(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a row that says for ever that jobs may be left: the answer is as before."""

    async def story() -> None:
        site.poller.poll_soon()
        await site.updated(1)
        await site.polled(3)
        assert len(site.updates) == 1
        monkeypatch.setattr(site.poller, "wanted", lambda: {"dask-a": Wanted(always=True)})
        await site.updated(3)
        await site.poller.stop()

    run(story())


def test_an_idle_poller_wakes_again(site: Site) -> None:
    """Guards the second launch of a day: a poller with nothing to do has not ended for good."""

    async def story() -> None:
        site.poller.poll_soon()
        await site.updated(1)
        site.names = {}
        await until(lambda: not site.poller.answers)
        polls = len(site.polls)
        await asyncio.sleep(0.3)
        assert len(site.polls) == polls
        site.names = {"dask-b": []}
        site.poller.poll_soon()
        await until(lambda: "dask-b" in site.poller.answers)
        await site.poller.stop()

    run(story())


def test_a_poll_for_one_name_does_not_wait_for_the_interval(site: Site) -> None:
    """Guards the stop: "nothing left" is reported right after cancelling, for this name alone."""

    async def story() -> None:
        site.poller.interval = 3600
        site.names = {"dask-a": [], "dask-b": []}
        site.squeue("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n")
        site.poller.poll_soon()
        await site.updated(2)
        site.squeue("")
        answer = await asyncio.wait_for(site.poller.poll_now("dask-a", Wanted()), 10)
        assert not answer.open
        assert site.poller.answers["dask-a"] == answer
        assert [name for name, _ in site.updates].count("dask-b") == 1
        await asyncio.sleep(0.1)
        await site.poller.stop()
        assert len(site.polls) == 2, "the interval of the others goes on as before"

    run(story())


def test_jobs_are_known_by_their_ids(site: Site) -> None:
    """Guards jobs that an administrator renamed: they are not "GONE"."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.squeue("7|RUNNING|None|N/A|N/A|0|n1|other|\n8|RUNNING|None|N/A|N/A|0|n1|other|\n")
        site.poller.poll_soon()
        answer = (await site.updated(1))["dask-a"]
        await site.poller.stop()
        assert [(job.id, job.state) for job in answer.jobs] == [("7", "RUNNING")]

    run(story())


@pytest.mark.parametrize("part", ["wanted", "changed", "system"])
def test_no_exception_ends_the_polls(
    site: Site, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    """Guards rows that stand still for ever after one exception, and a log that it fills."""
    works = False
    tries = 0

    def failing(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            nonlocal tries
            tries += 1
            if not works:
                raise RuntimeError(f"broken {tries}")
            return function(*args)

        return call

    async def story() -> None:
        nonlocal works
        owner, name = (site.poller.system, "list_jobs") if part == "system" else (site.poller, part)
        setattr(owner, name, failing(getattr(owner, name)))
        site.poller.poll_soon()
        await until(lambda: tries >= 3)
        works = True
        await site.updated(1)
        await site.poller.stop()

    run(story())
    (record,) = ours(caplog)
    assert (record.message, record.levelname) == ("A poll of SLURM failed", "ERROR")


def ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return what the package itself logged: asyncio has words for a process killed as it ends."""
    return [one for one in caplog.records if one.name.startswith("jupyter_cluster_launcher")]


def test_silence_is_logged_once(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Guards a log with the same warning every 15 seconds for as long as squeue is missing."""

    async def story() -> None:
        site.squeue("no such squeue", 127)
        site.poller.poll_soon()
        await site.polled(4)
        site.squeue("")
        await site.updated(2)
        site.squeue("no such squeue", 127)
        await site.updated(3)
        await site.poller.stop()

    run(story())
    assert [one.message for one in ours(caplog)] == ["SLURM does not answer: no such squeue"] * 2


def test_silence_is_shown_and_the_jobs_are_kept(site: Site) -> None:
    """Guards a controller that is down: the row shows it, and the jobs do not vanish from it."""

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


def test_stopping_ends_a_question_that_is_under_way(site: Site) -> None:
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
    output = asyncio.run(commands.run(slurm, ["/nosuch/squeue"]))
    assert output.returncode == 127
    assert "No such file" in output.text


def test_the_users_own_formats_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards variables of a login shell that change what SLURM's commands list and cancel."""
    for name in ("SQUEUE_FORMAT", "SCANCEL_STATE", "SACCT_FORMAT", "SLURM_TIME_FORMAT"):
        monkeypatch.setenv(name, "user")
    written = asyncio.run(commands.run(slurm, ["env"])).text.splitlines()
    assert not [line for line in written if line.endswith("=user") and not line.startswith("USER")]
    assert {"SLURM_TIME_FORMAT=standard", "LC_ALL=C"} <= {*written}


def test_each_batch_system_has_an_environment_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards a second batch system against what only SLURM's commands need."""
    monkeypatch.setenv("SQUEUE_FORMAT", "user")
    written = asyncio.run(commands.run(sge, ["env"])).text
    assert "SQUEUE_FORMAT=user" in written
    assert "SLURM_TIME_FORMAT=standard" not in written


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
