"""SLURM's texts: every one of them was written by SLURM 22.05.8."""

from __future__ import annotations

import re

import pytest

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.backends.batch.words.status import refusal
from jupyter_cluster_launcher.jobs import Phase

SQUEUE = """\
8|PENDING|PartitionDown|N/A|N/A|0||c|
2|CANCELLED|None|2026-11-23T14:37:03|2026-11-23T14:37:07|15|n2|w|
1|FAILED|NonZeroExitCode|2026-11-23T14:37:03|2026-11-23T14:37:03|768|n1|dask|x y|
6|PENDING|Resources|2026-11-23T14:47:07|2026-11-23T14:57:07|0||w|
3|RUNNING|None|2026-11-23T14:37:03|2026-11-23T14:47:03|0|n3|w|
9|COMPLETING|None|2026-11-23T14:37:03|2026-11-23T14:47:03|0|n3|w|
"""
SACCT = """\
1|FAILED|None|2026-11-23T14:37:03|2026-11-23T14:37:03|3:0|n1|dask|x y
2|CANCELLED by 0|None|2026-11-23T14:37:03|2026-11-23T14:37:07|0:15|n2|w
3|RUNNING|None|2026-11-23T14:37:03|Unknown|0:0|n3|w
"""
JOBQUEUE = """\
Command exited with non-zero exit code.
Exit code: 1
Command:
sbatch /tmp/tmppsqthgg7.sh
stdout:

stderr:
"""


def test_jobs_are_read_in_slurms_words() -> None:
    """Guards phases, reasons and exit codes, and a name in which a user put a bar."""
    jobs = {job.id: job for job in slurm.parse_jobs(SQUEUE)}
    assert [(j.id, j.phase.value, j.reason) for j in jobs.values()] == [
        ("8", "queued", "PartitionDown"),
        ("2", "ended", ""),
        ("1", "ended", "NonZeroExitCode"),
        ("6", "queued", "Resources"),
        ("3", "running", ""),
        ("9", "running", ""),
    ]
    assert jobs["1"].name == "dask|x y"
    assert jobs["1"].exit_code == "3:0"
    assert jobs["1"].failed
    assert jobs["2"].exit_code == "0:15"
    assert not jobs["2"].failed
    assert not jobs["2"].orderly
    (completed,) = slurm.parse_jobs("4|COMPLETED|None|N/A|N/A|0|n2|w|")
    assert completed.orderly
    assert jobs["3"].exit_code is None


def test_a_start_is_an_estimate_and_an_end_is_a_limit() -> None:
    """Guards the times: an aware start of a queued job, no end before it runs, and none for N/A."""
    jobs = {job.id: job for job in slurm.parse_jobs(SQUEUE)}
    assert jobs["8"].start is None
    assert jobs["6"].start is not None
    assert jobs["6"].start.tzinfo is not None
    assert f"{jobs['6'].start:%H:%M}" == "14:47"
    assert jobs["6"].end is None
    assert jobs["3"].end is not None
    assert f"{jobs['3'].end:%H:%M:%S}" == "14:47:03"


def test_what_is_no_job_is_left_out() -> None:
    """Guards against a site's message of the day, or half a line, in squeue's output."""
    assert slurm.parse_jobs("Welcome to Tallgrass\n\n12|RUNN") == []


def test_ended_jobs_come_from_the_accounting() -> None:
    """Guards "CANCELLED by 0", which is not a state, and a job that has not ended at all."""
    jobs = slurm.parse_ended(SACCT)
    assert [(job.id, job.state, job.exit_code) for job in jobs] == [
        ("1", "FAILED", "3:0"),
        ("2", "CANCELLED", "0:15"),
    ]
    assert all(job.phase is Phase.ENDED for job in jobs)


def test_one_question_for_all_clusters() -> None:
    """Guards the one squeue: no --json, one user, jobs of any name."""
    command = slurm.list_jobs("ann", ["dask-a", "dask-b"])
    assert command[0] == "squeue"
    assert "--user=ann" in command
    assert not any("json" in part or "--name" in part for part in command)


def test_one_query_of_sacct_for_all_clusters() -> None:
    """Guards the one sacct, whatever the number of clusters that have lost a job."""
    (command,) = slurm.ended_jobs({"dask-a": ["1", "2"], "dask-b": ["3"]})
    assert "--jobs=1,2,3" in command


