"""Core-hours of a cluster that has ended: what its last report could not know yet."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import datetime

from ..models import Report


@dataclass(frozen=True)
class Heard:
    """When a server got a report: by the monotonic clock, and by the wall clock of that moment."""

    at: float
    wall: float


def heard_now() -> Heard:
    """Return this moment."""
    return Heard(time.monotonic(), time.time())


def counted(report: Report, heard: Heard | None) -> Report:
    """Return a cluster's last report with the core-seconds up to now, and no cores any more.

    The wall clock may be set at any time: between two moments of this process only the monotonic
    clock counts. A cluster that this server never heard of stays as it was reported.
    """
    if heard is None or report.cores_since is None:
        return report
    try:
        before = heard.wall - datetime.fromisoformat(report.cores_since).timestamp()
    except ValueError:
        before = 0.0
    seconds = max(0.0, before) + time.monotonic() - heard.at
    core_seconds = round(report.core_seconds + report.cores * seconds, 1)
    return replace(report, core_seconds=core_seconds, cores=0)
