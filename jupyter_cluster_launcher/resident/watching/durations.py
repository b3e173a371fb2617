"""Time spans for sentences."""

from __future__ import annotations

UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def in_words(seconds: float) -> str:
    """Return a time span in its largest whole unit, such as "2 hours" or "1.5 minutes"."""
    for size, name in UNITS:
        if seconds >= size:
            number = round(seconds / size, 1)
            return f"{number:g} {name}{'' if number == 1 else 's'}"
    return f"{seconds:g} seconds"
