"""PBS's texts.

The paragraphs of ``qstat -f`` were written by PBS Professional and Torque. They are shortened,
with other names, from what the tests of AiiDA (aiidateam/aiida-core, ``tests/schedulers``) and
MAVIS (bcgsc/mavis, ``tests``) captured. Errors are as AiiDA's ``pbspro`` plugin and Equinor's ert
(``test_openpbs_driver.py``) quote them.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from jupyter_cluster_launcher.backends.batch import pbs
from jupyter_cluster_launcher.jobs import Phase

QSTAT = """\
Job Id: 68350.mycluster
    Job_Name = cell-Qnormal
    Job_Owner = ann@mycluster.cluster
    job_state = Q
    queue = Q_express
    Error_Path = mycluster.cluster:/scratch/ann/cptest/scaletest/PTOs
\tcaletest/testjob.err
    Resource_List.walltime = 01:00:00
    substate = 10
    Variable_List = PBS_O_SYSTEM=Linux,PBS_O_SHELL=/bin/bash,
\tPBS_O_LOGNAME=ann,
\tPBS_O_HOST=mycluster.cluster
    comment = Not Running: Node is in an ineligible state: offline
    Submit_arguments = job-PTO64cell-Qnormal.6.15.1.64.4
    project = _pbs_project_default

Job Id: 69301.mycluster
    Job_Name = Cu-dbp
    Job_Owner = ann@mycluster.cluster
    resources_used.walltime = 64:26:16
    job_state = R
    exec_host = b141/0*16+b142/0*16+b143/0*16+b144/0*16
    exec_vnode = (b141:ncpus=16)+(b142:ncpus=16)+(b143:ncpus=16)+(b144:ncpus=16
\t)
    Resource_List.walltime = 72:00:00
    stime = Sat Apr 20 01:36:59 2013
    Variable_List = SSH_ASKPASS=/usr/libexec/openssh/gnome-ssh-askpass,
\tmodule=() {  eval `/usr/bin/modulecmd bash $*`,},
\tPBS_O_HOST=mycluster.cluster
    comment = Job run at Sat Apr 20 at 01:36 on (b141:ncpus=16)+(b142:ncpus=16)
\t+(b143:ncpus=16)+(b144:ncpus=16)
    project = _pbs_project_default

Job Id: 69302.mycluster
    Job_Name = Cu-dbp
    Job_Owner = ann@mycluster.cluster
    job_state = H
    Hold_Types = s
    Resource_List.walltime = 72:00:00
"""

TORQUE = """\
Job Id: 9.torque01.example
    Job_Name = subtest.sh
    Job_Owner = ann@torque01.example
    resources_used.walltime = 00:01:00
    job_state = C
    Error_Path = torque01.example:/scratch/validations/workspa
\tce/ann/temp/subtest.sh.e9
    exec_host = torque01.example/0
    Resource_List.walltime = 01:00:00
    comment = Job started on Tue May 29 at 09:37
    exit_status = 0
    start_time = Tue May 29 09:37:01 2018
    comp_time = Tue May 29 09:38:01 2018

Job Id: 48[1].torque01.example
    Job_Name = annotate-1
    job_state = C
    comment = Job 48[].torque01.example deleted because its dependency of arr
\tay 43[].torque01.example can never be satisfied
    exit_status = 271
"""

FINISHED = """\
qstat: Unknown Job Id 10000.pbs01
Job Id: 12345.pbs01
    Job_Name = ocean
    job_state = F
    Exit_status = 271
    comment = job killed: vmem 192GB exceeded limit 190GB
    resources_used.mem = 186465316kb
