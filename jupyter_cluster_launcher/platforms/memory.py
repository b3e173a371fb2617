"""How much memory workers may use here, and how sizes of memory are written."""

from __future__ import annotations

import os
import re
from pathlib import Path

LIMITS = (  # of a container, by the version of cgroups
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
# A size in the code that creates a cluster, without "iB".
DECIMAL = re.compile(r"memory\w*[\"']?\s*[=:]\s*[\"'][0-9.]+\s*[kKMGTP]?B?[\"']")
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
DECIMAL_UNITS = ("B", "kB", "MB", "GB", "TB")


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


def is_decimal(create: str) -> bool:
    """Return whether the code that creates a cluster requests memory in powers of 1000."""
    return DECIMAL.search(create) is not None


def size(value: float, decimal: bool = False) -> str:
    """Return a number of bytes as the rows show it: 12 GiB, 1.5 GiB, or 1.6 GB if ``decimal``."""
    step, units, unit = 1000 if decimal else 1024, DECIMAL_UNITS if decimal else UNITS, 0
    while round(value) >= step and unit + 1 < len(units):
        value, unit = value / step, unit + 1
    text = f"{value:.1f}" if value < 9.95 else f"{value:.0f}"
    return f"{text.removesuffix('.0')} {units[unit]}"
