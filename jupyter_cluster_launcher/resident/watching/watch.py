"""The thread that watches over a controller for its whole life.

It polls the cluster, publishes reports when something changes, and ends the cluster and this
process. It starts before the create code and ends with the process, so that its timers hold while
a cluster is being created and while it closes, too.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Callable

from ..observed.news import differs
from ..observed.plots import Plots
from ..process.kernel import end_process, publish
from ..report import VERSION, Polled, Report, Sample, Usage, Used
from ..wall_clock import Moment
from .core_time import CoreTime
from .disk import Disk
from .durations import in_words
from .ending import note_ending, within
from .used import Meter

PERIOD = 0.3  # seconds between two polls of the cluster, all within this process
CLOSE_LIMIT = 60.0  # seconds for closing a cluster; a server waits for half of it
NOTE_LIMIT = 10.0  # seconds for writing why it ended: network file systems may hang
NOTE_PAUSES = (0.2, 1.0, 3.0)  # seconds before another try to write that


class Watch(threading.Thread):
    """Polls a cluster in its own process and publishes what changed."""

    def __init__(
        self, close: Callable[[], object], directory: str, *, orphan_timeout: float | None = None
    ) -> None:
        """Watch over this process; ``close`` shuts down its cluster, also one half created.

        ``directory`` is the cluster's. The cluster is shut down after ``orphan_timeout`` seconds
        without contact with a server; None is never.
        """
        super().__init__(name="cluster-launcher", daemon=True)
        self.close, self.directory = close, directory
        self.orphan_timeout = orphan_timeout
        self.sockets: str | None = None  # the directory of this process's sockets
        self.idle_timeout: float | None = None
        self.core_limit: float | None = None
        self._sample: Callable[[], Sample] | None = None
        self.known: Report = {}
        self.done = threading.Event()
        self.disk = Disk(directory, self.done)
        self.idle_since, self.contact = time.monotonic(), self.disk.contact
        self._busy: bool | None = None  # None where it is not known
        self._closes_at: Moment | None = None
        self._close_until: float | None = None  # set once the cluster is being closed
        self._closed_words = ""
        self._activity: int | None = None
        self._plots = Plots()
        self._core_time, self._meter = CoreTime(), Meter()
        self.last: Report = {}
        self.last_time = 0.0
        self._polling = threading.RLock()  # the shell's thread polls too

    def begin(
        self,
        sample: Callable[[], Sample],
        *,
        idle_timeout: float | None = None,
        core_seconds: float = 0.0,
        core_limit: float | None = None,
        used: Used | None = None,
        known: Report | None = None,
    ) -> None:
        """Begin to poll the cluster, of which ``sample`` returns the state.

        It is shut down after ``idle_timeout`` seconds without work, and when it has used
        ``core_limit`` core-seconds; None is never. ``core_seconds`` and ``used`` are what an
        earlier controller of the cluster has counted, ``known`` what every report says.
        """
        with self._polling:
            self.idle_timeout, self.core_limit = idle_timeout, core_limit
            self.known = known or {}
            self._core_time, self._meter = CoreTime(core_seconds), Meter(used)
            self.idle_since = time.monotonic()
            self.contact.note()
            self._sample = sample

    def run(self) -> None:
        """Poll for as long as the process runs."""
        with contextlib.suppress(RuntimeError):  # too many threads: the timers go on all the same
            self.disk.start()
        while not self.done.wait(PERIOD):
            with contextlib.suppress(BaseException):  # nothing may end the timers
                self.tick()

    def tick(self) -> None:
        """Poll once, and end what is overdue."""
        try:
            self.poll()
        except BaseException as error:  # whatever it is, the timers go on
            self._busy = None  # what cannot be read is not idle
            self._warn(error)
        why = self._overdue()
        if why:
            self.end(why)

    @property
    def closing(self) -> bool:
        """Whether the cluster is being closed or has been."""
        return self._close_until is not None

    def close_within(self, seconds: float, why: str) -> None:
        """Poll no more, and end this process in ``seconds`` unless a server does so before.

        ``why`` is the sentence to leave behind then.
        """
        self._closed_words = why
        self._close_until = time.monotonic() + seconds

    def restart_idle_time(self, idle_timeout: float | None) -> None:
        """Count ``idle_timeout`` seconds from now, None for no limit."""
        self.idle_timeout = idle_timeout
        self.idle_since, self._closes_at = time.monotonic(), None

    def poll(self, always: bool = False) -> None:
        """Poll the cluster, if there is one, and publish where that is news or ``always``."""
        with self._polling:
            if self._sample is None or self.closing or self.last.get("ended"):
                return
            report = self._read(self._sample())
            if always or self.differs(report):
                self.push(report)

    def _read(self, sample: Sample) -> Report:
        """Return the cluster's state as a whole report."""
        report: Polled = {**self.known, **sample.report}
        report.setdefault("plots", self._plots.of(report.get("dashboard_socket")))
        report["core_seconds"], report["cores_since"] = self._core_time.count(
            report.get("cores", 0)
        )
        report["closes_at"] = self._idle(report.get("usage"), sample.activity)
        report["used"] = self._meter.count(report)
        report.pop("largest", None)
        report.pop("computed", None)
        return report

    def report_used(self) -> None:
        """Publish what the cluster has used, before it closes."""
        if self.last and not self.last.get("ended"):
            with contextlib.suppress(Exception):  # the close goes on
                self.push({**self.last, "used": self._meter.total()})

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
        return None if busy or self._closes_at is None else self._closes_at.text()

    def _deadline(self) -> Moment | None:
        """Return when an idle cluster closes."""
        return None if self.idle_timeout is None else Moment(self.idle_since + self.idle_timeout)

    def _overdue(self) -> str | None:
        """Return why this process has to end now, None where it has not."""
        now = time.monotonic()
        if self._close_until is not None:
            return self._closed_words if now > self._close_until else None
        if self.last.get("ended"):
            return self.last["ended"]
        idle, orphan = self.idle_timeout, self.orphan_timeout
        if idle is not None and self._busy is False and now - self.idle_since > idle:
            return f"Stopped after {in_words(idle)} without work."
        if self.core_limit is not None and self._core_time.total() >= self.core_limit:
            hours = f"{self.core_limit / 3600:.6g}"
            unit = "core-hour" if hours == "1" else "core-hours"
            return f"Stopped: its limit of {hours} {unit} is reached."
        if orphan is not None and self.disk.is_abandoned(orphan):
            return f"Stopped: no contact with a Jupyter server for {in_words(orphan)}."
        return None

    def differs(self, report: Report) -> bool:
        """Return whether a report is news: meters that fluctuate a little are not."""
        return differs(report, self.last, time.monotonic() - self.last_time)

    def push(self, report: Report) -> None:
        """Publish a report and remember it."""
        self.last, self.last_time = report, time.monotonic()
        publish({**report, "version": VERSION})

    def _warn(self, error: BaseException) -> None:
        """Publish why a poll failed, once; the next one that succeeds takes it back."""
        with contextlib.suppress(Exception):  # the timers have to go on
            text = f"The cluster's state cannot be read: {type(error).__name__}: {error}"
            if not self.closing and self.last.get("warnings") != [text]:
                self.push({**self.last, "warnings": [text]})

    def end(self, why: str) -> None:
        """Close the cluster, then note why in ``ended.json``, and end this whole process group.

        Nothing that fails or hangs meanwhile keeps the process from ending.
        """
        self.done.set()
        try:
            if self.disk.is_unused():
                within(NOTE_LIMIT, lambda: shutil.rmtree(self.directory, ignore_errors=True))
                return
            # What a server has begun to close is not begun a second time.
            if not self.closing and not within(CLOSE_LIMIT, self.close):
                why = f"{why} {not_closed()}"
            self._note(why)
        finally:
            # A server does the same, if the cluster's directory is still there to tell one.
            if self.sockets is not None:
                shutil.rmtree(self.sockets, ignore_errors=True)
            end_process()

    def _note(self, why: str) -> None:
        """Write why the cluster ended and publish it, with a warning where it cannot be written."""
        seconds, since = self._core_time.count(0)
        used = self._meter.total()
        known = {"used": used, "core_seconds": seconds} if self.last else {}
        ending = {"ended": why, **known}
        trouble = note_ending(self.directory, ending, NOTE_LIMIT)
        last: Report = {**self.last, "ready": 0, "usage": None, "closes_at": None, "ended": why}
        last["core_seconds"], last["cores_since"] = seconds, since
        last["used"] = used
        if trouble:
            last["warnings"] = [f"Why the cluster ended could not be written down: {trouble}."]
        if self.last.get("ended") != why:  # else its server knows, and has begun to clean up
            with contextlib.suppress(Exception):
                self.push(last)
        for pause in NOTE_PAUSES:
            if not trouble:
                return
            time.sleep(pause)
            trouble = note_ending(self.directory, ending, NOTE_LIMIT)


def not_closed() -> str:
    """Return the sentence about a cluster whose close took too long."""
    return f"The cluster did not close within {in_words(CLOSE_LIMIT)} and was killed."
