"""Log files, read from their end and within limits."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from .guarded_files import opened, words

# Bytes or characters of what the launch, the workers and the jobs wrote, each of these three: the
# browser fetches them every two seconds while they are open.
LIMIT = 1_000_000
LOG = "launch.log"  # in a cluster's directory: what its kernel and its workers write


def read_tail(path: Path, limit: int = LIMIT) -> str:
    """Return at most the last ``limit`` bytes of a file as text; empty where there is no file.

    Where it cannot be read, a sentence says so.
    """
    try:
        with opened(path) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - limit))
            return file.read(limit).decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError) as error:
        return f"{path} cannot be read: {words(error)}\n"


def last_line(text: str) -> str:
    """Return the last line that says something, without one that announces another; else empty."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if not line.endswith(":")] or lines
    return telling[-1][:300] if telling else ""


def size(path: Path) -> int:
    """Return the size of a file in bytes, 0 where there is none any more."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def shares(sizes: Sequence[int], most: int = LIMIT) -> list[int]:
    """Return how much to show of each of several texts, at least 1 and in all about ``LIMIT``.

    None gets more than ``most``. What short ones leave over goes to the long ones.
    """
    left, found = LIMIT, [0] * len(sizes)
    order = sorted(range(len(sizes)), key=lambda index: sizes[index])
    for rank, index in enumerate(order):
        share = left // (len(sizes) - rank)
        found[index] = max(1, min(sizes[index], share, most))
        left -= found[index]
    return found
