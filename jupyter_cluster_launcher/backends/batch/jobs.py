"""What is known of a cluster's jobs: from its controller's book, its batch system, its record."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ...models import Cluster, State
from . import wording as words
from .queue import Answer
from .system import Job, Phase


def job_name(cluster_id: str) -> str:
    """Return the name that all jobs of a cluster have, and no others."""
    return f"dask-{cluster_id}"


def expected(cluster: Cluster) -> set[str]:
    """Return the ids of the jobs that a running cluster has, as far as its controller knows."""
    if cluster.state is not State.RUNNING:
        return set()
    return {e["id"] for e in cluster.report.jobs if e["id"] and (e["lost"] or not e["closed"])}


def may_have_jobs(cluster: Cluster) -> bool:
    """Return whether there is any point in asking for a cluster's jobs."""
    if not cluster.batch or cluster.state in (State.STARTING, State.ELSEWHERE):
        return False
    if cluster.state is State.RUNNING:
        return bool(expected(cluster)) or cluster.queue.get("open") != 0
    # What has ended is asked for until the batch system has once said that nothing is left.
    return cluster.queue.get("open") != 0 or bool(cluster.queue.get("silent"))


def truth(cluster: Cluster, answer: Answer, now: datetime) -> dict[str, Any]:
    """Return what a cluster's row says of its jobs, as plain data.

    Jobs that were cancelled because fewer were wanted are left out: nobody misses them.
    """
    entries = {entry["id"]: entry for entry in cluster.report.jobs}
    dismissed = {i for i, entry in entries.items() if entry["closed"] and not entry["lost"]}
    shown = [job for job in answer.jobs if job.id not in dismissed]
    ended = [job for job in shown if job.phase is Phase.ENDED]
    expires = words.expires(shown)
    return {
        "open": len(answer.open),
        "ended": [job.id for job in ended if job.id in entries],
        "failures": [job.id for job in ended if job.failed],
        "orderly": [job.id for job in ended if job.orderly],
        "silent": answer.silent is not None,
        "queued": sum(job.phase is Phase.QUEUED for job in shown),
        "failed": sum(job.failed for job in ended),
        "words": answer.silent or words.queue(shown, now),
        "endings": words.endings(ended),
        "ending": sum(job.ending for job in answer.open),
        "still_ending": words.still_ending(answer.open),
        "expires": expires.astimezone(timezone.utc).isoformat(timespec="seconds")
        if expires
        else None,
        "jobs": [
            {"id": j.id, "state": j.state, "reason": j.reason, "exit_code": j.exit_code}
            for j in shown
        ],
    }


def endings(cluster: Cluster) -> list[Job]:
    """Return how jobs of a cluster ended, as its record tells: a batch system forgets it soon."""
    queue, name = cluster.queue, job_name(cluster.id)
    ended, failures, orderly = (queue.get(key, ()) for key in ("ended", "failures", "orderly"))
    return [
        Job(**job, name=name, phase=Phase.ENDED, failed=i in failures, orderly=i in orderly)
        for job in queue.get("jobs", ())
        if (i := job["id"]) in ended
    ]
