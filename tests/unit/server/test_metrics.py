"""The gauges, computed from clusters."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from jupyter_cluster_launcher.models import Cluster, Report, State
from jupyter_cluster_launcher.server.metrics import ClusterMetrics, core_hours

NOON = datetime(2026, 5, 4, 12, tzinfo=timezone.utc)
ELEVEN = "2026-05-04T11:00:00+00:00"


def of(state: State, platform: str, **report: Any) -> Cluster:
    """Return a cluster with a report."""
    return Cluster(
        id=f"{platform}-{state.value}",
        name="Tides",
        platform=platform,
        platform_title=platform,
        kernel_name="python3",
        cwd=None,
        create="",
        requested=1,
        state=state,
        report=Report(**report),
    )


def test_gauges_by_platform_and_state() -> None:
    """Guards a center's view of its users: what runs where, without what has ended."""
    clusters = [
        of(State.RUNNING, "local", ready=2, cores=4),
        of(State.RUNNING, "local", ready=1, cores=1),
        of(State.FAILED, "tallgrass", ready=7, cores=7, core_seconds=1800),
    ]
    registry = CollectorRegistry()
    registry.register(ClusterMetrics(lambda: clusters))
    lines = {line for line in generate_latest(registry).decode().splitlines() if line[0] != "#"}
    assert lines == {
        'cluster_launcher_clusters{platform="local",state="running"} 2.0',
        'cluster_launcher_clusters{platform="tallgrass",state="failed"} 1.0',
        'cluster_launcher_workers{platform="local"} 3.0',
        'cluster_launcher_workers{platform="tallgrass"} 0.0',
        'cluster_launcher_cores{platform="local"} 5.0',
        'cluster_launcher_cores{platform="tallgrass"} 0.0',
        'cluster_launcher_core_hours{platform="local"} 0.0',
        'cluster_launcher_core_hours{platform="tallgrass"} 0.5',
    }


def test_core_hours_grow_while_a_cluster_runs() -> None:
    """Guards against counting only up to the last change of the number of cores."""
    running = of(
        State.RUNNING,
        "local",
        cores=8,
        core_seconds=3600.0,
        cores_since="2026-05-04T11:00:00+00:00",
    )
    assert core_hours(running, NOON) == pytest.approx(9)
    assert core_hours(replace(running, state=State.CLOSED), NOON) == pytest.approx(1)
