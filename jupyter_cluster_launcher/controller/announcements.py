"""The clusters that notebooks make themselves, as their schedulers announce them in files.

See `preload` for how they come to do that.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from . import host as processes
from .guarded_files import read_object
from .preload import folder

ADDRESS = re.compile(r"(tcp|tls)://[A-Za-z0-9_.:\[\]-]{1,280}", re.ASCII)
SIZE = 10_000  # bytes of a file


@dataclass(frozen=True)
class Announcement:
    """A scheduler in another process of this user; ``memory`` is in bytes."""

    address: str
    pid: int
    since: datetime
    workers: int
    cores: int
    memory: int


def found() -> list[Announcement]:
    """Return the announced schedulers that run on this host, the newest first.

    Files of processes that have ended are removed.
    """
    known = []
    for path in sorted(folder().glob("*.json")):
        one = _read(path)
        if one is None:
            with contextlib.suppress(OSError):
                path.unlink()
        else:
            known.append(one)
    return sorted(known, key=lambda one: one.since, reverse=True)


def _read(path: Path) -> Announcement | None:
    """Return what a file announces, None where its process has ended or it cannot be read."""
    try:
        data = read_object(path, SIZE)
        one = Announcement(
            address=str(data["address"]),
            pid=int(data["pid"]),
            since=datetime.fromtimestamp(float(data["since"]), timezone.utc),
            workers=int(data["workers"]),
            cores=int(data["cores"]),
            memory=int(data["memory"]),
        )
        born = str(data["started"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    runs = processes.started(one.pid) == born if born else processes.started(one.pid) != ""
    return one if runs and ADDRESS.fullmatch(one.address) else None
