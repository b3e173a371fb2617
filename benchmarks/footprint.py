"""What processes cost while nothing happens: CPU, wake-ups, memory, and files that are written."""

from __future__ import annotations

import contextlib
import os
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil

LOOK = 0.5  # seconds between two looks at the files
# What a server touches: to show controllers that it is there, and others that it owns a cluster.
TOUCHED = ("connection.json", "owner.json")
Stamp = tuple[int, int, int]  # of a file: inode, size, time of its last change in ns


class Cost(NamedTuple):
    """Of a process: CPU in percent of a core, wake-ups a second, resident memory in MiB."""

    cpu: float
    wakeups: float
    memory: float


def costs(
    pids: Sequence[int], seconds: float, folder: Path | None = None
) -> tuple[list[Cost], Counter[str]]:
    """Return what each process costs for some seconds, and which files were written how often.

    The files are those below ``folder``, by name; that a server touches one does not count.
    """
    processes = [psutil.Process(pid) for pid in pids]
    before = [(_cpu(one), wakeups(one.pid)) for one in processes]
    begun, written, files = time.monotonic(), Counter[str](), stamps(folder)
    while (left := seconds - (time.monotonic() - begun)) > 0:
        time.sleep(min(LOOK, left))
        now = stamps(folder)
        written.update(map(os.path.basename, changed(files, now)))
        files = now
    passed = time.monotonic() - begun
    found = []
    for one, (cpu, woken) in zip(processes, before, strict=True):
        used = (_cpu(one) - cpu) / passed * 100
        memory = one.memory_info().rss / 2**20
        found.append(Cost(used, (wakeups(one.pid) - woken) / passed, memory))
    return found, written


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def wakeups(pid: int) -> int:
    """Return how often the threads of a process have waited for something, since they began."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        with contextlib.suppress(OSError):  # a thread that has ended
            for line in status.read_text().splitlines():
                if line.startswith("voluntary_ctxt_switches:"):
                    total += int(line.split()[1])
    return total


def stamps(folder: Path | None) -> dict[str, Stamp]:
    """Return all files below a folder, with what changes when they are written."""
    found = {}
    for parent, _, names in os.walk(folder) if folder else ():
        for name in names:
            path = os.path.join(parent, name)
            with contextlib.suppress(OSError):  # removed meanwhile
                known = os.lstat(path)
                found[path] = (known.st_ino, known.st_size, known.st_mtime_ns)
    return found


def changed(before: Mapping[str, Stamp], after: Mapping[str, Stamp]) -> list[str]:
    """Return the files that were written or made; one that was only touched was not."""
    return [
        path
        for path, stamp in after.items()
        if before.get(path) != stamp
        and not (os.path.basename(path) in TOUCHED and before.get(path, ())[:2] == stamp[:2])
    ]


def mean(values: Iterable[float]) -> float:
    """Return the mean of a cost over processes."""
    return statistics.fmean(values)
