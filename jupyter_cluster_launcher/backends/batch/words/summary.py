"""What a launch requests from a batch system: how many jobs, how large, for how long."""
# ruff: noqa: RUF001, RUF002  # the sign of multiplication

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ....models import Cost
from .wording import count

UNITS = ("B", "KB", "MB", "GB", "TB", "PB")
MARGIN = (30, 300)  # seconds that a worker ends before its job must: a twentieth, but within these


def lifetime(seconds: int | None) -> list[str]:
    """Return the arguments with which a worker ends before the time limit of its job.

    It then hands over its data and accepts no more tasks, instead of being killed with both. The
    stagger keeps workers that started together from ending together. Empty for a limit that is too
    short.
    """
    if seconds is None:
        return []
    margin = round(min(MARGIN[1], max(MARGIN[0], seconds / 20)))
    if seconds < 4 * margin:
        return []
    return ["--lifetime", f"{seconds - 2 * margin}s", "--lifetime-stagger", f"{margin}s"]


def shortest_life(seconds: int) -> float:
    """Return after how many seconds a worker may end by `lifetime`, or by the limit without it."""
    arguments = lifetime(seconds)
    if not arguments:
        return seconds / 2
    end, stagger = (int(text.removesuffix("s")) for text in arguments[1::2])
    return end - stagger


def summary(
    jobs: int,
    values: Mapping[str, Any],
    seconds: int | None,
    adapting: bool,
    cost: Cost | None = None,
) -> str:
    """Return what a launch requests in total; ``values`` are the arguments of the cluster.

    "8 jobs × 1 core, 10 GB = 8 cores, 80 GB, at most 32 core-hours", and their price where ``cost``
    is given. ``seconds`` is for how long each runs at most.
    """
    cores = int(values.get("cores") or 1)
    memory = _memory(values.get("memory"))
    number = f"up to {count(jobs, 'job')}" if adapting else count(jobs, "job")
    each = [count(cores, "core"), *([_size(*memory)] if memory else [])]
    total = [count(jobs * cores, "core")]
    if memory:
        total.append(_size(jobs * memory[0], memory[1]))
    if seconds is not None:
        hours = jobs * cores * seconds / 3600
        price = f" ({hours * cost.per_core_hour:.2f} {cost.currency})" if cost else ""
        total.append(f"at most {_round(hours)} core-hours{price}")
    return f"{number} × {', '.join(each)} = {', '.join(total)}"


def _round(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}".removesuffix(".0")


def _memory(text: Any) -> tuple[float, str] | None:
    """Return a number and its unit: 10GB, 1.5 GiB, 500M; None for what is not a size."""
    match = re.fullmatch(r"([0-9.]+)\s*([kKMGTP]?)(i?)[bB]?", str(text or "").strip())
    if not match or match[1].count(".") > 1:
        return None
    return float(match[1]), f"{match[2].upper()}{match[3]}B"


def memory_bytes(text: Any) -> float | None:
    """Return the bytes of 10GB, 1.5 GiB or 500M; None for what is not a size."""
    size = _memory(text)
    if size is None:
        return None
    number, unit = size
    step = 1024 if "i" in unit else 1000
    return number * float(step ** UNITS.index(unit.replace("i", "")))


def _size(number: float, unit: str) -> str:
    """Return a size in the unit that it was given in, or a larger one if that reads better."""
    step = 1024 if "i" in unit else 1000
    plain = [one.replace("B", "iB") if "i" in unit and one != "B" else one for one in UNITS]
    index = plain.index(unit)
    while number >= 10 * step and index + 1 < len(plain):
        number, index = number / step, index + 1
    return f"{_round(number)} {plain[index]}"
