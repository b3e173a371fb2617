"""A cluster as the browser sees it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..backends.batch.backend import message, refusals
from ..masking import masked
from ..models import Cluster, State
from ..platforms import codegen

if TYPE_CHECKING:
    from ..platforms.files import Platform


def cluster_view(cluster: Cluster, directory: Path, base_url: str) -> dict[str, Any]:
    """Return a cluster as JSON data.

    ``directory`` is where its keys stand, ``base_url`` is the Jupyter server's, under which
    dashboards are reached.
    """
    report = cluster.report
    live = cluster.state is State.RUNNING
    # What adapts, and what a gateway has limits for, follows not only what was asked for here.
    told = report.requested if cluster.adapt or cluster.by_name else None
    requested = cluster.requested if told is None else told
    return {
        "id": cluster.id,
        "name": cluster.name,
        "platform": cluster.platform,
        "platform_title": cluster.platform_title,
        "kernel_name": cluster.kernel_name,
        "state": cluster.state.value,
        "message": masked(message(cluster), os.environ),
        "created": cluster.created,
        "workers": {
            "requested": requested,
            "ready": report.ready,
            "queued": int(cluster.queue.get("queued", 0)),
            "failed": report.failed + int(cluster.queue.get("failed", 0)),
        },
        "adapt": {"minimum": cluster.adapt.minimum, "maximum": cluster.adapt.maximum}
        if cluster.adapt
        else None,
        "cores": report.cores,
        "memory": report.memory,
        "spent": _spent(cluster),
        "usage": {k: v for k, v in report.usage.items() if k != "busy"} if report.usage else None,
        "address": report.address,
        "tls": report.tls if report.address else cluster.tls,
        "dashboard_url": _dashboard(cluster, base_url) if live else None,
        "code": {
            "create": cluster.create,
            "connect": connect_code(cluster, directory) if live else None,
        },
        "keep_running": cluster.keep_running,
        "joined": report.joined,
        "expires": cluster.queue.get("expires"),
        "idle": _idle(cluster),
        "queue": cluster.queue.get("words"),
        "jobs": cluster.queue.get("jobs", []),
        "versions": report.versions,
        "warnings": masked([*report.warnings, *refusals(cluster)], os.environ),
    }


def connect_code(cluster: Cluster, directory: Path) -> str | None:
    """Return the code that attaches a notebook, None while there is nothing to attach to."""
    report = cluster.report
    if cluster.by_name:
        return codegen.connect_gateway(report.name) if report.name else None
    if not report.address:
        return None
    return codegen.connect_scheduler(report.address, directory if report.tls else None)


def plots_view(cluster: Cluster) -> list[dict[str, str]]:
    """Return the single plots of a dashboard by title; the scheduler lists them in no order.

    They are many, and only looked for one cluster at a time, so they are no part of the cluster.
    """
    plots = cluster.report.plots if cluster.state is State.RUNNING else {}
    return [
        {"name": path.strip("/"), "title": title.removeprefix("Individual ")}
        for title, path in sorted(plots.items())
    ]


def platform_view(
    platform: Platform, reason: str | None, detected: bool, finds: bool
) -> dict[str, Any]:
    """Return a platform as JSON data; ``reason`` is why it cannot work here."""
    workers = platform.workers
    return {
        "name": platform.name,
        "title": platform.title,
        "description": platform.get("description", ""),
        "available": reason is None,
        "reason": reason,
        "detected": detected,
        "tls": platform.get("tls", False),
        "workers": {key: workers[key] for key in ("title", "default", "minimum", "maximum")},
        "adaptive": platform.get("adaptive", True),
        "options": {"type": "object", "properties": platform.options},
        "options_from": platform.get("options_from"),
        "queue": platform.get("batch"),
        "finds": finds,
    }


def _dashboard(cluster: Cluster, base_url: str) -> str | None:
    """Return where the dashboard is reached: through this server, or as a gateway gave it."""
    if cluster.report.dashboard_port:
        return f"{base_url}proxy/{cluster.report.dashboard_port}/status"
    return cluster.report.dashboard_link


def _spent(cluster: Cluster) -> dict[str, Any] | None:
    """Return the core time of a cluster for which somebody pays or queues, None of any other.

    ``since`` is when the cores that there are now began to count on top of it.
    """
    report = cluster.report
    if report.cores_since is None or not (cluster.cost or cluster.batch or cluster.by_name):
        return None
    return {
        "core_hours": report.core_seconds / 3600,
        "since": report.cores_since if cluster.state is State.RUNNING else None,
        "cost": cluster.cost,
    }


def _idle(cluster: Cluster) -> dict[str, Any] | None:
    """Return the idle time that ends first: the one asked for here, or a gateway's own."""
    report = cluster.report
    limits = [(cluster.idle_timeout, report.closes_at), (report.idle_limit, report.stops_at)]
    known = [(timeout, when) for timeout, when in limits if timeout is not None]
    if not known:
        return None
    timeout, when = min(known, key=lambda limit: limit[0])
    return {"timeout": timeout, "closes_at": when}
