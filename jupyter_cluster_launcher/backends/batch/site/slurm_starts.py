"""When a launch would start on a SLURM machine, in each partition and if it were smaller.

``sbatch --test-only`` answers for one job: a job with as many tasks as the launch has jobs, each as
large as one of them, starts when all of them can.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..slurm_time import STARTS, seconds, time_of, walltime
from ..words.wording import count
from .discovery import Variant
from .slurm_site import Site

MOST = 12  # partitions: each estimate uses up a job id


def variants(values: Mapping[str, Any], jobs: int, site: Site) -> list[Variant]:
    """Return the launch in each open partition, then with half the jobs, and half the time."""
    time = seconds(str(values.get("walltime") or ""))
    here = site.partition(values.get("queue"))
    # Of many, the chosen one and those with free nodes first.
    best = sorted(site.open, key=lambda one: (one is not here, not one.free))[:MOST]
    found = []
    for one in sorted(best, key=site.open.index):
        options: dict[str, Any] = {"queue": one.name}
        if time is not None and one.limit is not None and time > one.limit:
            options["walltime"] = walltime(one.limit)
        found.append(Variant(one.name, jobs, options))
    if jobs > 1:
        half = jobs // 2
        found.append(Variant(count(half, "job"), half, {}))
    if time is not None and time >= 120:
        shorter = walltime(time // 120 * 60)
        found.append(Variant(f"time limit {shorter}", jobs, {"walltime": shorter}))
    return found


def script(text: str, cores: int) -> str:
    """Return a job script of which a job of several tasks can be made: memory by the core."""

    def by_core(directive: re.Match[str]) -> str:
        return f"{directive[1]}--mem-per-cpu={math.ceil(int(directive[2]) / cores)}M"

    return re.sub(r"^(#SBATCH\s+)--mem=(\d+)M$", by_core, text, flags=re.MULTILINE)


def command(file: str, variant: Variant) -> list[str]:
    """Return the command that tests the job script in ``file`` as a variant of the launch."""
    options = {"queue": "--partition", "walltime": "--time"}
    changed = [f"{options[name]}={value}" for name, value in variant.options.items()]
    return ["sbatch", "--test-only", f"--ntasks={max(1, variant.jobs)}", *changed, file]


def start(returncode: int | None, text: str) -> datetime | None:
    """Return when the jobs would start, None if they cannot."""
    found = STARTS.search(text)
    return time_of(found["start"]) if found and returncode == 0 else None
