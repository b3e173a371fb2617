"""Runs inside a controller: watches its cluster and pushes a report when something changes.

This file is sent into the controller's kernel as text and imported by nobody. It knows the standard
library, the kernel it stands in (``get_ipython``) and a duck-typed ``cluster``; so it works with
whatever Dask the notebook's environment has.
"""

import importlib.metadata
import json
import os
import platform
import signal
import threading
import time
import urllib.request
from datetime import datetime, timezone

MIME = "application/vnd.cluster-launcher.report+json"
ANSWER = "application/vnd.cluster-launcher.answer+json"
PERIOD = 0.3  # seconds between two looks at the cluster, all within this process
USAGE_PERIOD = 3.0  # seconds between two reports in which only CPU, memory and tasks differ
TREMBLING = ("usage", "closes_at")  # what may differ from look to look
PACKAGES = ("dask", "distributed", "cloudpickle", "msgpack", "numpy", "pandas")
TLS_FILES = {"ca_file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}


class Answer:
    """What a function that the server called returned: plain data, displayed as nothing else."""

    def __init__(self, data):
        """Hold ``data``."""
        self.data = data

    def _repr_mimebundle_(self, **kwargs):
        return {ANSWER: self.data}


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
            or now.get("tasks") != then.get("tasks")
        )

    def push(self, report):
        """Send a report to the server, over the kernel's own broadcast channel."""
        self.last, self.last_time = report, time.monotonic()
        get_ipython().display_pub.publish(data={MIME: report}, metadata={})  # noqa: F821 - the kernel's

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


def sample_scheduler(cluster, last):
    """Return what is to be seen of a cluster whose scheduler runs in this process."""
    status = getattr(cluster.status, "name", cluster.status)
    scheduler = cluster.scheduler
    workers = list(scheduler.workers.values())
    memory = sum(w.memory_limit or 0 for w in workers)
    cores = sum(w.nthreads for w in workers)
    services = dict(getattr(scheduler, "services", None) or {})
    dashboard = services.get("dashboard")
    report = {
        "address": cluster.scheduler_address,
        "name": cluster.name,
        "ready": len(workers),
        "cores": cores,
        "memory": memory,
        "requested": len(cluster.worker_spec),
        "dashboard_port": getattr(dashboard, "port", None),
        "usage": {
            "cpu": round(sum(w.metrics.get("cpu", 0) for w in workers) / 100 / max(1, cores), 2),
            "memory": sum(w.metrics.get("memory", 0) for w in workers),
            "tasks": len(scheduler.tasks),
            "busy": any(w.processing for w in workers)
            or bool(scheduler.unrunnable)
            or bool(getattr(scheduler, "queued", ())),
        },
        "activity": scheduler.transition_counter,
    }
    if status in ("closed", "failed"):
        report["ended"] = "The cluster was closed." if status == "closed" else "The cluster failed."
    return report


def versions():
    """Return {package: version} of this environment, Python's own first; nothing is imported."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def plots(port):
    """Return the single plots of a dashboard, {title: path}, as the scheduler itself lists them."""
    url = f"http://127.0.0.1:{port}/individual-plots.json"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return json.load(answer)
    except (OSError, ValueError):  # no bokeh in this environment, or not up yet
        return {}


def write_credentials(cluster, directory):
    """Write the client's keys of an encrypted cluster to private files; return if it is one."""
    security = getattr(cluster, "security", None)
    if not getattr(security, "require_encryption", False):
        return False
    config = security.get_tls_config_for_role("client")
    for key, name in TLS_FILES.items():
        value = config.get(key)
        if not value:
            continue
        if "-----BEGIN" not in value:
            with open(value, encoding="ascii") as file:
                value = file.read()
        path = os.path.join(directory, name)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(value)
    return True


def words(seconds):
    """Return a time span as people say it."""
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            number = round(seconds / size, 1)
            return f"{number:g} {name}{'' if number == 1 else 's'}"
    return f"{seconds:g} seconds"


WATCH = None


def prepare(settings):
    """Get ready before the code that makes the cluster runs; nothing has to be, here."""


def start(cluster, **settings):
    """Begin to watch; push the first report."""
    global WATCH
    WATCH = Watch(cluster, **settings)
    WATCH.look(always=True)
    WATCH.start()


def heard():
    """Note that a server has spoken, and tell it how things are."""
    WATCH.heard_at = time.monotonic()
    WATCH.look(always=True)


def keep(**settings):
    """Begin the idle time anew; ``idle_timeout`` may change it."""
    WATCH.idle_timeout = settings.get("idle_timeout", WATCH.idle_timeout)
    WATCH.idle_since, WATCH.closes_at = time.monotonic(), None
    heard()


def scale(workers, unit="workers"):
    """Ask for a number of workers (or jobs), and no longer adapt."""
    stop_adapting()
    WATCH.cluster.scale(**({"jobs": workers} if unit == "jobs" else {"n": workers}))


def adapt(minimum, maximum, unit="workers"):
    """Let the number of workers (or jobs) follow the load, between two bounds."""
    suffix = "_jobs" if unit == "jobs" else ""
    WATCH.cluster.adapt(**{f"minimum{suffix}": minimum, f"maximum{suffix}": maximum})


def stop_adapting():
    """End adaptive scaling: it would undo any fixed number that is asked for after it."""
    adaptive = getattr(WATCH.cluster, "_adaptive", None)
    if adaptive is not None:
        adaptive.stop()
        WATCH.cluster._adaptive = None


def close(cluster):
    """Close the cluster for good; this may be called twice, and before the watch has begun."""
    if WATCH is not None:
        WATCH.done.set()
    if cluster is not None:
        cluster.close()
