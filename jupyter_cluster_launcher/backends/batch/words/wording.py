"""Jobs in words, for a row: "5 queued (Resources), start about 14:05"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from ....jobs import Job, Phase
from ....models import Report


def queue(jobs: Iterable[Job], now: datetime) -> str | None:
    """Return how many jobs wait, why, and when the first is expected to start; None if none waits.

    Times are given in the time zone of ``now``.
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


def renewal(report: Report, now: datetime) -> str | None:
    """Return how many jobs were renewed and replaced, and until when that goes on.

    None where jobs are not kept beyond their time limit.
    """
    numbers = [(report.renewed, "renewed"), (report.replaced, "replaced")]
    done = [f"{number} {verb}" for number, verb in numbers if number]
    if not kept(report, now):
        return ", ".join(done) or None
    until = moment(datetime.fromisoformat(str(report.renew_until)), now)
    return f"jobs kept until {until}" + (f" ({', '.join(done)})" if done else "")


def kept(report: Report, now: datetime) -> bool:
    """Return whether jobs are kept: others replace those that end."""
    return report.renew_until is not None and datetime.fromisoformat(report.renew_until) > now


def moment(when: datetime, now: datetime) -> str:
    """Return a time as near as it is: 14:05, tomorrow 14:05, Thu 14:05, 3 Dec 14:05."""
    local = when.astimezone(now.tzinfo)
    days = (local.date() - now.date()).days
    clock = f"{local:%H:%M}"
    if days == 0:
        return clock
    if days == 1:
        return f"tomorrow {clock}"
    return f"{local:%a} {clock}" if 1 < days < 7 else f"{local.day} {local:%b} {clock}"


def count(number: int, what: str) -> str:
    """Return a number of things: 1 job, 3 jobs."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def duration(seconds: int) -> str:
    """Return a time span in its two largest units: 5 min, 1 h 30 min, 2 days."""
    days, rest = divmod(seconds, 86400)
    hours, rest = divmod(rest, 3600)
    parts = [(days, count(days, "day")), (hours, f"{hours} h"), (rest // 60, f"{rest // 60} min")]
    return " ".join([text for number, text in parts if number][:2]) or f"{seconds} s"


def ending(job: Job) -> str:
    """Return how a job ended, in the batch system's words.

    Job 13: TIMEOUT (TimeLimit), exit code 0:15
    """
    text = f"Job {job.id}: {job.state}"
    if job.reason:
        text += f" ({job.reason})"
    return text + (f", exit code {job.exit_code}" if job.exit_code else "")


def endings(jobs: Sequence[Job], replaced: bool = False) -> str | None:
    """Return which jobs ended unexpectedly or on their own, None where none did.

    Workers end on their own shortly before the time limit of their job. ``replaced`` says that
    users need not replace them.
    """
    trouble = [job for job in jobs if not job.orderly]
    orderly = [job for job in jobs if job.orderly]
    if not jobs:
        return None
    sentences = [f"{_few(trouble)}. See their logs."] if trouble else []
    if orderly:
        sentences.append(f"Ended normally: {_few(orderly)}.")
    if not replaced:
        sentences.append("Set the number of workers again to replace them.")
    return " ".join(sentences)


def _few(jobs: Sequence[Job]) -> str:
    more = f"; and {len(jobs) - 3} more" if len(jobs) > 3 else ""
    return "; ".join(ending(job) for job in jobs[:3]) + more


def still_ending(jobs: Iterable[Job]) -> str | None:
    """Return which jobs the batch system is still ending, None where there are none.

    Job 13: COMPLETING on n1
    """
    parts = [f"{ending(job)}{f' on {job.node}' if job.node else ''}" for job in jobs if job.ending]
    more = f"; and {len(parts) - 3} more" if len(parts) > 3 else ""
    return "; ".join(parts[:3]) + more or None


def expires(jobs: Iterable[Job]) -> datetime | None:
    """Return when the first of the running jobs reaches its time limit."""
    return min((job.end for job in jobs if job.phase is Phase.RUNNING and job.end), default=None)
