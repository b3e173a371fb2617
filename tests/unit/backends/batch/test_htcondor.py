"""HTCondor's texts.

The running job is shortened from an output of ``condor_q -nobatch -json`` of HTCondor 8.8.10 that a
script of Jefferson Lab quotes (its tools for the Open Science Grid); the job's name, which was not
set there, is added. Ads of other states differ from it in the attributes that HTCondor's manual
("Job ClassAd Attributes") describes; they were not captured. Errors are as HTCondor's source
(``condor_submit.V6/submit.cpp``, ``condor_q.V6``) writes them.
"""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from jupyter_cluster_launcher.backends.batch import htcondor
from jupyter_cluster_launcher.jobs import Job, Phase

CONDOR_Q = r"""
[
{
  "ClusterId": 3472942,
  "CompletionDate": 0,
  "CPUsUsage": 0.9974730512006985,
  "ExitBySignal": false,
  "JobBatchName": "dask-a",
  "JobCurrentStartDate": 1617115471,
  "JobStatus": 2,
  "LastRemoteHost": "slot1_6@glidein_99879_43933758@notch009.int.chpc.utah.edu",
  "MemoryUsage": "\/Expr(((ResidentSetSize + 1023) / 1024))\/",
  "ProcId": 81,
  "RemoteHost": "glidein_11052_156649344@CRUSH-OSG-C7-10-5-219-52"
}
]
"""
SILENT = (
    "\n-- Failed to fetch ads from: <129.59.197.223:9620?sock=33630_8b33_4> : ce1.example\n"
    "SECMAN:2007:Failed to end classad message.\n"
)


def read(listed: bool = True, **changes: Any) -> Job:
    """Return the job of the sample with other attributes."""
    (ad,) = json.loads(CONDOR_Q)
    text = "[\n" + json.dumps({**ad, **changes}) + "\n]\n"
    (job,) = htcondor.parse_jobs(text) if listed else htcondor.parse_ended(text)
    return job


def test_a_running_job() -> None:
    """Guards the id as dask-jobqueue makes it, also with a warning before the answer."""
    (job,) = htcondor.parse_jobs(f"WARNING: an old version [1]\n{CONDOR_Q}")
    assert (job.id, job.name, job.phase, job.state) == (
        "3472942.81", "dask-a", Phase.RUNNING, "Running",
    )  # fmt: skip
    assert job.node == "CRUSH-OSG-C7-10-5-219-52"
    assert job.start == datetime(2021, 3, 30, 14, 44, 31, tzinfo=timezone.utc)
    assert (job.end, job.exit_code) == (None, None)


@pytest.mark.parametrize("text", ["", "[\n]\n", "[]\n", "[\n{\n", SILENT])
def test_no_jobs(text: str) -> None:
    """Guards against an error where there are none, or half an answer."""
    assert htcondor.parse_jobs(text) == []


def test_jobs_of_other_phases() -> None:
    """Guards a held job, which waits for ever: its reason is shown."""
    idle = read(JobStatus=1)
    assert (idle.phase, idle.reason, idle.start) == (Phase.QUEUED, "waiting", None)
    held = read(JobStatus=5, HoldReason="Error from slot1@w2: Transfer output files failure")
    assert (held.phase, held.state, held.failed) == (Phase.QUEUED, "Held", True)
    assert held.reason == "Error from slot1@w2: Transfer output files failure"
    removed = read(JobStatus=3)
    assert (removed.phase, removed.ending) == (Phase.RUNNING, True)


def test_how_jobs_ended() -> None:
    """Guards the exit code, a signal, and a job that somebody removed."""
    good = read(False, JobStatus=4, ExitCode=0, CompletionDate=1617117385)
    assert (good.phase, good.state, good.exit_code, good.orderly) == (
        Phase.ENDED, "Completed", "0", True,
    )  # fmt: skip
    assert good.end is not None
    bad = read(False, JobStatus=4, ExitCode=3)
    assert (bad.exit_code, bad.failed, bad.orderly) == ("3", True, False)
    killed = read(False, JobStatus=4, ExitBySignal=True, ExitSignal=9)
    assert (killed.exit_code, killed.failed) == ("137", True)
    removed = read(False, JobStatus=3, RemoveReason="via condor_rm (by user ann)")
    assert (removed.phase, removed.state, removed.failed) == (Phase.ENDED, "Removed", True)
    assert removed.reason == "via condor_rm (by user ann)"


def test_commands() -> None:
    """Guards what is asked and cancelled: nothing of other users, and only what is needed."""
    (ended,) = htcondor.ended_jobs({"a": ["1.0", "2.0"], "b": ["3.0"]})
    assert ended[:6] == ["condor_history", "1.0", "2.0", "3.0", "-limit", "3"]
    assert htcondor.list_jobs("ann", [])[:3] == ["condor_q", "ann", "-json"]
    assert htcondor.cancel_jobs("ann", "dask-a", ["1.0"]) == [
        ["condor_rm", "-constraint", 'Owner == "ann" && JobBatchName == "dask-a"'],
        ["condor_rm", "1.0"],
    ]
    assert htcondor.submit_arguments("dask-a") == ["-batch-name", "dask-a"]
    assert htcondor.seconds("01:00:00") is None
    assert htcondor.JOB_ID is None


@pytest.mark.parametrize(
    ("written", "reason", "silent"),
    [
        ("Submitting job(s)\nERROR: Failed to parse command file (line 12).\n",
         "Failed to parse command file (line 12)", False),
        ("\nERROR: Can't find address of local schedd\n",
         "Can't find address of local schedd", True),
        (SILENT,
         "Failed to fetch ads from: <129.59.197.223:9620?sock=33630_8b33_4> : ce1.example; "
         "SECMAN:2007:Failed to end classad message", True),
    ],
)  # fmt: skip
def test_refusals_and_silence(written: str, reason: str, silent: bool) -> None:
    """Guards HTCondor's own words, and the difference between a refusal and silence."""
    assert htcondor.explain(written) == reason
    assert htcondor.unreachable(written) == silent
    what = "does not answer" if silent else "would refuse the job"
    assert htcondor.verdict(1, written).text == f"HTCondor {what}: {reason}"


def test_verdict() -> None:
    """Guards the dry run, which submits nothing and knows no machines."""
    assert htcondor.preflight("job.sub") == ["condor_submit", "-dry-run", "/dev/null", "job.sub"]
    assert htcondor.verdict(0, "Dry-Run job(s)..").ok
