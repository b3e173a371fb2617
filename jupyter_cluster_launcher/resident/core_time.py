"""Core-seconds: for how long how many cores were there."""

from __future__ import annotations

import time
from datetime import datetime, timezone


class CoreTime:
    """Adds up core-seconds when the number of cores changes; readers derive what is between."""

    def __init__(self, seconds: float = 0.0) -> None:
        """Go on from ``seconds`` times cores."""
        self.cores, self.seconds, self.since = 0, seconds, time.time()

    def count(self, cores: int) -> tuple[float, str]:
        """Note how many cores there are now.

        Return the core-seconds until the number last changed, and when that was (ISO 8601, UTC).
        """
        if cores != self.cores:
            now = time.time()
            self.seconds += self.cores * (now - self.since)
            self.cores, self.since = cores, now
        since = datetime.fromtimestamp(self.since, timezone.utc).isoformat(timespec="seconds")
        return round(self.seconds, 1), since
