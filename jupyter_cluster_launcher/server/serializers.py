"""Clusters and platforms as JSON data, in the shapes of openapi.yaml."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..backends import dashboards
from ..backends.base import Backend
from ..backends.facts import Check, Found, Start, Status
from ..clusters.launching.again import ENDED, adjusted, fewer, option_named_in
from ..clusters.launching.preflight import Preview
from ..clusters.launching.presets import Preset
from ..clusters.saved.others_rows import SHARED
from ..jobs import Job
from ..masking import masked
from ..models import Cluster, State
from ..platforms import encryption
from ..platforms.install import install_command
from ..platforms.platform import Platform
from .amounts import spent_view, usage_view, used_view
from .portable import portable


def cluster_view(
    cluster: Cluster,
    backend: Backend,
    directory: Path,
    base_url: str,
    declared: Callable[[], Mapping[str, Any]] = dict,
    excess: Callable[[Mapping[str, Any]], Sequence[str]] = lambda values: (),
) -> dict[str, Any]:
    """Return a cluster as JSON data.

    ``directory`` has its credentials, ``base_url`` is the Jupyter server's, under which dashboards
    are reached. ``declared`` returns the schemas of its platform's options, ``excess`` what of some
    values the site does not allow.
    """
    spent = spent_view(cluster, backend)
    cluster = as_shown(cluster)
    report, live = cluster.report, cluster.state is State.RUNNING
    status = backend.status(cluster, datetime.now().astimezone())
    dashboard = dashboards.path(cluster, base_url) or report.dashboard_link
    return {
        "id": cluster.id,
        "name": cluster.name,
        "platform": cluster.platform,
        "platform_title": cluster.platform_title,
        "options": portable(cluster.chosen, os.environ),
        "kernel_name": cluster.kernel_name,
        "state": cluster.state.value,
        "message": masked(status.message, os.environ),
        "created": cluster.created,
        "workers": {
            "requested": status.requested,
            "ready": report.ready,
            "queued": status.queued,
            "failed": status.failed,
            "killed": report.killed,
            "died": report.failed,
        },
        "unit": "jobs" if cluster.scaling.unit == "jobs" else "workers",
        "adapt": asdict(cluster.adapt) if cluster.adapt else None,
        "scalable": report.scalable,
        "cores": report.cores,
        "memory": report.memory,
        "spent": spent,
        "usage": usage_view(cluster),
        "used": used_view(cluster),
        "address": report.address,
        "tls": report.tls if report.address else cluster.tls,
        "dashboard_url": dashboard if live else None,
        "dashboard_access": backend.dashboard_access(cluster) if live else None,
        "code": {
            "create": cluster.create,
            "connect": backend.connect_code(cluster, directory, base_url) if live else None,
        },
        "again": _again(cluster, status, declared, excess),
        "keep_running": cluster.keep_running,
        "joined": report.joined,
        "expires": _time(status.expires),
        "idle": _idle(cluster),
        "renewal": _renewal(cluster),
        "core_hours": cluster.core_hours,
        "queue": status.queue,
        "jobs": [_job(job) for job in status.jobs],
        "versions": report.versions,
        "warnings": masked([*report.warnings, *status.warnings], os.environ),
    }


def as_shown(cluster: Cluster) -> Cluster:
    """Return a cluster as users see it: one that has ended is stopping until nothing is left."""
    if not cluster.ends_by_itself or cluster.message not in ("", SHARED):
        return cluster
    return replace(cluster, state=cluster.shown_state, message=cluster.report.ended or "")


def plots_view(cluster: Cluster) -> list[dict[str, str]]:
    """Return the single plots of a dashboard by title; the scheduler lists them in no order.

    They are many, and only looked for one cluster at a time, so they are no part of the cluster.
    """
    plots = cluster.report.plots if cluster.state is State.RUNNING else {}
    return [
        {"name": path.strip("/"), "title": _plot_title(title)}
        for title, path in sorted(plots.items())
    ]


def workers_view(cluster: Cluster, workers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the workers that are there, as the resident lists them, and the last that died."""
    deaths = reversed(cluster.report.deaths)
    dead = [{"id": d.id, "name": d.name, "when": d.when, "reason": d.reason} for d in deaths]
    return {"workers": list(workers), "dead": dead}


def _plot_title(title: str) -> str:
    """Return the title of a plot as users know it; Dask capitalizes every first letter alone."""
    title = title.removeprefix("Individual ")
    return {"Graph": "Task Graph"}.get(title, title.replace("Cpu", "CPU").replace("Gpu", "GPU"))


