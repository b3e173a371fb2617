"""What became of each job that a controller submitted."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
from collections.abc import Iterable
from typing import Any, TypedDict, TypeVar

from ..private_files import write_private
from ..protocols import JobqueueCluster

CANCEL_LIMIT = 20.0  # seconds for the batch system's command
REMEMBERED = 100  # closed jobs, so that adaptive scaling over days does not fill the record
IDS_NOTE = "job-ids"  # in a cluster's directory: the ids of all jobs, one a line
CANCELLED_NOTE = "cancelled-ids"  # the same of those that were cancelled here
CANCEL_NOTE = "cancel-command"  # in a cluster's directory: the command that cancels one job
Name = TypeVar("Name")


class SubmissionError(RuntimeError):
    """The batch system refused every job; the text is what it wrote."""


class JobEntry(TypedDict):
    """One job: without ``id`` and ``error`` while it is being submitted.

    ``closed`` where its worker was closed, ``lost`` where it went away although it was wanted,
    ``ended`` where the batch system says so.
    """

    worker: str
    id: str | None
    error: str | None
    closed: bool
    lost: bool
    ended: bool


class JobTracker:
    """Tracks every submission of this controller, in order."""

    def __init__(self, job_name: str, unit: str, lifetime: list[str]) -> None:
        """Begin with no jobs; all of them will be called ``job_name``.

        ``unit`` is what the user counts, "jobs" or "workers"; ``lifetime`` are the arguments with
        which workers end before their jobs must.
        """
        self.job_name, self.unit, self.lifetime = job_name, unit, lifetime
        self.entries: list[JobEntry] = []
        self.submitted = 0
        self.scripts: str | None = None  # the folder of job scripts, None for that of the system
        self.cancel_command = ""  # dask-jobqueue's for this batch system, once a job is submitted
        self.directory = ""  # the cluster's, where what was cancelled is noted
        self.refused: set[str | None] = set()  # the ids of jobs that could not be cancelled
        self.worked: set[str] = set()  # the names of the jobs that have brought a worker

    def left(self) -> list[str]:
        """Return the ids of the jobs that no cluster object has closed."""
        return [entry["id"] for entry in self.entries if entry["id"] and not entry["closed"]]

    def cancel(self, ids: Iterable[str]) -> None:
        """Cancel jobs without the cluster object, whatever comes of it."""
        for number in ids if self.cancel_command else ():
            command = [*shlex.split(self.cancel_command), number]
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                # Jobs that have just ended are none of a user's business.
                done = subprocess.run(  # noqa: S603
                    command,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=CANCEL_LIMIT,
                    check=False,
                )
                if done.returncode == 0 and self.directory:
                    note_cancelled(self.directory, number)

    def note_failure(self, command: list[str]) -> None:
        """Note that a command has failed, which may be the one that cancels a job."""
        if self.cancel_command and command[:-1] == shlex.split(self.cancel_command):
            self.refused.add(command[-1])

    def begin(self, worker: object) -> JobEntry:
        """Return the new entry of a job that is about to be submitted."""
        self.submitted += 1
        closed = [entry for entry in self.entries if entry["closed"]]
        for entry in closed[: max(0, len(closed) - REMEMBERED)]:
            self.entries.remove(entry)
        entry = JobEntry(
            worker=str(worker), id=None, error=None, closed=False, lost=False, ended=False
        )
        self.entries.append(entry)
        return entry

    def scale(self, cluster: JobqueueCluster, jobs: int) -> list[Any]:
        """Have a cluster keep so many jobs, and return the names of those that it adds."""
        before = set(cluster.worker_spec)
        # A name that is used again at once would keep its old job.
        cluster._i = max(cluster._i, self.submitted)
        cluster.scale(jobs=jobs)
        return [name for name in cluster.worker_spec if name not in before]

    def report(self) -> list[JobEntry]:
        """Return a copy of the entries."""
        return [entry.copy() for entry in list(self.entries)]

    def latest(self, workers: Iterable[Name]) -> dict[Name, JobEntry | None]:
        """Return the latest entry of each worker, None where it has none yet."""
        latest = {entry["worker"]: entry for entry in list(self.entries)}
        return {name: latest.get(str(name)) for name in workers}


def note_id(directory: str, job_id: str | None) -> None:
    """Add a job's id to the note in ``directory``, for whoever cancels the jobs if this dies.

    The job has been submitted all the same if that fails, as on a full disk.
    """
    _add(directory, IDS_NOTE, job_id)


def note_cancelled(directory: str, job_id: str | None) -> None:
    """Note that a job has been cancelled, which the last report may be too early to say."""
    _add(directory, CANCELLED_NOTE, job_id)


def note_cancel_command(directory: str, command: str | None) -> None:
    """Note the command that cancels one job, as ``note_id`` does the jobs."""
    with contextlib.suppress(OSError):
        write_private(os.path.join(directory, CANCEL_NOTE), command or "")


def _add(directory: str, name: str, job_id: str | None) -> None:
    path = os.path.join(directory, name)
    with contextlib.suppress(OSError), open(path, "a", encoding="utf-8") as note:
        note.write(f"{job_id}\n")
