"""The thread that polls a cluster, publishes reports when something changes, and ends it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone

from .core_time import CoreTime
from .durations import in_words
from .kernel import end_process, publish
from .report import Report, Sample, Usage
from .scheduler import plots

PERIOD = 0.3  # seconds between two polls of the cluster, all within this process
USAGE_PERIOD = 3.0  # seconds between two reports in which only CPU, memory and tasks differ
FLUCTUATING = ("usage", "closes_at")  # what may differ from poll to poll


class Watch(threading.Thread):
    """Polls a cluster in its own process and publishes what changed."""

    def __init__(
        self,
        sample: Callable[[], Sample],
        close: Callable[[], object],
        directory: str,
        *,
        idle_timeout: float | None = None,
        orphan_timeout: float | None = None,
        core_seconds: float = 0.0,
        known: Report | None = None,
    ) -> None:
        """Watch the cluster of which ``sample`` returns the state and which ``close`` shuts down.

        A cluster is shut down after ``idle_timeout`` seconds without work, and after
        ``orphan_timeout`` seconds without contact with a server; None is never. ``core_seconds``
        is what an earlier controller of the cluster has counted, ``known`` what every report says.
        """
        super().__init__(name="cluster-launcher", daemon=True)
        self._sample, self._close, self._directory = sample, close, directory
        self.idle_timeout, self.orphan_timeout = idle_timeout, orphan_timeout
        self.known: Report = known or {}
        self.idle_since = self.pinged_at = time.monotonic()
        self._busy: bool | None = None
        self._closes_at: str | None = None
        self._activity: int | None = None
        self._plots: dict[str, str] = {}
        self._core_time = CoreTime(core_seconds)
        self.last: Report = {}
        self.last_time = 0.0
        self.done = threading.Event()
        self._polling = threading.RLock()  # the shell's thread polls too

    def run(self) -> None:
        """Poll until the cluster has ended."""
        while not self.done.wait(PERIOD):
            try:
                self.poll()
            except Exception as error:  # a poll that failed must not end the watch
                self._warn(f"The cluster's state cannot be read: {type(error).__name__}: {error}")

    def restart_idle_time(self, idle_timeout: float | None) -> None:
        """Count ``idle_timeout`` seconds from now, None for no limit."""
        self.idle_timeout = idle_timeout
        self.idle_since, self._closes_at = time.monotonic(), None

    def poll(self, always: bool = False) -> None:
        """Poll once, publish a report where it is news or ``always``, and end what is overdue."""
        with self._polling:
            report = self._read()
            if always or self.differs(report):
                self.push(report)
            if report.get("ended"):
                self.done.set()
            elif self._overdue(self.idle_timeout, self.idle_since) and not self._busy:
                self.end(f"Closed after {in_words(self.idle_timeout or 0)} without work.")
            elif self._overdue(self.orphan_timeout, self.pinged_at):
                span = in_words(self.orphan_timeout or 0)
                self.end(f"Closed: no contact with a Jupyter server for {span}.")

    def _read(self) -> Report:
        """Return the cluster's state as a whole report."""
        sample = self._sample()
        report: Report = {**self.known, **sample.report}
        port = report.get("dashboard_port")
        if not self._plots and port:
            self._plots = plots(port)
        report.setdefault("plots", self._plots)
        report["core_seconds"], report["cores_since"] = self._core_time.count(
            report.get("cores", 0)
        )
        report["closes_at"] = self._idle(report.get("usage"), sample.activity)
        return report

    def _idle(self, usage: Usage | None, activity: int | None) -> str | None:
        """Return when the cluster will close if it stays idle, None while it computes."""
        # Work that began and ended between two polls is work too.
        before, self._activity = self._activity, activity
        busy = bool(usage and usage["busy"]) or activity != before
        if busy or busy != self._busy:
            self.idle_since, self._closes_at = time.monotonic(), None
        self._busy = busy
        if self._closes_at is None:
            self._closes_at = self._deadline()
        return None if busy else self._closes_at

    def _deadline(self) -> str | None:
        """Return the wall-clock time at which an idle cluster closes, ISO 8601 in UTC."""
        if self.idle_timeout is None:
            return None
        left = self.idle_timeout - (time.monotonic() - self.idle_since)
        when = datetime.fromtimestamp(time.time() + left, timezone.utc)
        return when.isoformat(timespec="seconds")

    def _overdue(self, timeout: float | None, since: float) -> bool:
        return timeout is not None and time.monotonic() - since > timeout

    def differs(self, report: Report) -> bool:
        """Return whether a report is news: meters that fluctuate a little are not."""
        if _steady(report) != _steady(self.last):
            return True
        if time.monotonic() - self.last_time < USAGE_PERIOD:
            return False
        if report.get("closes_at") != self.last.get("closes_at"):
            return True
        now, then = report.get("usage"), self.last.get("usage")
        if not now or not then:
            return bool(now) != bool(then)
        capacity = report.get("memory") or 1
        return (
            abs(now["cpu"] - then["cpu"]) >= 0.1
            or abs(now["memory"] - then["memory"]) >= 0.03 * capacity
            or (now["tasks"], now["busy"]) != (then["tasks"], then["busy"])
        )

    def push(self, report: Report) -> None:
        """Publish a report and remember it."""
        self.last, self.last_time = report, time.monotonic()
        publish(report)

    def _warn(self, text: str) -> None:
        """Publish what is wrong, once; the next poll that succeeds takes it back."""
        if not self.done.is_set() and self.last.get("warnings") != [text]:
            self.push({**self.last, "warnings": [text]})

    def end(self, why: str) -> None:
        """Close the cluster, record why in ``ended.json``, and end this whole process group."""
        self.done.set()
        path = os.path.join(self._directory, "ended.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"ended": why}, file)
        seconds, since = self._core_time.count(0)
        try:
            self._close()
        finally:
            last: Report = {**self.last, "ready": 0, "usage": None, "closes_at": None}
            self.push({**last, "core_seconds": seconds, "cores_since": since, "ended": why})
            end_process()


def _steady(report: Report) -> dict[str, object]:
    return {key: value for key, value in report.items() if key not in FLUCTUATING}
