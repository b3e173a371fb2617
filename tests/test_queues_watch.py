"""Asking a batch system: seldom, in one question, and never for long."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from jupyter_cluster_launcher.queues import Job, slurm, watch
from jupyter_cluster_launcher.queues.watch import Answer, QueueWatch


class Site:
    """A place where ``squeue`` is a file: each question adds a line to ``asked``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, list[str]] = {"dask-a": []}
        self.told: list[Mapping[str, Answer]] = []
        self.says("")
        functions = {**vars(slurm), "list_jobs": self.list_jobs, "ended_jobs": self.ended_jobs}
        self.watch = QueueWatch(
            SimpleNamespace(**functions),
            "ann",
            lambda: self.names,
            self.told.append,
            interval=0.05,
            patience=5,
        )

    def list_jobs(self, user: str, names: Sequence[str]) -> list[str]:
        return [str(self.folder / "squeue"), *names]

    def ended_jobs(self, name: str, ids: Sequence[str]) -> list[str]:
        return [str(self.folder / "sacct"), *ids]

    def says(self, text: str, code: int = 0, seconds: float = 0) -> None:
        """Change what ``squeue`` writes, its exit code, and how long it takes."""
        (self.folder / "text").write_text(text)
        program = self.folder / "squeue.new"
        program.write_text(
            f'#!/bin/sh\necho "$@" >>{self.folder}/asked\n'
            f"[ {seconds} = 0 ] || exec sleep {seconds}\n"
            f"cat {self.folder}/text\nexit {code}\n"
        )
        program.chmod(0o755)
        program.rename(self.folder / "squeue")

    def accounts(self, script: str) -> None:
        """Change what ``sacct`` does; each question adds a line to ``accounts``."""
        program = self.folder / "sacct.new"
        program.write_text(f"#!/bin/sh\necho $@ >>{self.folder}/accounts\n{script}\n")
        program.chmod(0o755)
        program.rename(self.folder / "sacct")

    @property
    def asked(self) -> list[str]:
        """The questions so far."""
        path = self.folder / "asked"
        return path.read_text().splitlines() if path.exists() else []

    async def heard(self, count: int) -> Mapping[str, Answer]:
        """Wait until ``changed`` was called that often, and return what it was told last."""
        await until(lambda: len(self.told) >= count)
        return self.told[-1]

    async def told_of(self, state: str) -> Job:
        """Wait until the one job of ``dask-a`` is told to be in this state, and return it."""

        def states() -> list[str]:
            return [job.state for job in self.watch.answers.get("dask-a", Answer()).jobs]

        await until(lambda: states() == [state])
        return self.watch.answers["dask-a"].jobs[0]

    async def questions(self, count: int) -> None:
        """Wait until ``squeue`` was asked that often."""
        await until(lambda: len(self.asked) >= count)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds, for a generous while."""
    deadline = asyncio.get_running_loop().time() + 20
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never came to that"
        await asyncio.sleep(0.01)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def run(coroutine: object) -> None:
    """Run a test's coroutine in a loop of its own."""
    asyncio.run(coroutine)


def test_one_question_for_all_names(site: Site) -> None:
    """Guards the batched call: two clusters, one process, each told of its own jobs."""

    async def story() -> None:
        site.names = {"dask-b": [], "dask-a": []}
        site.says("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n2|PENDING|Priority|N/A|N/A|0||dask-b|\n")
        site.watch.wake()
        news = await site.heard(1)
        await site.watch.stop()
        assert site.asked[0] == "dask-a dask-b"
        assert [job.id for job in news["dask-a"].jobs] == ["1"]
        assert [job.id for job in news["dask-b"].jobs] == ["2"]

    run(story())


def test_none_where_there_is_nothing_to_ask(site: Site) -> None:
    """Guards an idle server: no names, no squeue, and a later wake begins again."""

    async def story() -> None:
        site.names = {}
        site.watch.wake()
        await asyncio.sleep(0.3)
        assert site.asked == []
        site.names = {"dask-a": []}
        site.watch.wake()
        await site.heard(1)
        site.names = {}
        await asyncio.wait_for(asyncio.shield(site.watch._task), 10)
        await site.watch.stop()

    run(story())


