"""LSF's texts.

The values in the lines of bjobs were captured by AiiDA (aiidateam/aiida-core,
``tests/schedulers/test_lsf.py``) and stand in our order of the fields here; PROV and the other
states are those of IBM's manual of bjobs. The refusals were captured by Equinor's ert
(``test_lsf_driver.py``), the words of an LSF that does not answer by a client of it in the tests of
mskcc/beagle.
"""

from __future__ import annotations

import re
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from jupyter_cluster_launcher.backends.batch import lsf
from jupyter_cluster_launcher.jobs import Phase

BJOBS = """\
764213236|EXIT|140|TERM_RUNLIMIT: job killed after reaching LSF run time limit|-|b681e480bd|Feb  2 00:45|Feb  2 00:46|aiida-1033269
764220165|PEND|-|-|New job is waiting for scheduling;|-|-|-|aiida-1033444
764220167|PEND|-|-|-|-|-|Feb  2 01:53 L|aiida-1033449
764255172|RUN|-|-|-|16*b68ac74822:b68ac74823|Feb  2 07:47|Feb  2 07:48 L|a|b
 764399747|DONE|-|-|-|p05496706j68144|Feb  2 14:54|Feb  2 14:56 L|test
"""  # noqa: E501
PLEASE_WAIT = "Cannot connect to LSF. Please wait ...\nCannot connect to LSF. Please wait ...\n"


def test_jobs_of_all_phases() -> None:
    """Guards waiting, running and ended jobs, a bar in a name, and lines that mean nothing."""
    jobs = lsf.parse_jobs(PLEASE_WAIT + BJOBS)
    assert [(job.id, job.phase.value, job.state) for job in jobs] == [
        ("764213236", "ended", "EXIT"),
        ("764220165", "queued", "PEND"),
        ("764220167", "queued", "PEND"),
        ("764255172", "running", "RUN"),
        ("764399747", "ended", "DONE"),
    ]
    assert [job.reason for job in jobs[1:3]] == ["New job is waiting for scheduling", "waiting"]
    assert (jobs[3].name, jobs[3].node) == ("a|b", "b68ac74822")
    assert jobs[2].end is None, "a job that waits does not reach its time limit"


def test_how_jobs_ended() -> None:
    """Guards the exit code, which LSF does not give for success."""
    bad, good = lsf.parse_ended(BJOBS + "Job <864220165> is not found\n")
    assert (bad.exit_code, bad.failed, bad.orderly) == ("140", True, False)
    assert bad.reason == "job killed after reaching LSF run time limit"
    assert (good.exit_code, good.failed, good.orderly) == ("0", False, True)
    assert (bad.limit, good.limit) == ("time", "")
    short = BJOBS.replace("TERM_RUNLIMIT", "TERM_MEMLIMIT")
    assert [job.limit for job in lsf.parse_ended(short)] == ["memory", ""]
    assert lsf.no_accounting("Job <864220165> is not found")
    assert not lsf.no_accounting(BJOBS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Feb  2 07:48:12 2026 L", (2026, 2, 2, 7, 48, 12)),
        ("Feb  2 07:48", (2026, 2, 2, 7, 48, 0)),
        ("Dec 31 23:48 L", (2025, 12, 31, 23, 48, 0)),
        ("Feb 29 10:00 2024", (2024, 2, 29, 10, 0, 0)),
    ],
)
def test_times(text: str, expected: tuple[int, ...]) -> None:
    """Guards the time left, also where old releases give no year, around New Year."""
    now = datetime(2026, 1, 3, 12, 0).astimezone()
    assert lsf._time(text, now) == datetime(*expected).astimezone()  # type: ignore[arg-type]
    assert lsf._time("-", now) is None


@pytest.mark.parametrize(
    ("script", "code"),
    [("echo No unfinished job found >&2; exit 255", 0), ("echo No job found; exit 255", 0),
     ("echo LSF is down. Please wait ... >&2; exit 255", 255), ("echo '1|RUN'", 0)],
)  # fmt: skip
def test_listing(tmp_path: Path, script: str, code: int) -> None:
    """Guards against an LSF without jobs that counts as one that does not answer."""
    bjobs = tmp_path / "bjobs"
    bjobs.write_text(f"#!/bin/sh\n{script}\n")
    bjobs.chmod(0o755)
    command = [str(bjobs) if word == "bjobs" else word for word in lsf.list_jobs("ann", [])]
    assert subprocess.run(command, check=False, capture_output=True).returncode == code


def test_the_id_in_what_bsub_prints() -> None:
    """Guards the id against numbers that a site prints."""
    match = re.search(lsf.JOB_ID, "Project 12: ok\nJob <764254593> is submitted to queue <test>.")
    assert match is not None
    assert match["job_id"] == "764254593"


@pytest.mark.parametrize(
    ("written", "reason", "silent"),
    [
        ("7TT2: No such queue. Job not submitted.\n", "7TT2: No such queue", False),
        ("Too many processors requested. Job not submitted.\n",
         "Too many processors requested", False),
        (PLEASE_WAIT, "Cannot connect to LSF. Please wait ..", True),
        ("LSF is down. Please wait ...\n", "LSF is down. Please wait ..", True),
    ],
)  # fmt: skip
def test_refusals_and_silence(written: str, reason: str, silent: bool) -> None:
    """Guards bsub's own words, and the difference between a refusal and silence."""
    assert lsf.explain(written) == reason
    assert lsf.unreachable(written) == silent
    assert lsf.parse_jobs(written) == []


def test_commands() -> None:
    """Guards what is cancelled: all jobs of the name, and those whose name was changed."""
    assert lsf.cancel_jobs("ann", "dask-a", ["1", "2"]) == [
        ["bkill", "-u", "ann", "-J", "dask-a", "0"], ["bkill", "1", "2"],
    ]  # fmt: skip
    assert lsf.cancel_jobs("ann", "dask-a", []) == [["bkill", "-u", "ann", "-J", "dask-a", "0"]]
    assert lsf.submit_arguments("dask-a") == ["-J", "dask-a"]
    assert lsf.preflight("job.sh") == []
    assert lsf.parse_jobs("1|PEND") == []
    assert lsf.parse_jobs(BJOBS)[0].phase is Phase.ENDED


@pytest.mark.parametrize(
    ("walltime", "seconds"),
    [("30", 1800), ("00:30", 1800), ("24:00", 86400), ("1:30/host1", 5400), ("1:00:00", None)],
)
def test_time_limits(walltime: str, seconds: int | None) -> None:
    """Guards the core-hours and the workers' lifetime: LSF counts minutes."""
    assert lsf.seconds(walltime) == seconds
