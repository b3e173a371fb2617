"""Clusters, trackers and jobs of dask-jobqueue that have no batch system."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dask_jobqueue.core import Job
from distributed.core import Status
from fake_clusters import FakeCluster

from jupyter_cluster_launcher.resident.jobqueue.jobs import tracked
from jupyter_cluster_launcher.resident.jobqueue.resident import (
    RESIDENT,
    JobqueueResident,
)
from jupyter_cluster_launcher.resident.jobqueue.tracker import JobTracker
from jupyter_cluster_launcher.resident.protocols import DummyJob

LIFETIME = ["--lifetime", "180s"]


@dataclass
class FakeJob:
    """The job that a cluster makes to check its arguments."""

    worker_processes: int


class FakeJobqueueCluster(FakeCluster):
    """A cluster of jobs named by number, of which those in ``working`` have brought workers."""

    def __init__(self, *names: int, working: tuple[str, ...] = (), processes: int = 1) -> None:
        super().__init__(*names)
        self._i = len(names)
        self._dummy_job: DummyJob = FakeJob(processes)
        self.scheduler_info: Mapping[str, Any] = {
            "workers": {one: {"name": one} for one in working}
        }


def a_tracker(unit: str = "jobs", **ids: str | None) -> JobTracker:
    """A tracker of jobs by worker, each with its id or an error that begins with "!"."""
    tracker = JobTracker("cluster-abc", unit, LIFETIME)
    for worker, job in ids.items():
        entry = tracker.begin(worker.removeprefix("w"))
        if job is not None:
            entry["error" if job.startswith("!") else "id"] = job.removeprefix("!")
    return tracker


def a_resident(cluster: FakeJobqueueCluster, tracker: JobTracker, folder: Path) -> JobqueueResident:
    """A resident that watches ``cluster``."""
    one = RESIDENT()
    one.tracker = tracker
    one.begin(str(folder))
    one.start(cluster)
    return one


class QuietJob(Job):
    """A job of dask-jobqueue whose batch system does as the test says."""

    config_name = "slurm"
    refusal: Exception | None = None
    gate: asyncio.Event | None = None

    async def start(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        self.job_id = "11"
        self.status = Status.running

    async def close(self) -> None:
        if self.job_id is None:
            raise ValueError("no job id")
        self.cancelled = True


def a_job(tracker: JobTracker, folder: Path, **kwargs: Any) -> Any:
    job_class: Any = tracked(QuietJob, tracker, str(folder))
    given = {"name": 0, "cores": 1, "memory": "1GB", "job_extra_directives": [], **kwargs}
    return job_class("tcp://127.0.0.1:1", **given)
