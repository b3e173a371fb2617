"""Whether the system killed processes because memory ran out: Linux counts them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")
HOST = Path("/proc/vmstat")  # counts for the whole host
COUNT = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)
RECENT = 10.0  # seconds between a kill and the notice of it, at most


class OutOfMemory:
    """Counts what the system kills for lack of memory: in this container, else on this host."""

    def __init__(self) -> None:
        """Count from now on."""
        self._file = next((file for file in _files() if _count(file) is not None), None)
        self._newer = self._older = self._look()
        self._told = self._older[1]  # up to which count kills have been told

    def note(self) -> None:
        """Forget kills that are not recent; call this now and then."""
        if time.monotonic() - self._newer[0] >= RECENT:
            self._older, self._newer = self._newer, self._look()

    def killed(self) -> bool:
        """Return whether a process was killed recently of which this has not been said yet."""
        self._told = max(self._told, self._older[1])
        if self._look()[1] <= self._told:
            return False
        self._told += 1
        return True

    def _look(self) -> tuple[float, int]:
        return time.monotonic(), (self._file and _count(self._file)) or 0


def _files() -> Iterator[Path]:
    """Yield the files in which kills may be counted, those of this process's own group first."""
    with suppress(OSError):  # not Linux
        for line in OWN_CGROUPS.read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers and "memory" not in controllers.split(","):
                continue
            root = CGROUPS / "memory" if controllers else CGROUPS
            name = "memory.oom_control" if controllers else "memory.events"
            group = Path(path.lstrip("/"))  # in a container, it may be a path of the host
            yield from (root / folder / name for folder in (group, *group.parents))
    yield HOST


def _count(file: Path) -> int | None:
    with suppress(OSError):
        found = COUNT.search(file.read_text(encoding="ascii"))
        return int(found[1]) if found else None
    return None
