"""How jobs are submitted, and what the user or the site gave for that."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from dask_jobqueue.htcondor import HTCondorJob
from dask_jobqueue.lsf import LSFJob
from dask_jobqueue.slurm import SLURMJob
from jobqueues import a_tracker

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.resident.jobqueue.jobs import Submission, tracked


def test_how_jobs_are_submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the id and the name of a job against a site's banner, directives and variables."""
    for name in ("SBATCH_OUTPUT", "SBATCH_ACCOUNT", "SBATCH_QOS", "SBATCH_PARTITION"):
        monkeypatch.setenv(name, "x")
    submission = Submission(
        arguments=["--parsable", "--job-name=cluster-abc"],
        job_id=r"^(?P<job_id>\d+)$",
        own_jobs=[],
        unset={
            "SBATCH_OUT*": [],
            "SBATCH_ACCOUNT": ["-A", "--account"],
            "SBATCH_PARTITION": ["-p"],
            "SBATCH_QOS": ["-q", "--qos"],
        },
    )
    job_class: Any = tracked(SLURMJob, a_tracker(), str(tmp_path), submission)
    job = job_class("tcp://x:1", name=0, cores=1, memory="1GB", account="sci", queue=None,
                    job_extra_directives=["--qos=long"])  # fmt: skip
    assert job.submit_command == "sbatch --parsable --job-name=cluster-abc"
    assert job.job_id_regexp == r"^(?P<job_id>\d+)$"
    left = {name for name in os.environ if name.startswith("SBATCH_")}
    assert left == {"SBATCH_PARTITION"}, "only what the script does not say is left to a variable"


@pytest.mark.parametrize(
    ("listing", "job_id"),
    [
        ("echo 'cluster-abc|11\ncluster-abc|12\nother|2026'", "12"),
        ("exit 1", "2026"),
        ("true", "2026"),
    ],
)
async def test_a_number_that_is_not_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listing: str, job_id: str
) -> None:
    """Guards a healthy job whose site ends the output of sbatch with a number of its own."""
    for name, script in {"sbatch": "echo 11\necho '12;big'\necho 2026", "squeue": listing}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    tracker = a_tracker(w9="11")
    submission = Submission(arguments=[], job_id=slurm.JOB_ID, own_jobs=["squeue"], unset={})
    job_class: Any = tracked(SLURMJob, tracker, str(tmp_path), submission)
    await job_class("tcp://x:1", name=0, cores=1, memory="1GB").start()
    assert [entry["id"] for entry in tracker.entries] == ["11", job_id]


@pytest.mark.filterwarnings("ignore:.*has been renamed:FutureWarning")
@pytest.mark.parametrize(
    ("directives", "commands", "arguments"),
    [
        ("job-extra-directives", "job-script-prologue", "worker-extra-args"),
        ("job-extra", "env-extra", "extra"),  # before dask-jobqueue 0.8
    ],
)
def test_what_a_site_configured(
    tmp_path: Path, directives: str, commands: str, arguments: str
) -> None:
    """Guards a site's own settings against what a launch adds to them."""
    site = {
        directives: ["--comment=site", "--constraint=knl"],
        commands: ["module load conda"],
        arguments: ["--resources", "A=1"],
    }
    with dask.config.set({f"jobqueue.slurm.{key}": value for key, value in site.items()}):
        job_class: Any = tracked(SLURMJob, a_tracker(), str(tmp_path))
        size = {"cores": 1, "memory": "1GB"}
        plain = job_class("tcp://x:1", name=0, **size).job_script()
        more = job_class(
            "tcp://x:1",
            name=1,
            **size,
            job_extra_directives=["--constraint=big"],
            job_script_prologue=["export A=1", "module load conda"],
            worker_extra_args=["--resources", "A=2"],
        ).job_script()
    assert "--resources A=1 --no-dashboard" in plain
    assert "module load conda" in plain
    assert "#SBATCH --constraint=knl" in plain
    assert "#SBATCH --comment=site" in more
    assert "#SBATCH --constraint=big" in more
    assert "--constraint=knl" not in more
    assert more.count("module load conda") == 1
    assert "export A=1" in more
    assert "--resources A=1 --resources A=2 --no-dashboard" in more


