"""What a cluster has used so far, from which the size of the next one follows."""

from __future__ import annotations

import time

from ..report import Polled, Used

GREATEST = ("peak", "limit", "threads", "each")  # of the largest worker, the most there has been

NOTHING: Used = {
    "peak": 0,
    "limit": 0,
    "threads": 0,
    "each": 1,
    "units": 0,
    "spilled": 0,
    "tasks": 0,
    "busy": 0.0,
    "cpu_seconds": 0.0,
    "core_seconds": 0.0,
}


class Meter:
    """Adds up what the workers use from poll to poll.

    Spans are measured by the monotonic clock, which no one sets.
    """

    def __init__(self, before: Used | None = None) -> None:
        """Go on from what an earlier controller of the cluster has counted ``before``."""
        self._used: Used = {**NOTHING, **(before or NOTHING)}
        self._at = time.monotonic()
        self._ended = 0  # tasks, at the last poll

    def count(self, report: Polled) -> Used:
        """Note the state of a cluster, and return what it has used until now."""
        used, usage, largest = self._used, report.get("usage"), report.get("largest")
        now = time.monotonic()
        seconds, self._at = now - self._at, now
        used["units"] = max(used["units"], report.get("ready", 0))
        if largest:
            for key in GREATEST:
                used[key] = max(used[key], largest[key])  # type: ignore[literal-required]
        if usage:
            used["spilled"] = max(used["spilled"], usage.get("spilled", 0))
            used["core_seconds"] += seconds * report.get("cores", 0)
            used["cpu_seconds"] += seconds * report.get("cores", 0) * usage["cpu"]
            used["busy"] += seconds * usage["busy"]
            # Not all schedulers count tasks that are forgotten before the next poll.
            ended = report.get("computed", usage.get("done", 0) + usage.get("erred", 0))
            used["tasks"] += max(0, ended - self._ended)
            self._ended = ended
        return self.total()

    def total(self) -> Used:
        """Return what the cluster has used until the last poll."""
        used = self._used.copy()
        for key in ("busy", "cpu_seconds", "core_seconds"):
            used[key] = round(used[key], 1)
        return used