def platform_view(
    platform: Platform, backend: Backend, reason: str | None, detected: bool
) -> dict[str, Any]:
    """Return a platform as JSON data; ``reason`` is why it cannot work here."""
    workers = platform.workers
    return {
        "name": platform.name,
        "title": platform.title,
        "description": platform.description,
        "available": reason is None,
        "reason": reason,
        "command": install_command(reason),
        "detected": detected,
        "likely": detected or not platform.detect,
        "tls": platform.tls,
        "can_encrypt": backend.launches and encryption.optional(platform),
        "workers": {
            **{key: workers[key] for key in ("title", "default", "minimum", "maximum")},
            "from": workers.get("from"),
            "suggested": workers.get("suggested", workers["default"]),
        },
        "adaptive": platform.adaptive,
        "core_hours": platform.limits.get("core_hours"),
        "options": {"type": "object", "properties": platform.options},
        "options_from": backend.options_source(platform),
        "queue": backend.batch_system(platform),
        "finds": backend.discovers,
        "launches": backend.launches,
    }


def preview_view(preview: Preview) -> dict[str, Any]:
    """Return the code that a launch would run, with its size in words."""
    return {
        "create": preview.create,
        "summary": preview.summary,
        "warnings": list(preview.warnings),
        "advice": asdict(preview.advice) if preview.advice else None,
    }


def check_view(check: Check, warnings: Sequence[str]) -> dict[str, Any]:
    """Return an engine's verdict on a launch."""
    return {**asdict(check), "warnings": list(warnings)}


def start_view(start: Start) -> dict[str, Any]:
    """Return when a launch would start in one way."""
    return asdict(start)


def found_view(found: Found) -> dict[str, str]:
    """Return a cluster that was made elsewhere."""
    return asdict(found)


def preset_view(preset: Preset) -> dict[str, Any]:
    """Return a preset as JSON data."""
    return asdict(preset)


def _job(job: Job) -> dict[str, Any]:
    return {"id": job.id, "state": job.state, "reason": job.reason, "exit_code": job.exit_code}


def _again(
    cluster: Cluster,
    status: Status,
    declared: Callable[[], Mapping[str, Any]],
    excess: Callable[[Mapping[str, Any]], Sequence[str]],
) -> dict[str, Any] | None:
    """Return how to launch a cluster again, None where that makes no sense.

    While it runs it does where workers of it are killed for lack of memory and another launch would
    give them more.
    """
    if not can_be_repeated(cluster):
        return None
    schemas = declared()
    options, change, field = adjusted(cluster, status, schemas, excess)
    if not change and cluster.state not in ENDED:
        return None
    refused = cluster.state is State.FAILED and not change
    field = field or (option_named_in(cluster.message, schemas) if refused else "")
    workers = fewer(cluster) if change and not options else None
    return {"options": options, "workers": workers, "change": change, "field": field}


def can_be_repeated(cluster: Cluster) -> bool:
    """Return whether another launch of a cluster may make sense, as the options declared say."""
    short = cluster.state is State.RUNNING and cluster.report.killed > 0
    return cluster.readable and not cluster.report.joined and (short or cluster.state in ENDED)


def _time(when: datetime | None) -> str | None:
    return when.astimezone(timezone.utc).isoformat(timespec="seconds") if when else None


def _renewal(cluster: Cluster) -> dict[str, Any] | None:
    """Return how the jobs of a cluster are kept, None where they cannot be."""
    report = cluster.report
    fixed = cluster.state is State.RUNNING and cluster.adapt is None
    if not (fixed and cluster.batch and "job_life" in cluster.preparation):
        return None
    until = report.renew_until and datetime.fromisoformat(report.renew_until)
    return {
        "until": report.renew_until if until and until > datetime.now(timezone.utc) else None,
        "renewed": report.renewed,
        "replaced": report.replaced,
    }


def _idle(cluster: Cluster) -> dict[str, Any] | None:
    """Return the idle time that ends first: the one set here, or a gateway's own."""
    report = cluster.report
    limits = [(cluster.idle_timeout, report.closes_at), (report.idle_limit, report.stops_at)]
    known = [(timeout, when) for timeout, when in limits if timeout is not None]
    if not known:
        return None
    timeout, when = min(known, key=lambda limit: limit[0])
    return {"timeout": timeout, "closes_at": when}
