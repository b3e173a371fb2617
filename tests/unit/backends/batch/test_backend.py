"""What a row says of its jobs, from what the controller booked and the batch system answered."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from jupyter_cluster_launcher.backends.batch import backend as batch
from jupyter_cluster_launcher.backends.batch.queue import Answer
from jupyter_cluster_launcher.backends.batch.system import Job, Phase
from jupyter_cluster_launcher.clusters import preflight
from jupyter_cluster_launcher.models import Cluster, NotAvailableError, Report, State
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.platforms.files import Platform

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
PLATFORMS = Path(platforms.__file__).parent / "data"


def entry(job_id: str | None, **changes: Any) -> dict[str, Any]:
    """What a controller books of a job."""
    plain = {"id": job_id, "worker": "w", "closed": False, "lost": False, "ended": False}
    return {**plain, "error": None, **changes}


def cluster(state: State = State.RUNNING, *jobs: dict[str, Any], **changes: Any) -> Cluster:
    """A cluster with booked jobs."""
    made = Cluster(
        id="0a1b2c", name="T 1", platform="tallgrass", platform_title="T", kernel_name="python3",
        cwd=None, create="", requested=2, batch="slurm", report=Report(jobs=list(jobs)),
    )  # fmt: skip
    return replace(made, state=state, **changes)


def job(job_id: str, phase: Phase, state: str, **more: Any) -> Job:
    """A job as the batch system tells it."""
    return Job(job_id, "dask-0a1b2c", phase, state, **more)


def site(folder: Path, monkeypatch: pytest.MonkeyPatch, **programs: str) -> None:
    """Put shell scripts in the place of a batch system's programs."""
    for name, script in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.fixture
def tallgrass() -> Platform:
    (found,) = [p for p in platforms.find([str(PLATFORMS)])[0] if p.name == "tallgrass"]
    return found


def test_jobs_that_nobody_wants_any_more_are_not_missed() -> None:
    """Guards scaling down: a job that we cancelled is no failure, one that was lost is."""
    row = cluster(State.RUNNING, entry("1", closed=True), entry("2", closed=True, lost=True))
    answer = Answer(
        (job("1", Phase.ENDED, "CANCELLED"), job("2", Phase.ENDED, "NODE_FAIL", failed=True))
    )
    truth = batch.truth(row, answer, NOW)
    assert truth["failed"] == 1
    assert [shown["id"] for shown in truth["jobs"]] == ["2"]
    assert truth["ended"] == ["2"]
    assert "NODE_FAIL" in truth["endings"]


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
    """Guards "1 failed" for a worker that ended by itself before its time limit."""
    truth = batch.truth(cluster(State.RUNNING, entry("1")), Answer((end,)), NOW)
    assert truth["failed"] == failed
    assert end.state in truth["endings"]
    assert truth["ended"] == ["1"]


def test_a_job_that_nobody_booked_is_shown() -> None:
    """Guards the submission that was given up and accepted: it is in the queue, so in the row."""
    truth = batch.truth(cluster(), Answer((job("7", Phase.QUEUED, "PENDING"),)), NOW)
    assert truth["open"] == 1
    assert truth["queued"] == 1
    assert truth["ended"] == []


def test_an_ending_outlives_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards a new server: what a job ended with stands in the record, SLURM has forgotten it."""
    site(tmp_path, monkeypatch, squeue="", sacct="")

    async def story() -> None:
        row = cluster(State.RUNNING, entry("13"))
        end = job("13", Phase.ENDED, "FAILED", reason="R", exit_code="3:0", failed=True)
        row = replace(row, queue=batch.truth(row, Answer((end,)), NOW))
        row = Cluster.from_dict(json.loads(json.dumps(row.to_dict())))
        heard: list[dict[str, Any]] = []
        jobs = batch.Batch(interval=0.05)
        jobs.follow(lambda: [row], lambda cluster_id, queue: heard.append(queue))
        jobs.wake(row)
        while not heard:
            await asyncio.sleep(0.01)
        await jobs.stop()
        assert heard[0]["jobs"] == row.queue["jobs"]
        assert heard[0]["failed"] == 1

    asyncio.run(story())


def test_silence_stands_in_the_row() -> None:
    """Guards a batch system that is down: the words say so, the jobs stay as they were."""
    running = job("1", Phase.RUNNING, "RUNNING", end=NOW + timedelta(hours=1))
    row = cluster(State.RUNNING, entry("1"))
    truth = batch.truth(row, Answer((running,), "SLURM does not answer (why)."), NOW)
    assert truth["words"] == "SLURM does not answer (why)."
    assert truth["expires"] == "2026-11-23T13:00:00+00:00"
    assert truth["silent"]


@pytest.mark.parametrize(
    ("state", "button"),
    [(State.LOST, "Clean up"), (State.FAILED, "Dismiss"), (State.CLOSED, "Dismiss")],
)
def test_what_is_left_is_named(state: State, button: str) -> None:
    """Guards the offer to cancel: how many jobs, where, and what to press."""
    one = cluster(state, message="It ended.", queue={"open": 1})
    assert batch.message(one) == (
        f"It ended. 1 job of it is still in the queue of SLURM: {button} cancels it."
    )
    two = cluster(state, queue={"open": 2})
    assert batch.message(two) == (
        f"2 jobs of it are still in the queue of SLURM: {button} cancels them."
    )
    assert batch.message(cluster(state, message="It ended.", queue={"open": 0})) == "It ended."


def test_what_cannot_be_cancelled_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the stop against cancelling for ever what is not ours to cancel."""
    denied = "scancel: error: Kill job error on job id 13: Access/permission denied"
    site(
        tmp_path,
        monkeypatch,
        squeue="echo '13|RUNNING|None|N/A|N/A|0|n1|dask-0a1b2c|'",
        scancel=f"echo {denied}; exit 1",
    )

    async def story() -> None:
        jobs = batch.Batch(interval=0.01, limit=0)
        with pytest.raises(NotAvailableError) as told:
            await jobs.cancel(cluster(State.CLOSING), wait=True)
        await jobs.stop()
        assert str(told.value) == (
            "SLURM did not cancel all jobs of this cluster: "
            "Kill job error on job id 13: Access/permission denied."
        )

    asyncio.run(story())


