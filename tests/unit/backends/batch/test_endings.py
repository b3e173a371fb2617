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
    """Guards jobs that squeue forgot: sacct knows how they ended, and is queried once."""

    async def story() -> None:
        site.sacct(sacct)
        site.names = {"dask-a": ["7"]}
        site.poller.poll_soon()
        answer = (await site.updated(1))["dask-a"]
        await site.polled(4)
        await site.poller.stop()
        assert [(job.id, job.state) for job in answer.jobs] == [("7", state)]
        assert site.queries == ["7"]

    run(story())


def test_a_known_ending_is_not_forgotten(site: Site) -> None:
    """Guards SLURM's state and exit code: squeue drops a job after minutes, the row must not."""

    async def story() -> None:
        site.names = {"dask-a": ["13"]}
        site.squeue("13|FAILED|NonZeroExitCode|N/A|N/A|768|n1|dask-a|\n")
        site.sacct("echo Slurm accounting storage is disabled; exit 1")
        site.poller.poll_soon()
        await site.job_in("FAILED")
        site.squeue("")
        polls = len(site.polls)
        await site.polled(polls + 3)
        await site.poller.stop()
        (job,) = site.poller.answers["dask-a"].jobs
        assert (job.state, job.reason, job.exit_code) == ("FAILED", "NonZeroExitCode", "3:0")
        assert job.failed
        assert site.queries == []

    run(story())


@pytest.mark.parametrize(
    "sacct",
    ["exit 0", "echo sacct: error: Unable to contact slurmdbd; exit 1", "exec sleep 300"],
)
def test_accounting_that_lags(site: Site, sacct: str) -> None:
    """Guards a sacct that lags, fails or hangs: the job is GONE meanwhile, and not for ever."""

    async def story() -> None:
        site.poller.patience = 0.3 if "sleep" in sacct else 60
        site.names = {"dask-a": ["7"]}
        site.sacct(sacct)
        site.poller.poll_soon()
        await site.job_in("GONE")
        site.poller.patience = 60
        site.sacct("echo '7|FAILED|None|N/A|N/A|3:0|n1|dask-a'")
        job = await site.job_in("FAILED")
        await site.poller.stop()
        assert job.exit_code == "3:0"

    run(story())


def test_accounting_without_an_answer_is_queried_ever_more_seldom(site: Site) -> None:
    """Guards against a query at each poll for a job that the accounting never had."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.sacct("exit 0")
        site.poller.poll_soon()
        await site.polled(16)
        await site.poller.stop()
        assert 0 < len(site.queries) < 12

    run(story())


def test_an_ending_without_an_exit_code(site: Site) -> None:
    """Guards Grid Engine, whose qstat lists ended jobs without how they ended: qacct knows."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.squeue("7|COMPLETED|None|N/A|N/A||n1|dask-a|\n")
        site.sacct("exit 0")
        site.poller.poll_soon()
        await site.job_in("COMPLETED")
        site.sacct("echo '7|FAILED|None|N/A|N/A|3:0|n1|dask-a'")
        job = await site.job_in("FAILED")
        queries = len(site.queries)
        await site.polled(len(site.polls) + 3)
        await site.poller.stop()
        assert job.exit_code == "3:0"
        assert len(site.queries) == queries

    run(story())


def test_a_job_that_is_queued_again(site: Site) -> None:
    """Guards a requeued job: what it ended with once is not how it ended."""

    async def story() -> None:
        site.names = {"dask-a": ["7"]}
        site.sacct("echo '7|COMPLETED|None|N/A|N/A|0:0|n1|dask-a'")
        site.squeue("7|NODE_FAIL|None|N/A|N/A|0|n1|dask-a|\n")
        site.poller.poll_soon()
        await site.job_in("NODE_FAIL")
        site.squeue("7|RUNNING|None|N/A|N/A|0|n2|dask-a|\n")
        await site.job_in("RUNNING")
        site.squeue("")
        await site.job_in("COMPLETED")
        await site.poller.stop()

    run(story())


def test_one_query_of_accounting_for_all_clusters(site: Site) -> None:
    """Guards accounting against a process for each cluster that has lost a job."""

    async def story() -> None:
        site.names = {"dask-a": ["7"], "dask-b": ["8"]}
        site.sacct("echo Slurm accounting storage is disabled; exit 1")
        site.poller.poll_soon()
        await site.updated(2)
        await site.poller.stop()
        assert site.queries == ["7 8"]

    run(story())
