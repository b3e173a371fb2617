"""Core-seconds: for how long how many cores were there."""

from __future__ import annotations

import time

from ..wall_clock import Moment


class CoreTime:
    """Adds up core-seconds when the number of cores changes; readers derive what is between.

    Spans are measured by the monotonic clock, which no one sets.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        """Go on from ``seconds`` times cores."""
        self.cores, self.seconds = 0, seconds
        self._changed = Moment()

    def total(self) -> float:
        """Return the core-seconds until now."""
        return self.seconds + self.cores * (time.monotonic() - self._changed.at)

    def count(self, cores: int) -> tuple[float, str]:
        """Note how many cores there are now.

        Return the core-seconds until the number last changed, and when that was (ISO 8601, UTC) by
        the wall clock as it is set now, from which readers go on.
        """
        if cores != self.cores:
            now = Moment()
            self.seconds += self.cores * (now.at - self._changed.at)
            self.cores, self._changed = cores, now
        return round(self.seconds, 1), self._changed.text()
