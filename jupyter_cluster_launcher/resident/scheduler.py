"""The state of a cluster whose scheduler runs in this process."""

from __future__ import annotations

from typing import Any

from .protocols import SchedulerCluster
from .report import Report, Sample

ENDINGS = {"closed": "The cluster was closed.", "failed": "The cluster failed."}
SHUT_DOWN = "Stopped: the scheduler was shut down."
# What a scheduler in this process imports when it is created, with encryption and a dashboard.
SCHEDULER = (
    *("distributed.dashboard.scheduler", "distributed.http.proxy", "distributed.http.health"),
    *("distributed.http.statics", "distributed.http.scheduler.prometheus"),
    *("distributed.http.scheduler.info", "distributed.http.scheduler.json"),
    *("distributed.http.scheduler.api", "distributed.http.scheduler.missing_bokeh"),
    *("tornado.platform.asyncio", "cryptography.x509", "cryptography.hazmat.backends"),
)
GONE = ("closing", "closed", "failed")  # a scheduler's status when there is no way back


def sample_scheduler(cluster: SchedulerCluster) -> Sample:
    """Return the state of a cluster, read from its scheduler's own data."""
    scheduler = cluster.scheduler
    workers = list(scheduler.workers.values())
    cores = sum(worker.nthreads for worker in workers)
    http = (getattr(scheduler, "services", None) or {}).get("dashboard")
    port = getattr(http, "port", None)
    on_port = isinstance(port, int)
    report: Report = {
        "address": cluster.scheduler_address,
        "name": cluster.name,
        "ready": len(workers),
        "cores": cores,
        "memory": sum(worker.memory_limit or 0 for worker in workers),
        "requested": len(cluster.worker_spec),
        "dashboard_port": port if on_port else None,
        "dashboard_socket": None if on_port else getattr(http, "address", None),
        "usage": {
            "cpu": load([worker.metrics for worker in workers], cores),
            "memory": sum(worker.metrics.get("memory", 0) for worker in workers),
            "tasks": len(scheduler.tasks),
            "busy": any(worker.processing for worker in workers)
            or bool(scheduler.unrunnable)
            or bool(getattr(scheduler, "queued", ())),
        },
    }
    ended = ENDINGS.get(_status(cluster.status)) or (SHUT_DOWN if is_gone(cluster) else None)
    if ended:
        report["ended"], report["ready"], report["usage"] = ended, 0, None
    return Sample(report, scheduler.transition_counter)


def is_gone(cluster: object) -> bool:
    """Return whether the scheduler of a cluster has ended, as after ``client.shutdown()``.

    The cluster object itself does not notice: it says "running" for ever.
    """
    return _status(getattr(getattr(cluster, "scheduler", None), "status", None)) in GONE


def _status(status: object) -> str:
    """Return a status, an enum member or its name in some versions, by its name."""
    return str(getattr(status, "name", status))


def load(metrics: list[Any], cores: int) -> float:
    """Return the share of ``cores`` that workers use, from 0 to 1, rounded to percents.

    ``metrics`` are the workers' own, whose ``cpu`` is in percent of one core.
    """
    percents: float = sum(one.get("cpu", 0) for one in metrics)
    return round(percents / 100 / max(1, cores), 2)