def test_how_jobs_are_submitted_to_htcondor(tmp_path: Path) -> None:
    """Guards HTCondor, whose class makes its own submit command and has a mapping of directives."""
    submission = Submission(
        arguments=["-batch-name", "cluster-abc"], job_id=None, own_jobs=[], unset={}
    )
    job_class: Any = tracked(HTCondorJob, a_tracker(), str(tmp_path), submission)
    site = {"jobqueue.htcondor.job-extra-directives": {"requirements": "A", "rank": "B"}}
    with dask.config.set(site):
        job = job_class(
            "tcp://x:1", name=0, cores=1, memory="1GB", disk="1GB", submit_command_extra=["-spool"],
            job_extra_directives={"rank": "C"},
        )  # fmt: skip
    assert job.submit_command == "condor_submit -spool -batch-name cluster-abc"
    assert job._job_id_from_submit_output("1 job(s) submitted to cluster 123.") == "123.0"
    script = job.job_script()
    assert "requirements = A\n" in script
    assert "rank = C\n" in script


async def test_why_lsf_refused_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards bsub's words, which dask-jobqueue sends to /dev/null."""
    bsub = tmp_path / "bsub"
    bsub.write_text(
        '#!/bin/sh\necho "nosuch: No such queue. Job not submitted. $*" >&2\nexit 255\n'
    )
    bsub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    tracker = a_tracker()
    submission = Submission(arguments=["-J", "cluster-abc"], job_id=None, own_jobs=[], unset={})
    job_class: Any = tracked(LSFJob, tracker, str(tmp_path), submission)
    await job_class("tcp://x:1", name=0, cores=1, memory="1GB", use_stdin=True).start()
    error = tracker.entries[0]["error"] or ""
    assert error.endswith("nosuch: No such queue. Job not submitted. -J cluster-abc\n\n")


def test_blanks_in_paths(tmp_path: Path) -> None:
    """Guards a home with blanks: each path is one word in the directives and in the command."""
    home = tmp_path / "Ann's home"
    python = home / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    files = {"ca_file": f"{home}/ca", "key": f"{home}/key", "ciphers": "A B"}
    security: Any = SimpleNamespace(get_tls_config_for_role=lambda role: files)
    job_class: Any = tracked(SLURMJob, a_tracker(), str(tmp_path))
    job = job_class("tls://x:1", name=0, cores=1, memory="1GB", python=str(python),
                    log_directory=f"{home}/jobs", local_directory="$TMPDIR/a b",
                    security=security)  # fmt: skip
    words = [shlex.split(line) for line in job.job_header.splitlines()]
    assert ["#SBATCH", "-o", f"{home}/jobs/cluster-abc-%J.out"] in words
    assert ["#SBATCH", "-e", f"{home}/jobs/cluster-abc-%J.err"] in words
    command = shlex.split(job._command_template)
    assert command[:2] == [str(python), "-m"]
    assert command[command.index("--local-directory") + 1] == "$TMPDIR/a b"
    assert command[command.index("--tls-ca-file") + 1] == f"{home}/ca"
    assert command[command.index("--tls-key") + 1] == f"{home}/key"
    assert "$TMPDIR" in job._command_template, "the job's shell expands it"


def test_a_home_that_a_shell_would_change(tmp_path: Path) -> None:
    """Guards a home with dollar signs and backticks: the job's shell reads it as it stands."""
    home = tmp_path / "a$nosuch ${HOME} `id` $(id) {b,c} \\ *"
    home.mkdir()
    for name in ("python", "ca", "key"):
        (home / name).touch()
    files = {"ca_file": f"{home}/ca", "key": f"{home}/key"}
    security: Any = SimpleNamespace(get_tls_config_for_role=lambda role: files)
    job_class: Any = tracked(SLURMJob, a_tracker(), str(tmp_path))
    job = job_class("tls://x:1", name=0, cores=1, memory="1GB", python=f"{home}/python",
                    log_directory=f"{home}/jobs", local_directory="$TMPDIR/x",
                    security=security)  # fmt: skip
    words = [shlex.split(line) for line in job.job_header.splitlines()]
    assert ["#SBATCH", "-o", f"{home}/jobs/cluster-abc-%J.out"] in words
    shell = f"printf '%s\\0' {job._command_template}"
    env = {"PATH": os.environ["PATH"], "HOME": "/elsewhere", "TMPDIR": "/fast"}
    done = subprocess.run(["bash", "-c", shell], check=True, capture_output=True, env=env)
    read = done.stdout.decode().split("\0")
    assert read[0] == f"{home}/python"
    for option, path in {
        "--tls-ca-file": f"{home}/ca", "--tls-key": f"{home}/key", "--local-directory": "/fast/x",
    }.items():  # fmt: skip
        assert read[read.index(option) + 1] == path