def test_jobs_are_cancelled_by_name_and_by_id() -> None:
    """Guards jobs of another name, and jobs whose ids were never learnt."""
    by_name = ["scancel", "--quiet", "--user=ann", "--name=dask-a"]
    assert slurm.cancel_jobs("ann", "dask-a", []) == [by_name]
    assert slurm.cancel_jobs("ann", "dask-a", ["1", "2"]) == [
        by_name, ["scancel", "--quiet", "1", "2"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("printed", "job_id"),
    [
        ("12\n", "12"),
        ("12;tallgrass\n", "12"),
        ("Welcome, 24 h support at 555-1234\n12\n", "12"),
        ("2026\n12;tallgrass\n", "12"),
        ("12\nEstimated cost: 5 credits\n", "12"),
    ],
)
def test_the_id_among_what_a_site_prints(printed: str, job_id: str) -> None:
    """Guards against a number of the site's banner that is taken for the job's."""
    found = re.search(slurm.JOB_ID, printed)
    assert found
    assert found["job_id"] == job_id


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "sbatch: error: invalid partition specified: nosuch\n"
            "sbatch: error: Batch job submission failed: Invalid partition name specified\n",
            "invalid partition specified: nosuch; Invalid partition name specified",
        ),
        (
            "sbatch: error: Batch job submission failed: Requested time limit is invalid (missing "
            "or exceeds some limit)\n",
            "Requested time limit is invalid (missing or exceeds some limit)",
        ),
        (
            "sbatch: unrecognized option '--nosuch'\nTry \"sbatch --help\" for more information\n",
            "unrecognized option '--nosuch'",
        ),
        (
            "sbatch: error: QOSMaxSubmitJobPerUserLimit\n"
            "sbatch: error: Batch job submission failed: Job violates accounting/QOS "
            "policy (job submit limit, user's size and/or time limits)",
            "QOSMaxSubmitJobPerUserLimit; Job violates accounting/QOS policy (job submit limit, "
            "user's size and/or time limits)",
        ),
        ("sbatch: error: Invalid --time specification\n", "Invalid --time specification"),
        ("allocation failure: Invalid qos specification\n", "Invalid qos specification"),
    ],
)
def test_refusals_are_sbatchs_own_words(written: str, expected: str) -> None:
    """Guards against noise: no "Command exited with non-zero exit code", no "sbatch: error"."""
    assert refusal(slurm, JOBQUEUE + written) == f"SLURM rejected the jobs: {expected}."
    assert slurm.explain(written) == expected


@pytest.mark.parametrize(
    ("text", "silent"),
    [
        ("slurm_load_jobs error: Socket timed out on send/recv operation", True),
        ("slurm_load_jobs error: Unable to contact slurm controller (connect failure)", True),
        ("sbatch: error: Batch job submission failed: Invalid qos specification", False),
    ],
)
def test_silence_is_no_refusal(text: str, silent: bool) -> None:
    """Guards the difference: after silence the job may be in the queue all the same."""
    assert slurm.unreachable(text) is silent


def test_a_verdict_says_when() -> None:
    """Guards the pre-flight's good answer, which sbatch writes to standard error."""
    text = (
        "sbatch: Job 103 to start at 2026-11-23T12:20:56 using 1 processors on nodes n1 in "
        "partition normal\n"
    )
    verdict = slurm.verdict(0, text)
    assert verdict.ok
    assert verdict.text == "SLURM would start one job about 12:20 on 23 November, on n1."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "allocation failure: Invalid account or account/partition combination specified\n",
            "SLURM would refuse the job: Invalid account or account/partition combination "
            "specified",
        ),
        (
            "allocation failure: Unable to contact slurm controller (connect failure)\n",
            "SLURM does not answer: Unable to contact slurm controller (connect failure)",
        ),
    ],
)
def test_a_verdict_says_why_not(text: str, expected: str) -> None:
    """Guards the pre-flight's bad answers: a refusal is not the same as no answer."""
    verdict = slurm.verdict(1, text)
    assert not verdict.ok
    assert verdict.text == expected


def test_a_job_that_was_killed_has_no_exit_code() -> None:
    """Guards against "15:53", which SLURM itself calls 0:53."""
    row = "7|FAILED|JobLaunchFailure|N/A|N/A|{}|n1|dask-a|"
    codes = [slurm.parse_jobs(row.format(status))[0].exit_code for status in (3893, 15, 768, 0)]
    assert codes == ["0:53", "0:15", "3:0", "0:0"]
