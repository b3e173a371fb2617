"""A cluster as the browser sees it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from . import codegen
from .batch import message, refusals
from .models import Cluster, State

if TYPE_CHECKING:
    from .platforms import Platform


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
    dashboard = _dashboard(cluster, base_url) if live else None
    return {
        "id": cluster.id,
        "name": cluster.name,
        "platform": cluster.platform,
        "platform_title": cluster.platform_title,
        "kernel_name": cluster.kernel_name,
        "state": cluster.state.value,
        "message": message(cluster),
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
        "usage": {k: v for k, v in report.usage.items() if k != "busy"} if report.usage else None,
        "address": report.address,
        "tls": report.tls if report.address else cluster.tls,
        "dashboard_url": dashboard,
        "dashboards": _plots(cluster, dashboard, base_url),
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
        "warnings": [*report.warnings, *refusals(cluster)],
    }


def connect_code(cluster: Cluster, directory: Path) -> str | None:
    """Return the code that attaches a notebook, None while there is nothing to attach to."""
    report = cluster.report
    if cluster.by_name:
        return codegen.connect_gateway(report.name) if report.name else None
    if not report.address:
        return None
    return codegen.connect_scheduler(report.address, directory if report.tls else None)


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


def _plots(cluster: Cluster, dashboard: str | None, base_url: str) -> list[dict[str, str]]:
    """Return the single plots by title; the scheduler lists them in no order."""
    if not dashboard:
        return []
    root = dashboard.rsplit("/status", 1)[0]
    return [
        {
            "name": path.strip("/"),
            "title": title.removeprefix("Individual "),
            "url": root + _escaped(path),
        }
        for title, path in sorted(cluster.report.plots.items())
    ]


@lru_cache(maxsize=1024)
def _escaped(path: str) -> str:
    """Return a plot's path as it stands in an address; most clusters have the same thirty."""
    return quote(path if path.startswith("/") else f"/{path}")


def _idle(cluster: Cluster) -> dict[str, Any] | None:
    """Return the idle time that ends first: the one asked for here, or a gateway's own."""
    report = cluster.report
    limits = [(cluster.idle_timeout, report.closes_at), (report.idle_limit, report.stops_at)]
    known = [(timeout, when) for timeout, when in limits if timeout is not None]
    if not known:
        return None
    timeout, when = min(known, key=lambda limit: limit[0])
    return {"timeout": timeout, "closes_at": when}