"""


def test_jobs_of_all_phases() -> None:
    """Guards waiting, running and held jobs, and values that go on in the next line."""
    queued, running, held = pbs.parse_jobs(QSTAT)
    assert (queued.id, queued.name, queued.phase) == ("68350", "cell-Qnormal", Phase.QUEUED)
    assert (queued.state, queued.reason) == ("Q", "Node is in an ineligible state: offline")
    assert (running.phase, running.reason, running.node) == (Phase.RUNNING, "", "b141")
    assert running.start is not None
    assert running.end is not None
    assert (running.end - running.start).total_seconds() == 72 * 3600
    assert (held.phase, held.state, held.reason) == (Phase.QUEUED, "H", "held")


def test_limits_that_ended_jobs() -> None:
    """Guards against a second launch with the same limit, and against one for another reason."""
    job = "Job Id: 9.s\n    job_state = F\n    Exit_status = {}\n"
    limit = "    Resource_List.walltime = 01:00:00\n    resources_used.walltime = {}\n"

    def of(code: int, used: str = "00:10:00") -> str:
        return pbs.parse_jobs(job.format(code) + limit.format(used))[0].limit

    assert [of(-29), of(-27), of(-26), of(271)] == ["time", "memory", "memory", ""]
    assert [of(271, "01:00:03"), of(0, "01:00:03")] == ["time", ""]
    assert pbs.parse_jobs(FINISHED)[0].limit == "memory"


def test_how_jobs_ended() -> None:
    """Guards the exit code, which PBS and Torque spell differently."""
    good, bad = pbs.parse_jobs(TORQUE)
    assert (good.phase, good.state, good.exit_code, good.orderly) == (
        Phase.ENDED, "ended", "0", True,
    )  # fmt: skip
    assert (bad.id, bad.state, bad.exit_code, bad.failed) == ("48", "failed", "271", True)
    assert bad.reason == (
        "Job 48[].torque01.example deleted because its dependency of array "
        "43[].torque01.example can never be satisfied"
    )
    (killed,) = pbs.parse_ended(FINISHED)
    assert (killed.id, killed.exit_code) == ("12345", "271")
    assert killed.reason == "job killed: vmem 192GB exceeded limit 190GB"
    assert pbs.ended_jobs({"a": ["1", "2"], "b": ["3"]}) == [["qstat", "-x", "-f", "1", "2", "3"]]


def test_no_history() -> None:
    """Guards against queries for ever where nothing more will be known."""
    assert pbs.no_accounting("qstat: PBS is not configured to maintain job history\n")
    assert pbs.no_accounting("qstat: Unknown Job Id 10000.pbs01\n")
    assert not pbs.no_accounting(QSTAT)


@pytest.mark.parametrize(
    ("written", "job_id"),
    [
        ("7609762.imgt1\n", "7609762"),
        ("Project 12 has 300 hours left\n141.torque01.example\n", "141"),
        ("549159\n", "549159"),
    ],
)
def test_the_id_in_what_qsub_prints(written: str, job_id: str) -> None:
    """Guards the id against numbers that a site prints."""
    match = re.search(pbs.JOB_ID, written)
    assert match is not None
    assert match["job_id"] == job_id


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("selected", "shown", "code"),
    [("", "exit 9", 0), ("echo 1.s; echo 2.s", "exit 153", 0), ("echo 1.s", "exit 35", 0),
     ("echo 1.s", "exit 2", 2), ("exit 3", "", 3)],
)  # fmt: skip
def test_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, selected: str, shown: str, code: int
) -> None:
    """Guards against all users' jobs where there are none, and jobs that end meanwhile."""
    log = tmp_path / "log"
    programs(tmp_path, monkeypatch, qselect=selected, qstat=f'echo "$@" >>{log}; {shown}')
    done = subprocess.run(pbs.list_jobs("ann", []), check=False)
    assert done.returncode == code
    assert log.exists() == selected.startswith("echo")
    if log.exists():
        assert log.read_text().split()[:2] == ["-f", "1.s"]


def test_cancelling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards jobs whose ids were never learned, and against qdel without a job."""
    log = tmp_path / "log"
    qselect = f'echo "$@" >>{log}; [ $4 = dask-a ] && echo 7.s; exit 0'
    programs(tmp_path, monkeypatch, qselect=qselect, qdel=f'echo qdel "$@" >>{log}')
    for command in (*pbs.cancel_jobs("ann", "dask-a", ["12"]), *pbs.cancel_jobs("ann", "b", [])):
        subprocess.run(command, check=True)
    assert log.read_text().splitlines() == [
        "-u ann -N dask-a", "qdel 7.s 12", "-u ann -N b",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "reason", "silent"),
    [
        ("qsub: Unknown queue\n", "Unknown queue", False),
        ("qsub: Job violates queue and/or server resource limits\n",
         "Job violates queue and/or server resource limits", False),
        ("pbs_iff: cannot connect to host\npbs_iff: all reserved ports in use\n",
         "pbs_iff: cannot connect to host; pbs_iff: all reserved ports in use", True),
        ("Connection refused\nqstat: cannot connect to server pbs01 (errno=15010)\n",
         "Connection refused; cannot connect to server pbs01 (errno=15010)", True),
    ],
)  # fmt: skip
def test_refusals_and_silence(written: str, reason: str, silent: bool) -> None:
    """Guards qsub's own words, and the difference between a refusal and silence."""
    assert pbs.explain(written) == reason
    assert pbs.unreachable(written) == silent
    assert pbs.parse_jobs(written) == []


@pytest.mark.parametrize(
    ("walltime", "seconds"),
    [("3600", 3600), ("90:00", 5400), ("01:30:00", 5400), ("48:00:00", 172800), ("1-0", None)],
)
def test_time_limits(walltime: str, seconds: int | None) -> None:
    """Guards the core-hours and the workers' lifetime."""
    assert pbs.seconds(walltime) == seconds


def test_nothing_to_ask_beforehand() -> None:
    """Guards against a made-up verdict: PBS cannot test a job."""
    assert pbs.preflight("job.sh") == []
    assert pbs.submit_arguments("dask-a") == ["-N", "dask-a"]