def test_the_interval_holds_however_often_it_is_woken(site: Site) -> None:
    """Guards the batch system: a busy person must not mean a busy squeue."""

    async def story() -> None:
        site.watch.interval = 3600
        for _ in range(20):
            site.watch.wake()
            await asyncio.sleep(0.02)
        await site.heard(1)
        await site.watch.stop()
        assert len(site.asked) == 1

    run(story())


def test_the_same_answer_is_no_news(site: Site) -> None:
    """Guards against a bell that rings every 15 seconds for nothing."""

    async def story() -> None:
        site.watch.wake()
        await site.questions(4)
        await site.watch.stop()
        assert len(site.told) == 1

    run(story())


def test_an_answer_that_is_insisted_on_is_a_new_one(site: Site) -> None:
    """Guards the stop: "nothing left" must be said after the cancelling, not before it."""

    async def story() -> None:
        site.says("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n")
        site.watch.wake()
        await site.heard(1)
        site.says("")
        site.names = {}  # nobody else asks for it any more
        answer = await asyncio.wait_for(site.watch.fresh("dask-a"), 10)
        await site.watch.stop()
        assert not answer.open

    run(story())


@pytest.mark.parametrize(
    ("sacct", "state"),
    [
        ("echo '7|NODE_FAIL|None|N/A|N/A|0:0|n1|dask-a'", "NODE_FAIL"),
        ("echo Slurm accounting storage is disabled; exit 1", "GONE"),
    ],
)
def test_a_job_that_is_listed_no_more(site: Site, sacct: str, state: str) -> None:
    """Guards jobs that squeue forgot: the accounting tells how they ended, and is asked once."""

    async def story() -> None:
        site.accounts(sacct)
        site.names = {"dask-a": ["7"]}
        site.watch.wake()
        answer = (await site.heard(1))["dask-a"]
        await site.questions(4)
        await site.watch.stop()
        assert [(job.id, job.state) for job in answer.jobs] == [("7", state)]
        assert (site.folder / "accounts").read_text().split() == ["7"]

    run(story())


def test_a_known_ending_is_not_forgotten(site: Site) -> None:
    """Guards SLURM's word and exit code: squeue drops a job after minutes, the row must not."""

    async def story() -> None:
        site.names = {"dask-a": ["13"]}
        site.says("13|FAILED|NonZeroExitCode|N/A|N/A|768|n1|dask-a|\n")
        site.accounts("echo Slurm accounting storage is disabled; exit 1")
        site.watch.wake()
        await site.told_of("FAILED")
        site.says("")
        asked = len(site.asked)
        await site.questions(asked + 3)
        await site.watch.stop()
        (job,) = site.watch.answers["dask-a"].jobs
        assert (job.state, job.reason, job.exit_code) == ("FAILED", "NonZeroExitCode", "3:0")
        assert job.failed
        assert not (site.folder / "accounts").exists()

    run(story())


@pytest.mark.parametrize(
    "sacct",
    ["exit 0", "echo sacct: error: Unable to contact slurmdbd; exit 1", "exec sleep 300"],
)
def test_accounts_that_come_late(site: Site, sacct: str) -> None:
    """Guards a sacct that lags, fails or hangs: GONE is told meanwhile, and not for ever."""

    async def story() -> None:
        site.watch.patience = 0.3 if "sleep" in sacct else 5
        site.names = {"dask-a": ["7"]}
        site.accounts(sacct)
        site.watch.wake()
        await site.told_of("GONE")
        site.watch.patience = 5
        site.accounts("echo '7|FAILED|None|N/A|N/A|3:0|n1|dask-a'")
        job = await site.told_of("FAILED")
        await site.watch.stop()
        assert job.exit_code == "3:0"

    run(story())


