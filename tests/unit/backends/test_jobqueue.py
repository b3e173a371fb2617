"""Clusters of dask-jobqueue on a batch system that no module describes."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from batch_rows import NOW, cluster, submission
from fakes import context, site

from jupyter_cluster_launcher.backends import Backends, jobqueue, kind_of
from jupyter_cluster_launcher.backends.batch import jobs as batch_jobs
from jupyter_cluster_launcher.backends.jobqueue import JobqueueBackend
from jupyter_cluster_launcher.controller.guarded_files import read_text
from jupyter_cluster_launcher.errors import NotAvailableError
from jupyter_cluster_launcher.models import Cluster, Report, State

# As dask-jobqueue raises it; oarsub writes its reason to standard output.
RAISED = (
    "Command exited with non-zero exit code.\nExit code: 1\nCommand:\noarsub x\n"
    "stdout:\n[ADMISSION RULE] There is no queue nosuch.\nstderr:\n\n"
)
ONCE_MORE = "Dismiss tries once more, then leaves them to the batch system."


def row(state: State = State.RUNNING, *ids: str, **changes: object) -> Cluster:
    return cluster(state, *map(submission, ids), kind="jobqueue", batch=None, **changes)


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ({"module": "dask_jobqueue", "class": "OARCluster"}, "jobqueue"),
        ({"module": "dask_jobqueue.moab", "class": "MoabCluster"}, "jobqueue"),
        ({"module": "dask_jobqueue", "class": "SLURMCluster", "batch": "slurm"}, "batch"),
        ({"module": "a_site", "class": "Cluster", "kind": "jobqueue"}, "jobqueue"),
        ({"module": "dask_jobqueue_site", "class": "Cluster"}, "remote"),
    ],
)
def test_the_kind(entries: dict[str, str], kind: str) -> None:
    """Guards how a platform of dask-jobqueue without ``batch:`` is recognized."""
    platform = site(**entries)
    assert kind_of(platform) == kind
    assert Backends(context()).unavailable(platform) is None


def test_a_refusal_is_the_submit_commands_words() -> None:
    """Guards the reason also where the command writes it to standard output."""
    backend = JobqueueBackend(context())
    assert backend.explain(row(), "SubmissionError", RAISED) == (
        "The batch system rejected the jobs: [ADMISSION RULE] There is no queue nosuch."
    )
    partly = Report(jobs=(submission("1"), submission(None, error=RAISED)))
    assert backend.status(row(report=partly), NOW).warnings == (
        "The batch system rejected 1 of 2 jobs: [ADMISSION RULE] There is no queue nosuch.",
    )


def test_summary() -> None:
    """Guards what a launch requests in total, without core-hours: the time limit is not known."""
    entries = {"module": "dask_jobqueue", "class": "OARCluster"}
    platform = site(**entries, kwargs={"cores": 2, "memory": "4GB", "walltime": "01:00:00"})
    launch = row(requested=3, scaling=replace(row().scaling, unit="jobs"))
    text = JobqueueBackend(context()).summary(platform, launch)
    assert text == "3 jobs × 2 cores, 4 GB = 6 cores, 12 GB"  # noqa: RUF001


def test_waiting_for_workers() -> None:
    """Guards the idle timer against a cluster whose jobs are still queued."""
    assert JobqueueBackend.waits(row(State.RUNNING, "1", "2"))
    come = Report(jobs=(submission("1"),), ready=1, requested=1)
    assert not JobqueueBackend.waits(row(report=come))
    refused = Report(jobs=(submission(None, error="x"),))
    assert not JobqueueBackend.waits(row(report=refused))


def cleanup(
    folder: Path, *ids: str, waits: Sequence[bool] = (True,), patience: float = 10.0
) -> list[str]:
    """Return why each of some cleanups has failed, empty where one has not; users' own wait."""

    async def story() -> list[str]:
        backend, why = JobqueueBackend(context(queue_patience=patience)), []
        for wait in waits:
            try:
                await backend.cleanup(row(State.LOST, *ids), folder, wait=wait)
                why.append("")
            except NotAvailableError as error:
                why.append(str(error))
        return why

    return asyncio.run(story())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cluster's directory, whose jobs 1 and 2 are cancelled by a script."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (tmp_path / "job-ids").write_text("1\n2\n")
    (tmp_path / "cancel-command").write_text("oardel -s")
    return tmp_path


def oardel(folder: Path, script: str) -> None:
    (folder / "oardel").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "oardel").chmod(0o755)


def test_jobs_of_a_controller_that_was_killed(folder: Path) -> None:
    """Guards jobs that the record does not know, and those that it does."""
    oardel(folder, f'echo "$@" >>{folder}/log')
    assert cleanup(folder, "3") == [""]
    assert (folder / "log").read_text().splitlines() == ["-s 1", "-s 2", "-s 3"]


