"""Times and time limits as SLURM writes them."""

from __future__ import annotations

import re
from datetime import datetime

STARTS = re.compile(
    r"Job \S+ to start at (?P<start>\S+) using \d+ processors on nodes (?P<nodes>\S+)"
)


def seconds(walltime: str) -> int | None:
    """Read a time limit as sbatch does; None where it is something else.

    minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes[:seconds]
    """
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", walltime.strip())
    if not match:
        return None
    days, *rest = match.groups()
    numbers = [int(number) for number in rest if number is not None]
    if days is None and len(numbers) < 3:
        numbers.insert(0, 0)  # minutes lead
    hours, minutes, secs = (*numbers, 0, 0)[:3]
    return ((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + secs


def walltime(limit: int) -> str:
    """Return a time limit as the option has it: 00:05:00, 1-00:00:00."""
    days, rest = divmod(limit, 86400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{clock}" if days else clock


def option_value(name: str, text: str) -> str:
    """Return what a variable of sbatch says as the option ``name`` has it.

    Minutes are a time limit of three numbers, and memory without a unit is in MiB.
    """
    if name == "walltime":
        limit = seconds(text)
        return text if limit is None else walltime(limit)
    return f"{text}MiB" if name == "memory" and text.isdigit() else text


def time_of(text: str) -> datetime | None:
    """Read a time of the cluster, which writes them without a zone.

    N/A, Unknown and NONE are none.
    """
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        return None
