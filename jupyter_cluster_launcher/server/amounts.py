"""What a cluster uses, has used and costs as JSON data, in the shapes of openapi.yaml."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..backends.base import Backend
from ..models import Cluster, State


def usage_view(cluster: Cluster) -> dict[str, Any] | None:
    """Return the load of a cluster, None where it is not known."""
    usage = cluster.report.usage
    if usage is None:
        return None
    return {
        "cpu": usage.cpu,
        "memory": usage.memory,
        "tasks": usage.tasks,
        "done": usage.done,
        "held": usage.done if usage.held is None else usage.held,
        "failed": usage.erred,
        "waiting": usage.waiting,
        "spilled": usage.spilled,
        "paused": usage.paused,
    }


def used_view(cluster: Cluster) -> dict[str, Any] | None:
    """Return what a cluster has used so far, None where it had no workers."""
    used = cluster.report.used
    if used is None or not used.units:
        return None
    return {
        "units": used.units,
        "memory": used.memory,
        "peak": used.most,
        "spilled": used.spilled,
        "cpu": used.cpu,
    }


def spent_view(cluster: Cluster, backend: Backend) -> dict[str, Any] | None:
    """Return the core time of a cluster for which users pay or queue, None for any other.

    ``since`` is when the present cores began to count on top of it.
    """
    report = cluster.report
    if report.cores_since is None or not (cluster.cost or backend.metered):
        return None
    return {
        "core_hours": report.core_seconds / 3600,
        "since": report.cores_since if cluster.state is State.RUNNING else None,
        "cost": asdict(cluster.cost) if cluster.cost else None,
    }
