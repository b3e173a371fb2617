"""The state of a cluster whose scheduler runs in this process."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from .protocols import SchedulerCluster
from .report import Report, Sample

ENDINGS = {"closed": "The cluster was closed.", "failed": "The cluster failed."}


def sample_scheduler(cluster: SchedulerCluster) -> Sample:
    """Return the state of a cluster, read from its scheduler's own data."""
    scheduler = cluster.scheduler
    workers = list(scheduler.workers.values())
    cores = sum(worker.nthreads for worker in workers)
    services: dict[str, Any] = dict(getattr(scheduler, "services", None) or {})
    report: Report = {
        "address": cluster.scheduler_address,
        "name": cluster.name,
        "ready": len(workers),
        "cores": cores,
        "memory": sum(worker.memory_limit or 0 for worker in workers),
        "requested": len(cluster.worker_spec),
        "dashboard_port": getattr(services.get("dashboard"), "port", None),
        "usage": {
            "cpu": load([worker.metrics for worker in workers], cores),
            "memory": sum(worker.metrics.get("memory", 0) for worker in workers),
            "tasks": len(scheduler.tasks),
            "busy": any(worker.processing for worker in workers)
            or bool(scheduler.unrunnable)
            or bool(getattr(scheduler, "queued", ())),
        },
    }
    status = str(getattr(cluster.status, "name", cluster.status))
    if status in ENDINGS:
        report["ended"] = ENDINGS[status]
    return Sample(report, scheduler.transition_counter)


def load(metrics: list[Any], cores: int) -> float:
    """Return the share of ``cores`` that workers use, from 0 to 1, rounded to percents.

    ``metrics`` are the workers' own, whose ``cpu`` is in percent of one core.
    """
    percents: float = sum(one.get("cpu", 0) for one in metrics)
    return round(percents / 100 / max(1, cores), 2)


def plots(port: int) -> dict[str, str]:
    """Return the single plots of a dashboard, {title: path}, as the scheduler itself lists them."""
    url = f"http://127.0.0.1:{port}/individual-plots.json"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            listed: dict[str, str] = json.load(answer)
    except (OSError, ValueError):  # no bokeh in this environment, or not up yet
        return {}
    return listed
