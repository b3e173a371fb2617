"""Jobs from their submission to their end."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from dask_jobqueue.slurm import SLURMJob
from distributed.core import Status
from jobqueues import LIFETIME, FakeJob, FakeJobqueueCluster, QuietJob, a_job, a_tracker

from jupyter_cluster_launcher.resident.jobqueue.jobs import tracked
from jupyter_cluster_launcher.resident.jobqueue.shell import (
    NO_PAGES,
    PRIVATE,
    worker_arguments,
)
from jupyter_cluster_launcher.resident.jobqueue.workers import workers_per_job
from jupyter_cluster_launcher.resident.protocols import DummyJob


@pytest.mark.parametrize(("arguments", "pages"), [([], False), (["--dashboard-address :0"], True)])
def test_pages_of_workers(
    arguments: list[str], pages: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the dashboards that a user turns on, and others' against the users of their nodes."""
    monkeypatch.setenv(NO_PAGES, "[]")
    a_job(a_tracker(), tmp_path, worker_extra_args=arguments)
    assert (NO_PAGES not in os.environ) == pages


async def test_a_job_is_submitted_and_closed(tmp_path: Path) -> None:
    """Guards the record of an ordinary job: its name, its id, and whether it was wanted."""
    tracker = a_tracker()
    job = a_job(tracker, tmp_path, job_name="mine", worker_extra_args=["--resources", "A=1"])
    assert type(job).__name__ == "QuietJob"
    assert job.job_name == "cluster-abc", "it is found by this name"
    script = job.job_script()
    assert (
        "--resources A=1 --no-dashboard --dashboard-address 127.0.0.1:0 --lifetime 180s" in script
    )
    await job.start()
    (entry,) = tracker.entries
    assert (entry["worker"], entry["id"], entry["closed"]) == ("0", "11", False)
    job._cluster = lambda: SimpleNamespace(worker_spec={0: {}})
    await job.close()
    assert (entry["closed"], entry["lost"], job.status) == (True, True, Status.closed)
    assert (tmp_path / "cancelled-ids").read_text() == "11\n"
    job._cluster = lambda: SimpleNamespace(worker_spec={})
    await job.close()
    assert entry["lost"], "its cluster was closed later"
    other = a_job(tracker, tmp_path)
    await other.start()
    other._cluster = job._cluster
    await other.close()
    assert not tracker.entries[1]["lost"], "it was closed on purpose"


def test_a_directory_that_is_gone_stays_away(tmp_path: Path) -> None:
    """Guards against one that only a controller writes, which no later server removes."""
    directory = tmp_path / "cluster"
    logs = directory / "jobs"
    with dask.config.set({"jobqueue.slurm.log-directory": str(logs)}):
        a_job(a_tracker(), directory)
        assert not directory.exists()
        directory.mkdir()
        a_job(a_tracker(), directory)
        assert logs.is_dir()


def test_the_size_of_a_job_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a file in the home directory that is written at each poll."""
    cluster, reads = FakeJobqueueCluster(0, processes=2), list[DummyJob]()

    def read(self: FakeJobqueueCluster) -> DummyJob:
        reads.append(FakeJob(2))
        return reads[-1]

    del cluster._dummy_job
    monkeypatch.setattr(FakeJobqueueCluster, "_dummy_job", property(read), raising=False)
    assert [workers_per_job(cluster) for _ in range(3)] == [2, 2, 2]
    assert len(reads) == 1


async def test_ids_outlive_the_controller(tmp_path: Path) -> None:
    """Guards pending jobs of a controller that was killed before it reported them."""
    for _ in range(2):
        await a_job(a_tracker(), tmp_path).start()
    assert (tmp_path / "job-ids").read_text().split() == ["11", "11"]


async def test_the_cancel_command_outlives_the_controller(tmp_path: Path) -> None:
    """Guards jobs of a batch system of which the server knows nothing else."""
    job = a_job(a_tracker(), tmp_path)
    job.cancel_command = "oardel"
    await job.start()
    assert (tmp_path / "cancel-command").read_text() == "oardel"


async def test_a_full_disk_is_no_refusal(tmp_path: Path) -> None:
    """Guards a job that runs and counts as rejected, because its id could not be noted."""
    tracker = a_tracker()
    job = a_job(tracker, tmp_path)
    job.directory = str(tmp_path / "gone")
    await job.start()
    assert (tracker.entries[0]["id"], tracker.entries[0]["error"]) == ("11", None)


async def test_a_job_that_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a refusal that is not shown, and a second close that waits for ever."""
    monkeypatch.setattr(QuietJob, "refusal", RuntimeError("Invalid partition"))
    tracker = a_tracker()
    job = a_job(tracker, tmp_path)
    assert job.job_name == "cluster-abc"
    await job.start()
    assert tracker.entries[0]["error"] == "Invalid partition"
    assert job.status == Status.running
    assert capsys.readouterr().err == "Invalid partition\n"
    for _ in range(2):
        with pytest.raises(ValueError, match="no job id"):
            await job.close()
        assert job.status == Status.closed


