"""Watches over clusters that do as the test says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_cluster_launcher.resident.report import Polled, Sample
from jupyter_cluster_launcher.resident.watching.watch import Watch

IDLE: Polled = {
    "ready": 1,
    "cores": 2,
    "memory": 1000,
    "usage": {"cpu": 0.0, "memory": 100, "tasks": 0, "busy": False},
}
BUSY: Polled = {**IDLE, "usage": {"cpu": 1.0, "memory": 100, "tasks": 1, "busy": True}}


def watch(folder: Path, *reports: Polled, activity: int | None = None, **limits: Any) -> Watch:
    """Return a watch whose cluster has these states one after another, and then the last one."""
    states = list(reports)

    def sample() -> Sample:
        return Sample(states.pop(0) if len(states) > 1 else states[0], activity)

    one = Watch(lambda: None, str(folder), orphan_timeout=limits.pop("orphan_timeout", None))
    one.begin(sample, **limits)
    return one
