"""How much memory this server may still use, on this host and within the limits of a container."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")
# The files with the limit, with what is used, and the entry of memory.stat for files that the
# system only keeps in memory as long as there is room: of the two versions of control groups.
VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
VERSION_2 = ("memory.max", "memory.current", "inactive_file")


def available() -> int:
    """Return the bytes that can be used before the host or a limit of a container is short."""
    found = [int(psutil.virtual_memory().available)]
    for folder, version in _groups():
        with contextlib.suppress(OSError, ValueError):  # no limit: "max", or no file at all
            found.append(_left(folder, *version))
    return min(found)


def _groups() -> Iterator[tuple[Path, tuple[str, str, str]]]:
    """Yield the folders of this process's control groups, from its own to the outermost."""
    try:
        lines = OWN_CGROUPS.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root, version = (CGROUPS / "memory", VERSION_1) if controllers else (CGROUPS, VERSION_2)
        group = Path(path.lstrip("/"))  # in a container, it may be a path of the host
        for folder in (group, *group.parents):
            yield root / folder, version


def _left(folder: Path, limit: str, used: str, cached: str) -> int:
    """Return what a control group may still use; raises ``OSError`` and ``ValueError``."""
    lines = (folder / "memory.stat").read_text(encoding="ascii").splitlines()
    stat = dict(line.split(maxsplit=1) for line in lines)
    most, now = (int((folder / name).read_text(encoding="ascii")) for name in (limit, used))
    return most - now + int(stat.get(cached, 0))
