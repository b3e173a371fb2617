"""How much memory workers may use here, and how sizes of memory are written."""

from __future__ import annotations

import os
from pathlib import Path

LIMITS = (  # of a container, by the version of cgroups
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
STEP = 1024


def usable(limits: tuple[Path, ...] = LIMITS) -> int | None:
    """Return the bytes of memory that Dask divides among workers; None where it is not known."""
    try:
        found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    except (AttributeError, OSError, ValueError):  # not on Windows
        return None
    for limit in limits:
        try:
            found.append(int(limit.read_text(encoding="ascii")))
        except (OSError, ValueError):  # "max" is a ValueError: no limit
            continue
    return min(found)


def size(value: float) -> str:
    """Return a number of bytes as the rows show it: 12 GiB, 1.5 GiB."""
    unit = 0
    while value >= STEP and unit + 1 < len(UNITS):
        value, unit = value / STEP, unit + 1
    text = f"{value:.1f}" if value < 10 else f"{value:.0f}"
    return f"{text.removesuffix('.0')} {UNITS[unit]}"
