"""What is kept of a cluster that has ended, for the size of the next one."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ..backends.facts import Status
from ..jobs import MEMORY
from ..masking import masked
from ..models import Cluster, now
from ..platforms.memory import is_decimal
from .saved.history import Entry

LENGTH = 200  # characters of a message
# A path or a web address, of which a sentence needs no more than a blank or a quote before it.
PLACE = re.compile(r"(?:^|[\s\"'=:,(])(?:[/~]\S|\w+://)")


def entry(cluster: Cluster, status: Status, state: str) -> Entry:
    """Return what is kept of a cluster; ``state`` is as in ``Entry``."""
    report = cluster.report
    return Entry(
        id=cluster.id,
        name=cluster.name,
        platform=cluster.platform,
        platform_title=cluster.platform_title,
        launched=cluster.created,
        ended=cluster.ended or now(),
        state=state,
        message="" if state == "stopped" else harmless(cluster.message),
        unit=cluster.scaling.unit,
        requested=status.requested,
        core_hours=round(report.core_seconds / 3600, 3),
        short=short_of_memory(cluster, status),
        decimal=is_decimal(cluster.create),
        used=report.used,
    )


def short_of_memory(cluster: Cluster, status: Status) -> bool:
    """Return whether workers or jobs ended for lack of memory.

    Without jobs, what failed are workers whose process was killed or crashed.
    """
    killed = cluster.report.killed > 0 or (status.failed > 0 and not status.jobs)
    return killed or any(job.limit == MEMORY for job in status.jobs)


def short_of_own_memory(cluster: Cluster, status: Status) -> bool:
    """Return the same, but not where the system ran out of memory: more for each makes that worse.

    A nanny kills its worker at the limit of that worker.
    """
    report = cluster.report
    system = report.killed > 0 and not any(death.memory for death in report.deaths)
    unexplained = status.failed > report.killed
    return short_of_memory(cluster, status) and (bool(status.jobs) or not system or unexplained)


def harmless(message: str) -> str:
    """Return a message in one line, empty where it has a secret, a path or an address in it."""
    text = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    home = str(Path.home())
    if masked(text, os.environ) != text or PLACE.search(text) or (home != "/" and home in text):
        return ""
    return text if len(text) <= LENGTH else f"{text[: LENGTH - 1]}…"