def test_what_slurm_is_ending_is_no_more_to_cancel() -> None:
    """Guards the offer to cancel against jobs that were cancelled, and do not end."""
    ending = job("13", Phase.RUNNING, "COMPLETING", node="n1", ending=True)
    row = cluster(State.FAILED, message="M.")
    row = replace(row, queue=batch.truth(row, Answer((ending,)), NOW))
    assert batch.message(row) == (
        "M. SLURM is still ending a part of it: Job 13: COMPLETING on n1."
    )
    both = Answer((ending, job("14", Phase.QUEUED, "PENDING")))
    row = replace(row, queue=batch.truth(row, both, NOW))
    assert batch.message(row) == (
        "M. SLURM is still ending a part of it: Job 13: COMPLETING on n1. "
        "1 job of it is still in the queue of SLURM: Dismiss cancels it."
    )


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        (cluster(State.STARTING, entry("1")), False),
        (cluster(State.RUNNING, entry("1")), True),
        (cluster(State.RUNNING, entry("1", closed=True), queue={"open": 0}), False),
        (cluster(State.RUNNING, queue={"open": 1}), True),
        (cluster(State.FAILED), True),
        (cluster(State.FAILED, queue={"open": 0}), False),
        (cluster(State.LOST, queue={"open": 0, "silent": True}), True),
        (cluster(State.ELSEWHERE, entry("1")), False),
        (cluster(State.RUNNING, entry("1"), batch=None), False),
    ],
)
def test_nothing_is_asked_in_vain(row: Cluster, asked: bool) -> None:
    """Guards the batch system: it is asked of clusters that may have jobs there, and no others."""
    assert batch.may_have_jobs(row) is asked


def test_refusals_are_told_once() -> None:
    """Guards ten refused jobs with one reason, and those that are wanted no more."""
    error = "stderr:\nsbatch: error: Batch job submission failed: Invalid qos specification\n"
    row = cluster(
        State.RUNNING,
        *[entry(None, error=error)] * 10,
        entry(None, error="stderr:\nsbatch: error: old\n", closed=True),
    )
    assert batch.refusals(row) == ["SLURM refused the jobs: Invalid qos specification."]


def test_settings_of_the_jobs(tallgrass: Platform) -> None:
    """Guards what the controller is told: the name by which jobs are found, and the lifetime."""
    settings = batch.settings(tallgrass, {"walltime": "00:30:00"}, Path("/x/0a1b2c"))
    assert settings["job_name"] == "dask-0a1b2c"
    assert settings["unit"] == "jobs"
    assert settings["lifetime"] == ["--lifetime", "1620s", "--lifetime-stagger", "90s"]


def test_doubts(tallgrass: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the questions before a launch: about the login node, and about the interface."""
    monkeypatch.setattr(preflight, "interfaces", lambda: {"lo": "127.0.0.1", "ib0": "10.0.0.1"})
    monkeypatch.setenv("SLURM_JOB_ACCOUNT", "sci")
    assert preflight.doubts(tallgrass, {}) == []
    monkeypatch.delenv("SLURM_JOB_ACCOUNT")
    (login,) = preflight.doubts(tallgrass, {})
    assert "are you on the login node?" in login
    _, interface = preflight.doubts(tallgrass, {"interface": "ib1"})
    assert "Choose one that the workers reach too: lo (127.0.0.1), ib0 (10.0.0.1)." in interface


def test_a_batch_system_that_nobody_knows(tallgrass: Platform) -> None:
    """Guards an administrator's typing error: the platform is greyed, the file is named."""
    assert batch.unknown_batch_system(tallgrass) is None
    wrong = Platform("x", Path("/etc/x.yaml"), {**tallgrass.data, "batch": "slrum"})
    assert batch.unknown_batch_system(wrong) == (
        "There is no batch system 'slrum'. Correct the line batch: in /etc/x.yaml."
    )
