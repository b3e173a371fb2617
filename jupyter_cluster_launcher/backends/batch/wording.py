"""The words of a row about its jobs: "5 queued (Resources), start about 14:05"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from .system import Job, Phase


def queue(jobs: Iterable[Job], now: datetime) -> str | None:
    """Say how many jobs wait, why, and when the first is expected to start; None where none waits.

    ``now`` has a time zone; the time is told in it.
    """
    waiting = [job for job in jobs if job.phase is Phase.QUEUED]
    if not waiting:
        return None
    reasons = Counter(job.reason for job in waiting if job.reason).most_common()
    text = f"{len(waiting)} queued"
    if reasons:
        text += f" ({', '.join(reason for reason, _ in reasons)})"
    starts = [job.start for job in waiting if job.start and job.start > now]
    if starts:
        text += f", start about {moment(min(starts), now)}"
    return text


def moment(when: datetime, now: datetime) -> str:
    """Say a time as people do who are near it: 14:05, tomorrow 14:05, Thu 14:05, 3 Dec 14:05."""
    local = when.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        return clock
    if days == 1:
        return f"tomorrow {clock}"
    return f"{local:%a} {clock}" if 1 < days < 7 else f"{local.day} {local:%b} {clock}"


def left(end: datetime, now: datetime) -> str:
    """Say how long is left: 3 h 40 min left."""
    minutes = max(0, (end - now) // timedelta(minutes=1))
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h left"
    return f"{hours} h {minutes % 60} min left" if hours else f"{minutes} min left"


def ending(job: Job) -> str:
    """Say how a job ended, in the batch system's words.

    Job 13: TIMEOUT (TimeLimit), exit code 0:15
    """
    text = f"Job {job.id}: {job.state}"
    if job.reason:
        text += f" ({job.reason})"
    return text + (f", exit code {job.exit_code}" if job.exit_code else "")


def endings(jobs: Sequence[Job]) -> str | None:
    """Say which jobs ended though they were wanted; None where none did.

    Those whose workers ended by themselves, as they do before the time limit, are no trouble.
    """
    trouble = [job for job in jobs if not job.orderly]
    orderly = [job for job in jobs if job.orderly]
    if not jobs:
        return None
    said = [f"{_few(trouble)}. Their logs say more."] if trouble else []
    if orderly:
        said.append(f"Ended by themselves, in good order: {_few(orderly)}.")
    return " ".join([*said, "Set the number of workers again to replace them."])


def _few(jobs: Sequence[Job]) -> str:
    more = f"; and {len(jobs) - 3} more" if len(jobs) > 3 else ""
    return "; ".join(ending(job) for job in jobs[:3]) + more


def still_ending(jobs: Iterable[Job]) -> str | None:
    """Say which jobs the batch system is ending and has not ended yet; None where there is none.

    Job 13: COMPLETING on n1
    """
    told = [f"{ending(job)}{f' on {job.node}' if job.node else ''}" for job in jobs if job.ending]
    more = f"; and {len(told) - 3} more" if len(told) > 3 else ""
    return "; ".join(told[:3]) + more or None


def expires(jobs: Iterable[Job]) -> datetime | None:
    """Return when the first of the running jobs reaches its time limit."""
    return min((job.end for job in jobs if job.phase is Phase.RUNNING and job.end), default=None)


def row(ready: int, requested: int, jobs: Iterable[Job], now: datetime) -> str:
    """Say it all: 3 of 8 workers · 5 queued (Resources), start about 14:05 · 3 h 40 min left."""
    known = list(jobs)
    parts = [f"{ready} of {requested} workers", queue(known, now)]
    end = expires(known)
    parts.append(left(end, now) if end else None)
    return " · ".join(part for part in parts if part)
