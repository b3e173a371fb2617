"""Clusters on SLURM with jobs, for tests of what their rows show."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from fakes import a_cluster

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.jobs import Job, Phase, Submission
from jupyter_cluster_launcher.models import Cluster, Report, State

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def submission(job_id: str | None, **changes: Any) -> Submission:
    """Return a job as its controller submitted it."""
    return Submission("w", job_id, **changes)


def cluster(state: State = State.RUNNING, *jobs: Submission, **changes: Any) -> Cluster:
    """Return a cluster with submitted jobs."""
    fields = {
        "id": "0a1b2c",
        "platform": "tallgrass",
        "kind": "batch",
        "batch": "slurm",
        "report": Report(jobs=jobs),
        **changes,
    }
    return a_cluster(state=state, **fields)


def job(job_id: str, phase: Phase, state: str, **more: Any) -> Job:
    """Return a job as SLURM lists it."""
    more = {"limit": slurm.LIMITS.get(state, ""), **more}
    return Job(job_id, "dask-0a1b2c", phase, state, **more)
