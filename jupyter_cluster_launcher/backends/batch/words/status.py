"""The row of a cluster on a batch system: its jobs in words, from the record alone.

Nothing of this is stored: a record holds the jobs as the batch system listed them and as the
controller submitted them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from ....jobs import Job, Phase
from ....models import Cluster, State
from ...facts import Status
from ..jobs import shown
from ..system import BatchSystem, Commands
from . import wording

# The button of a row that cancels what is left, by state.
BUTTONS = {State.LOST: "Clean up", State.FAILED: "Dismiss", State.CLOSED: "Dismiss"}


def batch_status(cluster: Cluster, status: Status, system: BatchSystem, now: datetime) -> Status:
    """Return ``status`` with what ``system`` and the controller know of the cluster's jobs."""
    jobs = shown(cluster)
    return Status(
        message=message(cluster, system, now),
        requested=status.requested,
        queued=sum(job.phase is Phase.QUEUED for job in jobs),
        failed=sum(job.failed and job.phase is Phase.ENDED for job in jobs),
        queue=_queue(cluster, jobs, now),
        expires=wording.expires(jobs),
        jobs=tuple(jobs),
        warnings=tuple(refusals(cluster, system)),
    )


def message(cluster: Cluster, system: BatchSystem, now: datetime) -> str:
    """Return the sentence about a cluster's state, and about jobs that ended or are left over."""
    if cluster.state is State.RUNNING:
        ended = [job for job in shown(cluster) if job.phase is Phase.ENDED]
        endings = wording.endings(ended, wording.kept(cluster.report, now))
        return _joined(cluster.message, endings, *_explained(ended, system))
    button = BUTTONS.get(cluster.state)
    if button is None:
        return cluster.message
    ending = wording.still_ending(cluster.queue.open)
    left = sum(not job.ending for job in cluster.queue.open)
    jobs, them = ("1 of its jobs is", "it") if left == 1 else (f"{left} of its jobs are", "them")
    return _joined(
        cluster.message,
        f"{system.TITLE} is still ending a part of it: {ending}." if ending else None,
        f"{jobs} still in the {system.TITLE} queue: {button} cancels {them}." if left else None,
    )


def _queue(cluster: Cluster, jobs: Iterable[Job], now: datetime) -> str | None:
    if cluster.queue.error or cluster.state is not State.RUNNING:
        return cluster.queue.error or wording.queue(jobs, now)
    parts = (wording.queue(jobs, now), wording.renewal(cluster.report, now))
    return " · ".join(filter(None, parts)) or None


def _explained(jobs: Iterable[Job], system: BatchSystem) -> list[str]:
    """Return a sentence for each reason that the batch system's module explains."""
    explained: Mapping[str, str] = getattr(system, "EXPLAINED", {})
    return [explained[one] for one in dict.fromkeys(job.reason for job in jobs) if one in explained]


def refusal(system: Commands, text: str) -> str:
    """Return the sentence for jobs that were not accepted; ``text`` is what dask-jobqueue raised.

    Of a submission that failed, that is the command and its two outputs; the last says why.
    """
    written = _written(text)
    what = "does not answer" if system.unreachable(written) else "rejected the jobs"
    return f"{system.TITLE} {what}: {system.explain(written)}."


def refusals(cluster: Cluster, system: Commands) -> list[str]:
    """Return a sentence for each reason for which jobs of a running cluster were not accepted."""
    if cluster.state is not State.RUNNING:
        return []
    jobs = [job for job in cluster.report.jobs if not job.closed]
    reasons = Counter(_written(job.error) for job in jobs if job.error)
    return [_partly(system, reason, count, len(jobs)) for reason, count in reasons.items()]


def _partly(system: Commands, written: str, count: int, total: int) -> str:
    number = f"{count} of {total} job{'' if total == 1 else 's'}"
    what = f"rejected {number}"
    if system.unreachable(written):
        what = f"does not answer, so {number} may not have been submitted"
    return f"{system.TITLE} {what}: {system.explain(written)}."


def _written(text: str) -> str:
    before, _, errors = text.rpartition("stderr:\n")
    return errors.strip() or before.rpartition("stdout:\n")[2].strip()


def _joined(*sentences: str | None) -> str:
    return " ".join(filter(None, sentences))
