"""The row of a cluster on a batch system, from its record alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from batch_rows import NOW, cluster, job, submission

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.backends.batch.jobs import may_have_jobs, newly_ended
from jupyter_cluster_launcher.backends.batch.words.status import batch_status, message, refusals
from jupyter_cluster_launcher.backends.facts import Status
from jupyter_cluster_launcher.jobs import Job, Phase, Queue
from jupyter_cluster_launcher.models import Cluster, Report, State


def status(row: Cluster) -> Status:
    """Return what the row of a cluster on SLURM shows."""
    return batch_status(row, Status(row.message, row.requested), slurm, NOW)


def polled(*jobs: Job, **more: Any) -> Queue:
    """Return an answer of the batch system."""
    return Queue(jobs, polled=True, **more)


def test_cancelled_jobs_that_are_no_longer_wanted_are_hidden() -> None:
    """Guards scaling down: a job that we cancelled is no failure, one that was lost is."""
    row = cluster(
        State.RUNNING,
        submission("1", closed=True),
        submission("2", closed=True, lost=True),
        queue=polled(
            job("1", Phase.ENDED, "CANCELLED"), job("2", Phase.ENDED, "NODE_FAIL", failed=True)
        ),
    )
    seen = status(row)
    assert seen.failed == 1
    assert [shown.id for shown in seen.jobs] == ["2"]
    assert newly_ended(row) == ["2"]
    assert "NODE_FAIL" in seen.message


@pytest.mark.parametrize(
    ("end", "failed"),
    [
        (job("1", Phase.ENDED, "COMPLETED", orderly=True), 0),  # by its workers' --lifetime
        (job("1", Phase.ENDED, "CANCELLED"), 0),
        (job("1", Phase.ENDED, "GONE"), 0),
        (job("1", Phase.ENDED, "FAILED", failed=True), 1),
    ],
)
def test_only_failures_count_as_failed(end: Job, failed: int) -> None:
    """Guards against "1 failed" for a worker that ended on its own before its time limit."""
    row = cluster(State.RUNNING, submission("1"), queue=polled(end))
    assert status(row).failed == failed
    assert end.state in status(row).message
    assert newly_ended(row) == ["1"]


def test_an_ended_job_is_reported_to_the_controller_once() -> None:
    """Guards the controller against the same end again and again."""
    end = job("1", Phase.ENDED, "FAILED", failed=True)
    row = cluster(State.RUNNING, submission("1", ended=True), queue=polled(end))
    assert newly_ended(row) == []


def test_a_job_that_was_never_reported_is_shown() -> None:
    """Guards the submission that timed out and was accepted: it is in the queue, so in the row."""
    row = cluster(queue=polled(job("7", Phase.QUEUED, "PENDING")))
    assert status(row).queued == 1
    assert newly_ended(row) == []
    assert may_have_jobs(row)


def test_a_batch_system_that_does_not_answer() -> None:
    """Guards a batch system that is down: the row shows it, the jobs stay as they were."""
    running = job("1", Phase.RUNNING, "RUNNING", end=NOW + timedelta(hours=1))
    silent = polled(running, error="SLURM does not answer (why).")
    seen = status(cluster(State.RUNNING, submission("1"), queue=silent))
    assert seen.queue == "SLURM does not answer (why)."
    assert seen.expires == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "button"),
    [(State.LOST, "Clean up"), (State.FAILED, "Dismiss"), (State.CLOSED, "Dismiss")],
)
def test_jobs_that_are_left_over(state: State, button: str) -> None:
    """Guards the offer to cancel: how many jobs, where, and which button."""
    waiting = job("1", Phase.QUEUED, "PENDING")
    one = cluster(state, message="It ended.", queue=polled(waiting))
    assert message(one, slurm, NOW) == (
        f"It ended. 1 of its jobs is still in the SLURM queue: {button} cancels it."
    )
    two = cluster(state, queue=polled(waiting, waiting))
    assert message(two, slurm, NOW) == (
        f"2 of its jobs are still in the SLURM queue: {button} cancels them."
    )
    assert message(cluster(state, message="It ended.", queue=polled()), slurm, NOW) == "It ended."


def test_jobs_that_are_being_ended_need_no_cancelling() -> None:
    """Guards the offer to cancel against jobs that were cancelled, and do not end."""
    ending = job("13", Phase.RUNNING, "COMPLETING", node="n1", ending=True)
    row = cluster(State.FAILED, message="M.", queue=polled(ending))
    text = "M. SLURM is still ending a part of it: Job 13: COMPLETING on n1."
    assert message(row, slurm, NOW) == text
    both = polled(ending, job("14", Phase.QUEUED, "PENDING"))
    row = cluster(State.FAILED, message="M.", queue=both)
    assert message(row, slurm, NOW) == (
        f"{text} 1 of its jobs is still in the SLURM queue: Dismiss cancels it."
    )


WAITING = polled(job("1", Phase.QUEUED, "PENDING"))


@pytest.mark.parametrize(
    ("row", "poll"),
    [
        (cluster(State.STARTING, submission("1")), False),
        (cluster(State.RUNNING, submission("1")), True),
        (cluster(State.RUNNING, submission("1", closed=True), queue=polled()), False),
        (cluster(State.RUNNING, queue=WAITING), True),
        (cluster(State.FAILED), True),
        (cluster(State.FAILED, queue=polled()), False),
        (cluster(State.FAILED, message="Left.", left="Left.", queue=polled()), True),
        (cluster(State.LOST, queue=polled(error="SLURM does not answer.")), True),
        (cluster(State.ELSEWHERE, submission("1")), False),
        (cluster(State.RUNNING, submission("1"), batch=None), False),
    ],
)
def test_the_batch_system_is_not_polled_in_vain(row: Cluster, poll: bool) -> None:
    """Guards the batch system: it is polled for clusters that may have jobs, and no others."""
    assert may_have_jobs(row) is poll


def test_each_refusal_stands_once() -> None:
    """Guards how many jobs were rejected, and those that are no longer wanted."""
    error = "stderr:\nsbatch: error: Batch job submission failed: Invalid qos specification\n"
    row = cluster(
        State.RUNNING,
        *[submission(None, error=f"sbatch /tmp/{n}.sh\n{error}") for n in range(10)],
        *[submission(str(n)) for n in range(2)],
        submission(None, error="stderr:\nsbatch: error: old\n", closed=True),
    )
    assert refusals(row, slurm) == ["SLURM rejected 10 of 12 jobs: Invalid qos specification."]
    silent = "stderr:\nsbatch: error: Unable to contact slurm controller (connect failure)\n"
    row = cluster(State.RUNNING, submission("1"), submission(None, error=silent))
    assert refusals(row, slurm) == [
        "SLURM does not answer, so 1 of 2 jobs may not have been submitted: "
        "Unable to contact slurm controller (connect failure)."
    ]


def test_a_node_that_does_not_see_a_folder() -> None:
    """Guards against a row that points to logs which no node could write."""
    end = job("1", Phase.ENDED, "FAILED", reason="JobLaunchFailure", exit_code="0:53", failed=True)
    row = cluster(State.RUNNING, submission("1"), queue=Queue((end,), polled=True))
    text = message(row, slurm, NOW)
    assert "exit code 0:53" in text
    assert text.endswith("with JUPYTER_RUNTIME_DIR set to such a folder.")


@pytest.mark.parametrize(("hours", "advised"), [(1, False), (-1, True)])
def test_jobs_that_others_replace(hours: int, advised: bool) -> None:
    """Guards against the advice to replace jobs that are being replaced."""
    end = job("1", Phase.ENDED, "NODE_FAIL", failed=True)
    until = (NOW + timedelta(hours=hours)).isoformat()
    report = Report(jobs=(submission("1"),), replaced=1, renew_until=until)
    row = cluster(State.RUNNING, report=report, queue=polled(end))
    assert ("Set the number of workers again" in message(row, slurm, NOW)) == advised
    assert "1 replaced" in (status(row).queue or "")
