"""How jobs ended that a batch system lists no more, or without an exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from queue_site import Site, run


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


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
        site.poller.poll_soon()
        answer = (await site.heard(1))["dask-a"]
        await site.questions(4)
        await site.poller.stop()
        assert [(job.id, job.state) for job in answer.jobs] == [("7", state)]
        assert (site.folder / "accounts").read_text().split() == ["7"]

    run(story())


def test_a_known_ending_is_not_forgotten(site: Site) -> None:
    """Guards SLURM's word and exit code: squeue drops a job after minutes, the row must not."""

    async def story() -> None:
        site.names = {"dask-a": ["13"]}
        site.says("13|FAILED|NonZeroExitCode|N/A|N/A|768|n1|dask-a|\n")
        site.accounts("echo Slurm accounting storage is disabled; exit 1")
        site.poller.poll_soon()
        await site.told_of("FAILED")
        site.says("")
        asked = len(site.asked)
        await site.questions(asked + 3)
        await site.poller.stop()
        (job,) = site.poller.answers["dask-a"].jobs
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
        site.poller.patience = 0.3 if "sleep" in sacct else 5
        site.names = {"dask-a": ["7"]}
        site.accounts(sacct)
        site.poller.poll_soon()
        await site.told_of("GONE")
        site.poller.patience = 5
        site.accounts("echo '7|FAILED|None|N/A|N/A|3:0|n1|dask-a'")
        job = await site.told_of("FAILED")
        await site.poller.stop()
        assert job.exit_code == "3:0"

    run(story())


def test_accounts_that_never_come_are_asked_ever_more_seldom(site: Site) -> None:
    """Guards the accounting against a question in every round for a job that it never knew."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.accounts("exit 0")
        site.poller.poll_soon()
        await site.questions(16)
        await site.poller.stop()
        assert len((site.folder / "accounts").read_text().splitlines()) < 12

    run(story())


def test_an_ending_without_an_exit_code(site: Site) -> None:
    """Guards Grid Engine, whose qstat lists a hundred ended jobs and not how: the accounts know."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.says("7|COMPLETED|None|N/A|N/A||n1|dask-a|\n")
        site.accounts("exit 0")
        site.poller.poll_soon()
        await site.told_of("COMPLETED")
        site.accounts("echo '7|FAILED|None|N/A|N/A|3:0|n1|dask-a'")
        job = await site.told_of("FAILED")
        asked = len((site.folder / "accounts").read_text().splitlines())
        await site.questions(len(site.asked) + 3)
        await site.poller.stop()
        assert job.exit_code == "3:0"
        assert len((site.folder / "accounts").read_text().splitlines()) == asked

    run(story())


def test_a_job_that_is_queued_again(site: Site) -> None:
    """Guards a requeued job: what it ended with once is not how it ended."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.accounts("echo '7|COMPLETED|None|N/A|N/A|0:0|n1|dask-a'")
        site.says("7|NODE_FAIL|None|N/A|N/A|0|n1|dask-a|\n")
        site.poller.poll_soon()
        await site.told_of("NODE_FAIL")
        site.says("7|RUNNING|None|N/A|N/A|0|n2|dask-a|\n")
        await site.told_of("RUNNING")
        site.says("")
        await site.told_of("COMPLETED")
        await site.poller.stop()

    run(story())


def test_one_query_of_accounting_for_all_clusters(site: Site) -> None:
    """Guards accounting against a process for each cluster that has lost a job."""

    async def story() -> None:
        site.names = {"dask-a": ["7"], "dask-b": ["8"]}
        site.accounts("echo Slurm accounting storage is disabled; exit 1")
        site.poller.poll_soon()
        await site.heard(2)
        await site.poller.stop()
        assert (site.folder / "accounts").read_text().splitlines() == ["7 8"]

    run(story())
