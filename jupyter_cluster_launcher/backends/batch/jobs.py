"""The jobs of a cluster: their name, and which of them the batch system has to be polled for.

They are found and cancelled by their ids, and by their name, which is made from the cluster's id:
so are those whose ids were never learnt. A hung SLURM controller may accept a job long after sbatch
has given up.
"""

from __future__ import annotations

from pathlib import Path

from ...controller.guarded_files import read_text, words
from ...errors import NotAvailableError
from ...jobs import Job, Phase
from ...models import Cluster, State
from .polling.queue import Wanted

IDS_NOTE, CANCELLED_NOTE = "job-ids", "cancelled-ids"  # as in resident/jobqueue/tracker.py


def job_name(cluster_id: str) -> str:
    """Return the name that all jobs of a cluster have, and no others."""
    return f"dask-{cluster_id}"


def submitted_ids(directory: Path) -> set[str]:
    """Return the ids of all jobs that a cluster's controller submitted, as it noted them.

    Raises ``NotAvailableError`` where that cannot be read: there may be jobs.
    """
    try:
        return _noted(directory / IDS_NOTE)
    except (FileNotFoundError, NotADirectoryError):  # it has submitted none
        return set()
    except (OSError, ValueError) as error:
        raise NotAvailableError(
            f"The jobs of this cluster cannot be looked up: {words(error)}."
        ) from None


def cancelled_ids(directory: Path) -> set[str]:
    """Return the ids of the jobs that a cluster's controller cancelled, as it noted them.

    None where that cannot be read: a job may be cancelled twice.
    """
    try:
        return _noted(directory / CANCELLED_NOTE)
    except (OSError, ValueError):
        return set()


def _noted(note: Path) -> set[str]:
    return set(read_text(note).split())


def dismissal(wait: bool) -> str:
    """Return what Dismiss does with jobs that may be left; ``wait`` says that a user has tried."""
    if wait:
        return "Dismiss tries once more, then leaves them to the batch system."
    return "Dismiss tries again."


def known(cluster: Cluster) -> set[str]:
    """Return the ids of the jobs that a cluster's controller submitted and did not give up."""
    return {job.id for job in cluster.report.jobs if job.id and (job.lost or not job.closed)}


def expected(cluster: Cluster) -> set[str]:
    """Return the ids of the jobs that a running cluster has, as far as its controller knows."""
    return known(cluster) if cluster.state is State.RUNNING else set()


def gone(cluster: Cluster) -> set[str]:
    """Return the ids of jobs that need not be cancelled: they have ended, or were cancelled."""
    closed = {job.id for job in cluster.report.jobs if job.id and job.closed and not job.lost}
    return closed | {job.id for job in cluster.queue.ended}


def wanted(cluster: Cluster) -> Wanted:
    """Return what to poll for on behalf of a cluster."""
    return Wanted(frozenset(known(cluster)), frozenset(expected(cluster)), bool(cluster.left))


def may_have_jobs(cluster: Cluster) -> bool:
    """Return whether polling the batch system for a cluster can bring anything."""
    if not cluster.batch or cluster.state in (State.STARTING, State.ELSEWHERE):
        return False
    queue = cluster.queue
    nothing_open = queue.polled and not queue.open
    if cluster.state is State.RUNNING:
        # One that did not answer may accept a job after all.
        doubtful = any(job.error and not job.closed for job in cluster.report.jobs)
        return bool(expected(cluster)) or doubtful or not nothing_open
    # An ended cluster is polled until the batch system has once confirmed that nothing is left.
    return not nothing_open or queue.error is not None or bool(cluster.left)


def shown(cluster: Cluster) -> list[Job]:
    """Return the jobs that a row shows: without those cancelled because fewer were wanted."""
    closed = {job.id for job in cluster.report.jobs if job.closed and not job.lost}
    return [job for job in cluster.queue.jobs if job.id not in closed]


def newly_ended(cluster: Cluster) -> list[str]:
    """Return the sorted ids of ended jobs that the controller still takes for queued or running."""
    open_there = {job.id for job in cluster.report.jobs if not job.ended}
    return sorted(
        job.id for job in shown(cluster) if job.phase is Phase.ENDED and job.id in open_there
    )


def unwanted(cluster: Cluster) -> list[str]:
    """Return the sorted ids of listed jobs that the controller has closed.

    dask-jobqueue takes a job for canceled, also where the batch system did not answer.
    """
    if cluster.queue.error:  # the list is older than that
        return []
    closed = {job.id for job in cluster.report.jobs if job.closed}
    return sorted(job.id for job in cluster.queue.open if job.id in closed and not job.ending)
