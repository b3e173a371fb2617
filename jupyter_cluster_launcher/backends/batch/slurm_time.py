"""Time limits as SLURM writes them."""

from __future__ import annotations

import re


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
