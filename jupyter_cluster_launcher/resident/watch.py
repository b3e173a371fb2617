"""Runs inside a controller: watches its cluster and pushes a report when something changes.

Sent after ``core`` and into the same module.
"""
# ruff: noqa: F821  # names of core, and of the kernel

import json
import os
import signal
import threading
import time
from datetime import datetime, timezone

PERIOD = 0.3  # seconds between two looks at the cluster, all within this process
USAGE_PERIOD = 3.0  # seconds between two reports in which only CPU, memory and tasks differ
TREMBLING = ("usage", "closes_at")  # what may differ from look to look


class CoreTime:
    """Adds up for how long how many cores were there.

    It tells something new only when their number changes: what is between, anybody can work out.
    """

    def __init__(self, seconds=0.0):
        """Go on from ``seconds`` times cores."""
        self.cores, self.seconds, self.since = 0, seconds, time.time()

    def report(self, cores):
        """Note how many cores there are now, and return what a report says of it."""
        if cores != self.cores:
            now = time.time()
            self.seconds += self.cores * (now - self.since)
            self.cores, self.since = cores, now
        since = datetime.fromtimestamp(self.since, timezone.utc).isoformat(timespec="seconds")
        return {"core_seconds": round(self.seconds, 1), "cores_since": since}


class Watch(threading.Thread):
    """Looks at a cluster in its own process and tells what changed."""

    def __init__(
        self,
        cluster,
        directory,
        idle_timeout=None,
        orphan_timeout=None,
        core_seconds=0.0,
        sample=None,
    ):
        """Watch ``cluster``; times in seconds, None for never.

        ``idle_timeout`` closes a cluster that computes nothing, ``orphan_timeout`` one that no
        server has spoken to. ``core_seconds`` is what an earlier controller of it has counted.
        """
        super().__init__(name="cluster-launcher", daemon=True)
        self.cluster, self.directory = cluster, directory
        self.idle_timeout, self.orphan_timeout = idle_timeout, orphan_timeout
        self.sample = sample or sample_scheduler
        self.idle_since = self.heard_at = time.monotonic()
        self.busy = self.closes_at = self.activity = None
        self.core_time = CoreTime(core_seconds)
        self.last = {}
        self.last_time = 0.0
        self.plots = {}
        self.done = threading.Event()
        self.looking = threading.RLock()  # the shell's thread asks for reports too
        self.tls, self.versions = write_credentials(cluster, directory), versions()

    def run(self):
        """Look until the cluster has ended."""
        while not self.done.wait(PERIOD):
            try:
                self.look()
            except Exception as error:  # a look that failed must not end the watch
                self.complain(f"The cluster cannot be looked at: {type(error).__name__}: {error}")

    def complain(self, text):
        """Tell what is wrong, once; the next look that succeeds takes it back."""
        if not self.done.is_set() and self.last.get("warnings") != [text]:
            self.push({**self.last, "warnings": [text]})

    def look(self, always=False):
        """Look once; push a report if it differs from the last one."""
        with self.looking:
            self.tell(always)

    def tell(self, always):
        """Make a report, push it where it is news, and end what is over its time."""
        known = {"tls": self.tls, "versions": self.versions}
        report = {**known, **self.sample(self.cluster, self.last)}
        if not self.plots and report.get("dashboard_port"):
            self.plots = plots(report["dashboard_port"])
        report.setdefault("plots", self.plots)
        report.update(self.core_time.report(report.get("cores", 0)))
        report["closes_at"] = self.idle(report)
        if always or self.differs(report):
            self.push(report)
        if report.get("ended"):
            self.done.set()
        elif self.overdue(self.idle_timeout, self.idle_since) and not self.busy:
            self.end(f"Closed after {words(self.idle_timeout)} without work.")
        elif self.overdue(self.orphan_timeout, self.heard_at):
            self.end(f"Closed: no Jupyter server asked for it in {words(self.orphan_timeout)}.")

    def idle(self, report):
        """Return when the cluster will close if it stays idle, None while it computes."""
        # Work that began and ended between two looks is work too.
        before, self.activity = self.activity, report.pop("activity", None)
        busy = bool((report.get("usage") or {}).get("busy")) or self.activity != before
        if busy or busy != self.busy or self.closes_at is None:
            if busy or busy != self.busy:
                self.idle_since = time.monotonic()
            self.busy = busy
            self.closes_at = self.deadline()
        return None if busy else self.closes_at

    def deadline(self):
        """Return the wall-clock time at which an idle cluster closes, ISO 8601 in UTC."""
        if self.idle_timeout is None:
            return None
        left = self.idle_timeout - (time.monotonic() - self.idle_since)
        when = datetime.fromtimestamp(time.time() + left, timezone.utc)
        return when.isoformat(timespec="seconds")

    def overdue(self, timeout, since):
        """Return whether more than ``timeout`` seconds have gone by."""
        return timeout is not None and time.monotonic() - since > timeout

    def differs(self, report):
        """Return whether a report is worth telling: meters that tremble are not."""
        steady = {k: v for k, v in report.items() if k not in TREMBLING}
        if steady != {k: v for k, v in self.last.items() if k not in TREMBLING}:
            return True
        if time.monotonic() - self.last_time < USAGE_PERIOD:
            return False
        if report["closes_at"] != self.last.get("closes_at"):
            return True
        now, then = report.get("usage") or {}, self.last.get("usage") or {}
        if bool(now) != bool(then):
            return True
        capacity = report.get("memory") or 1
        return (
            abs(now.get("cpu", 0) - then.get("cpu", 0)) >= 0.1
            or abs(now.get("memory", 0) - then.get("memory", 0)) >= 0.03 * capacity
            or any(now.get(key) != then.get(key) for key in ("tasks", "busy"))
        )

    def push(self, report):
        """Send a report to the server, over the kernel's own broadcast channel."""
        self.last, self.last_time = report, time.monotonic()
        get_ipython().display_pub.publish(data={MIME: report}, metadata={})

    def end(self, why):
        """Close the cluster and this whole process group, and leave word why."""
        self.done.set()
        path = os.path.join(self.directory, "ended.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"ended": why}, file)
        gone = {"ready": 0, "usage": None, "closes_at": None, **self.core_time.report(0)}
        try:
            close(self.cluster)
        finally:
            self.push({**self.last, **gone, "ended": why})
            time.sleep(0.5)  # the broadcast leaves from another thread
            kill = os.killpg if os.getpgrp() == os.getpid() else os.kill
            kill(os.getpid(), signal.SIGKILL)