def test_jobs_that_the_controller_cancelled(folder: Path) -> None:
    """Guards against a stop that failed, because a batch system forgets ended jobs at once."""
    oardel(folder, 'echo "oardel: no such job"; exit 1')
    (folder / "cancelled-ids").write_text("1\n2\n3\n")
    assert cleanup(folder, "3") == [""]


def test_jobs_that_cannot_be_cancelled(folder: Path) -> None:
    """Guards the one way to learn of them, and the way to dismiss the row all the same."""
    oardel(folder, 'echo "oardel: denied"; [ "$2" = 1 ]')
    assert cleanup(folder, waits=(True, True)) == [
        f"These jobs have ended or could not be canceled: job 2: oardel: denied. {ONCE_MORE}",
        "",
    ]


def test_jobs_that_cannot_be_cancelled_after_an_end(folder: Path) -> None:
    """Guards a row that is "closed" while a job runs; only a user's own tries count, as it says."""
    oardel(folder, 'echo "oardel: denied"; [ "$2" = 1 ]')
    why = "These jobs have ended or could not be canceled: job 2: oardel: denied."
    again, once_more = f"{why} Dismiss tries again.", f"{why} {ONCE_MORE}"
    assert cleanup(folder, waits=(False, False, True, True)) == [again, again, once_more, ""]


def test_no_cancel_command_after_an_end(folder: Path) -> None:
    """Guards against a Dismiss that fails after the user has done what the row asked for."""
    (folder / "cancel-command").unlink()
    assert cleanup(folder, waits=(False, True)) == [
        "Jobs may be left: cancel them yourself, then dismiss this cluster.",
        "",
    ]


@pytest.mark.parametrize("note", ["job-ids", "cancel-command"])
def test_a_note_that_cannot_be_read(
    folder: Path, note: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against jobs that are left unsaid as a disk failed for a moment."""
    oardel(folder, f'echo "$@" >>{folder}/log')
    (folder / "cancelled-ids").write_text("3\n")
    failed: list[Path] = []

    def once(path: Path, *limit: int) -> str:
        if path.name == note and not failed:
            failed.append(path)
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return read_text(path, *limit)

    for module in (batch_jobs, jobqueue):
        monkeypatch.setattr(module, "read_text", once)
    first, second = cleanup(folder, "3", waits=(True, True))
    assert first.endswith(f" cannot be looked up: Stale file handle. {ONCE_MORE}")
    assert second == ""
    assert (folder / "log").read_text().splitlines() == ["-s 1", "-s 2"]


def test_a_damaged_note_of_the_jobs(folder: Path) -> None:
    """Guards the jobs that the record knows, and those of which nobody knows any more."""
    oardel(folder, f'echo "$@" >>{folder}/log')
    (folder / "job-ids").write_bytes(b"1\n\xff\n")
    assert cleanup(folder, "3", waits=(True, True)) == [
        f"The jobs of this cluster cannot be looked up: it is not UTF-8 text. {ONCE_MORE}",
        "",
    ]
    assert "-s 3" in (folder / "log").read_text()


def test_a_job_that_was_closed_and_not_cancelled(folder: Path) -> None:
    """Guards against a job that goes on after Stop, as dask-jobqueue hid what went wrong."""
    oardel(folder, f'echo "$@" >>{folder}/log')
    (folder / "cancelled-ids").write_text("2\n")
    report = Report(jobs=(submission("1", closed=True), submission("2", closed=True)))
    stopped = row(State.CLOSING, report=report)
    asyncio.run(JobqueueBackend(context()).cleanup(stopped, folder, wait=True))
    assert (folder / "log").read_text().splitlines() == ["-s 1"]


def test_no_cancel_command(folder: Path) -> None:
    """Guards against jobs that are forgotten unsaid, and a row that no Dismiss removes."""
    first, second = cleanup(folder, waits=(True, True))
    assert first.startswith("Jobs could not be canceled yet: oardel: No such file")
    assert first.endswith(ONCE_MORE)
    assert second == ""
    (folder / "cancel-command").unlink()
    assert cleanup(folder, waits=(True, True)) == [
        "Jobs may be left: cancel them yourself, then dismiss this cluster.",
        "",
    ]
    (folder / "job-ids").unlink()
    assert cleanup(folder) == [""]


def test_a_cancel_command_that_hangs(folder: Path) -> None:
    """Guards against a row that stays for ever, as the batch system does not answer any more."""
    oardel(folder, "exec sleep 60")
    first, second = cleanup(folder, waits=(True, True), patience=0.2)
    assert first.startswith("Jobs could not be canceled yet: oardel did not answer within 0.2 s.")
    assert second == ""