def test_accounts_that_never_come_are_asked_ever_more_seldom(site: Site) -> None:
    """Guards the accounting against a question in every round for a job that it never knew."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.accounts("exit 0")
        site.watch.wake()
        await site.questions(16)
        await site.watch.stop()
        assert len((site.folder / "accounts").read_text().splitlines()) < 12

    run(story())


def test_an_ending_without_an_exit_code(site: Site) -> None:
    """Guards Grid Engine, whose qstat lists a hundred ended jobs and not how: the accounts know."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.says("7|COMPLETED|None|N/A|N/A||n1|dask-a|\n")
        site.accounts("exit 0")
        site.watch.wake()
        await site.told_of("COMPLETED")
        site.accounts("echo '7|FAILED|None|N/A|N/A|3:0|n1|dask-a'")
        job = await site.told_of("FAILED")
        asked = len((site.folder / "accounts").read_text().splitlines())
        await site.questions(len(site.asked) + 3)
        await site.watch.stop()
        assert job.exit_code == "3:0"
        assert len((site.folder / "accounts").read_text().splitlines()) == asked

    run(story())


def test_a_job_that_is_queued_again(site: Site) -> None:
    """Guards a requeued job: what it ended with once is not how it ended."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.accounts("echo '7|COMPLETED|None|N/A|N/A|0:0|n1|dask-a'")
        site.says("7|NODE_FAIL|None|N/A|N/A|0|n1|dask-a|\n")
        site.watch.wake()
        await site.told_of("NODE_FAIL")
        site.says("7|RUNNING|None|N/A|N/A|0|n2|dask-a|\n")
        await site.told_of("RUNNING")
        site.says("")
        await site.told_of("COMPLETED")
        await site.watch.stop()

    run(story())


def test_silence_is_told_and_the_jobs_are_kept(site: Site) -> None:
    """Guards a controller that is down: the row says so, and the jobs do not vanish from it."""

    async def story() -> None:
        site.says("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n")
        site.watch.wake()
        await site.heard(1)
        site.says("slurm_load_jobs error: Unable to contact slurm controller (connect failure)", 1)
        answer = (await site.heard(2))["dask-a"]
        assert answer.silent == (
            "SLURM does not answer (Unable to contact slurm controller (connect failure))."
        )
        assert [job.id for job in answer.jobs] == ["1"]
        site.says("1|RUNNING|None|N/A|N/A|0|n1|dask-a|\n")
        assert (await site.heard(3))["dask-a"].silent is None
        await site.watch.stop()

    run(story())


def test_a_hung_squeue_is_ended(site: Site) -> None:
    """Guards against waiting for ever, and against a process left behind."""

    async def story() -> None:
        site.watch.patience = 0.3
        site.says("", seconds=300)
        site.watch.wake()
        answer = (await site.heard(1))["dask-a"]
        await site.watch.stop()
        assert answer.silent is not None
        assert "no answer in 0.3 s" in answer.silent

    run(story())


def test_stopping_ends_a_question_that_is_under_way(site: Site) -> None:
    """Guards the stop of the server while SLURM hangs."""

    async def story() -> None:
        pid = site.folder / "pid"
        program = site.folder / "squeue"
        program.write_text(f"#!/bin/sh\necho $$ >{pid}\nexec sleep 300\n")
        site.watch.wake()
        await until(lambda: pid.exists() and bool(pid.read_text()))
        await asyncio.wait_for(site.watch.stop(), 10)
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)

    run(story())


def test_a_program_that_is_not_there(site: Site) -> None:
    """Guards against an exception where squeue has gone, as after a module was unloaded."""
    output = asyncio.run(watch.run(["/nosuch/squeue"]))
    assert output.returncode == 127
    assert "No such file" in output.text


def test_a_persons_own_formats_do_not_count(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards SQUEUE_FORMAT and SLURM_TIME_FORMAT of a login shell, which change the output."""
    monkeypatch.setenv("SQUEUE_FORMAT", "%i")
    monkeypatch.setenv("SLURM_TIME_FORMAT", "relative")
    output = asyncio.run(watch.run(["env"]))
    assert "SQUEUE_FORMAT" not in output.text
    assert "SLURM_TIME_FORMAT=standard" in output.text
