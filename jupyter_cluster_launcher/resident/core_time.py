"""Core-seconds: for how long how many cores were there."""

from __future__ import annotations

import time
from datetime import datetime, timezone

CLOCK_SET = 5.0  # seconds by which the wall clock has to differ to have been set


class CoreTime:
    """Adds up core-seconds when the number of cores changes; readers derive what is between.

    Spans are measured by the monotonic clock, which nobody sets.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        """Go on from ``seconds`` times cores."""
        self.cores, self.seconds = 0, seconds
        self._changed = time.monotonic()
        self._since = time.time()

    def total(self) -> float:
        """Return the core-seconds until now."""
        return self.seconds + self.cores * (time.monotonic() - self._changed)

    def count(self, cores: int) -> tuple[float, str]:
        """Note how many cores there are now.

        Return the core-seconds until the number last changed, and when that was (ISO 8601, UTC) by
        the wall clock as it is set now, from which readers go on.
        """
        now, wall = time.monotonic(), time.time()
        if cores != self.cores:
            self.seconds += self.cores * (now - self._changed)
            self.cores, self._changed, self._since = cores, now, wall
        since = wall - (now - self._changed)
        if abs(since - self._since) > CLOCK_SET:
            self._since = since
        when = datetime.fromtimestamp(self._since, timezone.utc).isoformat(timespec="seconds")
        return round(self.seconds, 1), when
