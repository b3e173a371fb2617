"""How much memory is enough for a launch, from what earlier clusters of its platform have used."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...backends.batch.words.summary import memory_bytes
from ...backends.facts import Size
from ...errors import BadInputError
from ...platforms import memory
from ...platforms.options import check_options
from ...platforms.platform import Platform
from ..saved.history import Entry
from .again import each

LAST = 10  # clusters of a platform that are looked at
BUSY = 60.0  # seconds for which a cluster must have computed
TASKS = 10  # that it must have ended
# Of its memory, what a worker may use before Dask writes data to disk.
SAFE = 0.7
LEAST = 10**9  # bytes for a worker: Python with its packages takes a part of that
WORTH = 0.75  # of what is requested: to change it for more would not be worth the trouble


@dataclass(frozen=True)
class Advice:
    """Options that are enough for a launch, in words, and the reason in a sentence."""

    options: dict[str, Any]
    text: str
    reason: str


def advise(platform: Platform, size: Size | None, past: Sequence[Entry]) -> Advice | None:
    """Return how much less memory is enough for a launch of ``size``, None if that is unknown.

    ``past`` are clusters that have ended, newest first. There is no advice where a worker of one of
    the last was killed for lack of memory or wrote data to disk: it may have needed more than it
    got; nor for workers with more threads, which run more tasks at a time.
    """
    last = [one for one in past if one.platform == platform.name and _worked(one)][:LAST]
    requested = size and memory_bytes(size.memory)
    if size is None or not requested or not last or any(map(_was_short, _since(past, last))):
        return None
    alike = [one.used for one in last if one.used and one.used.threads >= size.threads]
    peak = max((used.peak for used in alike), default=0.0) * size.each
    binary = "i" in size.memory
    step = 2**30 if binary else 10**9
    number = _rounded(max(peak / SAFE, LEAST * size.each) / step)
    unit = "GiB" if binary else "GB"
    options = {size.option: f"{number}{unit}"}
    if not peak or number * step > WORTH * requested or not _allowed(platform, options):
        return None
    per = each(platform.options[size.option])
    return Advice(
        options,
        f"{number} {unit} {per} is enough",
        f"{_number(len(alike))} of your last clusters on {platform.title} used at most "
        f"{memory.size(peak, not binary)} {per}.",
    )


def _worked(one: Entry) -> bool:
    """Return whether a cluster has computed long enough to say how much memory it takes.

    The end of a lost cluster is unknown.
    """
    used = one.used if one.state != "lost" else None
    return used is not None and used.busy >= BUSY and used.tasks >= TASKS


def _since(past: Sequence[Entry], last: Sequence[Entry]) -> list[Entry]:
    """Return all clusters of the platform that are not older than the last of ``last``."""
    oldest = last[-1]
    same = [one for one in past if one.platform == oldest.platform]
    return same[: same.index(oldest) + 1]


def _was_short(one: Entry) -> bool:
    return one.short or (one.used is not None and one.used.spilled > 0)


def _rounded(number: float) -> int:
    """Return a number of GB that is at least as large: 4, 13, 20, 64, 144."""
    step = 1 if number <= 16 else 4 if number <= 64 else 16
    return math.ceil(number / step) * step


def _allowed(platform: Platform, options: dict[str, Any]) -> bool:
    """Return whether the platform takes these options."""
    try:
        check_options(platform, options)
    except BadInputError:
        return False
    return True


def _number(count: int) -> str:
    return "One" if count == 1 else str(count)