async def test_a_job_that_is_closed_while_it_is_submitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a job that runs on because sbatch answered after the close."""
    gate = asyncio.Event()
    monkeypatch.setattr(QuietJob, "gate", gate)
    job = a_job(a_tracker(), tmp_path)
    starting = asyncio.ensure_future(job.start())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="no job id"):
        await job.close()
    gate.set()
    await starting
    assert job.cancelled
    assert (tmp_path / "cancelled-ids").read_text() == "11\n", "no server tries it again"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file while which is there, jobs can be submitted and not cancelled."""
    silent = tmp_path / "silent"
    for name, script in {"sbatch": "echo 11", "scancel": f"[ ! -e {silent} ]"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return silent


@pytest.mark.parametrize(
    ("worked", "works", "wanted", "over"),
    [
        (False, False, False, False),  # in the queue
        (True, True, False, False),
        (True, False, False, True),  # its worker was retired: it ended by itself
        (False, False, True, True),  # Dask noticed that its worker has gone
    ],
)
async def test_a_job_that_is_not_cancelled(
    site: Path, tmp_path: Path, worked: bool, works: bool, wanted: bool, over: bool
) -> None:
    """Guards against a job that counts as cancelled and goes on: dask-jobqueue hides the failure.

    One that has ended fails likewise, and is not to be looked for after the stop.
    """
    cluster, tracker = FakeJobqueueCluster(0), a_tracker()
    job_class: Any = tracked(SLURMJob, tracker, str(tmp_path))
    job = job_class("tcp://x:1", name=0, cores=1, memory="1GB")
    await job.start()
    job._cluster = lambda: cluster
    tracker.worked |= {"0"} if worked else set()
    if not works:
        cluster.scheduler.workers.clear()
    if not wanted:
        cluster.worker_spec.clear()
    site.touch()
    await job.close()
    note = tmp_path / "cancelled-ids"
    assert note.exists() == over
    assert (tracker.entries[0]["closed"], job.status) == (True, Status.closed)
    site.unlink()
    await job.close()
    assert note.read_text().split()[-1] == "11"


async def test_a_job_that_was_never_started_can_be_closed(tmp_path: Path) -> None:
    """Guards against an error where a launch is stopped before its first job."""
    job = a_job(a_tracker(), tmp_path)
    job.job_id = "11"
    await job.close()
    assert job.status == Status.closed


@pytest.mark.parametrize(
    ("own", "arguments"),
    [
        ([], [*PRIVATE, *LIFETIME]),
        (["--lifetime", "4s"], ["--lifetime", "4s", *PRIVATE]),
        (["--dashboard-address :1"], ["--dashboard-address :1", *LIFETIME]),
        (["--dashboard"], ["--dashboard", *LIFETIME]),
    ],
)
def test_what_the_user_gave_holds(own: list[str], arguments: list[str]) -> None:
    """Guards against overriding a lifetime or an address that the user chose."""
    assert worker_arguments(own, LIFETIME) == arguments


def test_a_script_goes_with_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a file in /tmp for each controller that is killed while it submits."""
    temporary, scripts = tmp_path / "tmp", tmp_path / "sockets"
    temporary.mkdir()
    scripts.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    job = a_job(a_tracker(), tmp_path)
    job.tracker.scripts = str(scripts)
    with job.job_file() as path:
        assert Path(path).parent == scripts
        assert Path(path).read_text() == job.job_script()
    assert not list(scripts.iterdir())
    scripts.rmdir()  # as a site clears /tmp
    with job.job_file() as path:
        assert Path(path).parent == temporary
