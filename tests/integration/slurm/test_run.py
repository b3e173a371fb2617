"""``jupyter cluster-launcher run`` inside a job of SLURM, whose cluster is jobs of its own."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from desk import CONNECT, Desk
from notebooks import write_notebook
from real_server import wait_until
from real_slurm import RealSlurm
from tallgrass import SMALL

TALLGRASS = ("--platform", "tallgrass", "--workers", "2")
WHERE = "print(client.submit(lambda: __import__('os').environ['SLURM_JOB_ID']).result())"
# What the submitted job has must not be what its workers' jobs ask for.
RESOURCES = ("--ntasks=1", "--cpus-per-task=3", "--mem=2000", "--time=20")


@pytest.fixture
def desk(slurm: RealSlurm, tmp_path: Path) -> Desk:
    """A desk on a login node; what it leaves in the queue is cancelled afterwards."""
    return Desk(tmp_path)


def submit(desk: Desk, slurm: RealSlurm, *cells: str) -> str:
    """Submit a job that runs a notebook with these cells on SLURM; return the id of the job."""
    write_notebook(desk.notebook, *cells)
    options = [word for name, value in SMALL.items() for word in ("-o", f"{name}={value}")]
    script = "exec " + shlex.join(desk.command(*TALLGRASS, *options))
    said = ("--output", str(desk.folder / "said"), "--error", str(desk.folder / "said"))
    environment = {**desk.env(), "SLURM_CONF": str(slurm.layout.conf)}
    # The job has the environment of the command that submits it.
    variables = [f"{name}={value}" for name, value in environment.items()]
    sbatch = ("sbatch", "--parsable", *RESOURCES, *said, "--wrap", script)
    submitted = slurm.run("env", "-i", *variables, *sbatch)
    assert submitted.returncode == 0, submitted.stderr
    return submitted.stdout.strip()


def test_in_a_job(desk: Desk, slurm: RealSlurm) -> None:
    """Guards a nightly job: its workers are jobs beside it, its exit code is the notebook's."""
    job = submit(desk, slurm, CONNECT, WHERE)
    wait_until(lambda: not slurm.jobs(), "the job and the jobs of its workers have ended")
    said = (desk.folder / "said").read_text()
    ended = slurm.run("scontrol", "show", "job", job).stdout
    assert "JobState=COMPLETED" in ended, said
    assert "ExitCode=0:0" in ended
    (worker,) = desk.outputs()[1][0]["text"]
    assert int(worker) > int(job)
    asked = slurm.run("scontrol", "show", "job", worker.strip()).stdout
    assert "NumCPUs=1 " in asked
    assert "MinMemoryNode=500M" in asked or "MinMemoryNode=477M" in asked, asked
    assert not desk.records()


def test_a_job_that_is_cancelled(desk: Desk, slurm: RealSlurm) -> None:
    """Guards against jobs of workers that go on after scancel of the job that asked for them."""
    job = submit(desk, slurm, CONNECT, "import time\ntime.sleep(600)")
    said = desk.folder / "said"
    wait_until(lambda: said.exists() and "Executing" in said.read_text(), "the notebook runs")
    wait_until(lambda: len(slurm.jobs()) == 3, "the job and two of workers")
    slurm.run("scancel", job).check_returncode()
    wait_until(lambda: not slurm.jobs(), "no job is left")
    wait_until(lambda: not desk.records(), "no cluster is left")
    assert json.loads(desk.notebook.read_text())["cells"][0]["outputs"] == []
