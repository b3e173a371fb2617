"""The words of a row about its jobs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from jupyter_cluster_launcher.backends.batch.words import wording as words
from jupyter_cluster_launcher.jobs import Job, Phase
from jupyter_cluster_launcher.models import Report

NOW = datetime(2026, 11, 23, 12, 5, tzinfo=timezone.utc)


def queued(reason: str, start: datetime | None = None) -> Job:
    """A job that waits."""
    return Job("1", "dask", Phase.QUEUED, "PENDING", reason, start)


def running(end: datetime | None) -> Job:
    """A job that runs until ``end``."""
    return Job("2", "dask", Phase.RUNNING, "RUNNING", end=end)


def test_the_whole_row() -> None:
    """Guards the text by which users know the row."""
    jobs = [queued("Resources", NOW + timedelta(hours=2))] * 5
    jobs += [running(NOW + timedelta(hours=3, minutes=40))] * 3
    assert words.queue(jobs, NOW) == "5 queued (Resources), start about 14:05"
    assert words.expires(jobs) == NOW + timedelta(hours=3, minutes=40)


@pytest.mark.parametrize(
    ("renewed", "replaced", "hours", "text"),
    [
        (0, 0, 6, "jobs kept until 18:05"),
        (1, 0, 6, "jobs kept until 18:05 (1 renewed)"),
        (0, 1, 6, "jobs kept until 18:05 (1 replaced)"),
        (2, 3, 6, "jobs kept until 18:05 (2 renewed, 3 replaced)"),
        (2, 0, 30, "jobs kept until tomorrow 18:05 (2 renewed)"),
        (2, 0, -1, "2 renewed"),
        (0, 0, -1, None),
    ],
)
def test_jobs_that_are_renewed(renewed: int, replaced: int, hours: int, text: str | None) -> None:
    """Guards what a user learns of jobs that replace others."""
    until = (NOW + timedelta(hours=hours)).isoformat()
    report = Report(renewed=renewed, replaced=replaced, renew_until=until)
    assert words.renewal(report, NOW) == text


def test_nothing_waits() -> None:
    """Guards against an empty "0 queued"."""
    assert words.queue([running(NOW)], NOW) is None
    assert words.queue([], NOW) is None


def test_reasons_come_by_number() -> None:
    """Guards the order: what most jobs wait for comes first, and no reason is no brackets."""
    jobs = [queued("Priority"), queued("Resources"), queued("Priority")]
    assert words.queue(jobs, NOW) == "3 queued (Priority, Resources)"
    assert words.queue([queued("")], NOW) == "1 queued"


def test_an_estimate_in_the_past_is_none() -> None:
    """Guards against promising a start that has gone by."""
    assert words.queue([queued("Priority", NOW - timedelta(hours=1))], NOW) == "1 queued (Priority)"


@pytest.mark.parametrize(
    ("after", "text"),
    [
        (timedelta(hours=2), "14:05"),
        (timedelta(hours=14), "tomorrow 02:05"),
        (timedelta(days=3), "Thu 12:05"),
        (timedelta(days=10), "3 Dec 12:05"),
    ],
)
def test_a_day_is_shown_where_it_is_not_today(after: timedelta, text: str) -> None:
    """Guards against "start about 02:05" for a job that starts next week."""
    assert words.moment(NOW + after, NOW) == text


def test_the_first_limit_counts() -> None:
    """Guards the time left of a cluster: it begins to shrink when its first job ends."""
    first, last = NOW + timedelta(hours=1), NOW + timedelta(hours=2)
    assert (
        words.expires([running(last), running(first), queued("Priority"), running(None)]) == first
    )
    assert words.expires([queued("Priority")]) is None


def test_how_a_job_ended() -> None:
    """Guards SLURM's word, its reason and the exit code in one line."""
    job = Job("13", "dask", Phase.ENDED, "TIMEOUT", "TimeLimit", exit_code="0:15", failed=True)
    assert words.ending(job) == "Job 13: TIMEOUT (TimeLimit), exit code 0:15"
    assert words.ending(Job("13", "dask", Phase.ENDED, "NODE_FAIL")) == "Job 13: NODE_FAIL"


def test_an_orderly_end_is_shown_as_such() -> None:
    """Guards workers that end before their time limit: they have no trouble to look for in logs."""
    good = Job("1", "dask", Phase.ENDED, "COMPLETED", exit_code="0:0", orderly=True)
    bad = Job("2", "dask", Phase.ENDED, "FAILED", exit_code="3:0", failed=True)
    again = "Set the number of workers again to replace them."
    orderly = "Ended normally: Job 1: COMPLETED, exit code 0:0."
    failed = "Job 2: FAILED, exit code 3:0. See their logs."
    assert words.endings([good]) == f"{orderly} {again}"
    assert words.endings([bad]) == f"{failed} {again}"
    assert words.endings([good, bad]) == f"{failed} {orderly} {again}"
    assert words.endings([]) is None
