"""Runs inside a controller: what the server calls, and what is to be seen of a cluster.

This file is sent into the controller's kernel as text and imported by nobody. It knows the standard
library, the kernel it stands in (``get_ipython``) and a duck-typed ``cluster``; so it works with
whatever Dask the notebook's environment has.
"""

import importlib.metadata
import json
import multiprocessing
import multiprocessing.forkserver
import os
import platform
import time
import urllib.request

MIME = "application/vnd.cluster-launcher.report+json"
ANSWER = "application/vnd.cluster-launcher.answer+json"
PACKAGES = ("dask", "distributed", "cloudpickle", "msgpack", "numpy", "pandas")
# As ``distributed.utils.get_mp_context`` has them; what is not installed is passed over.
PRELOADED = (
    *("distributed", "dask", "msgpack", "cloudpickle", "tornado", "toolz"),
    *("numpy", "pandas", "lz4"),
)
TLS_FILES = {"ca_file": "ca.pem", "cert": "cert.pem", "key": "key.pem"}


class Answer:
    """What a function that the server called returned: plain data, displayed as nothing else."""

    def __init__(self, data):
        """Hold ``data``."""
        self.data = data

    def _repr_mimebundle_(self, **kwargs):
        return {ANSWER: self.data}


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
    """Get ready before the code that makes the cluster runs.

    Workers on this host are forked from one process. Started now, it imports Dask while the code
    does the same here, which else came one after the other.
    """
    if not settings.get("workers_here"):
        return
    try:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(list(PRELOADED))
        multiprocessing.forkserver.ensure_running()
    except (OSError, ValueError):  # no such thing on this system: Dask will do without
        return


def start(cluster, **settings):
    """Begin to watch; push the first report."""
    global WATCH
    WATCH = Watch(cluster, **settings)  # noqa: F821 - of the file sent next
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
