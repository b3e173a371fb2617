"""Moments by the wall clock, for readers, of spans that the monotonic clock measures."""

from __future__ import annotations

import time
from datetime import datetime, timezone

CLOCK_SET = 5.0  # seconds by which the wall clock has to differ to have been set


class Moment:
    """A moment of the monotonic clock, which no one sets, as the wall clock shows it."""

    def __init__(self, at: float | None = None) -> None:
        """Take the moment ``at`` of the monotonic clock, in seconds; None is now."""
        self.at = time.monotonic() if at is None else at
        self._wall = self._now_shown()

    def text(self) -> str:
        """Return the moment by the wall clock as it is set now, ISO 8601 in UTC.

        It is the same text each time until somebody sets the clock.
        """
        wall = self._now_shown()
        if abs(wall - self._wall) > CLOCK_SET:
            self._wall = wall
        return datetime.fromtimestamp(self._wall, timezone.utc).isoformat(timespec="seconds")

    def _now_shown(self) -> float:
        return time.time() + self.at - time.monotonic()
