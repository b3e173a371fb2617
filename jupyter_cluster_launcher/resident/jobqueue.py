"""Runs inside a controller, after ``core``: makes the clusters of dask-jobqueue tell the truth.

dask-jobqueue hides a failed submission: nothing is raised, the cluster counts a worker that will
never come, its ``close`` fails and a second one waits for ever. Here every job is kept book of
instead, so that refusals can be told in the batch system's words and closing works as often as it
is asked for.
"""

# ruff: noqa: F821  # names of core, in whose module this stands

import contextlib
import functools
import importlib
import json
import math
import os
import re
import sys
import time

BOOK = None
REMEMBERED = 100  # closed jobs, so that adaptive scaling over days does not fill the record
KEY_FILE = ".dask-jobqueue.worker."  # begins the names of the files that dask-jobqueue makes
KEYS_NOTE = "keys.json"  # in a cluster's directory: where these files are
SUBMIT_LIMIT = 50.0  # seconds that the batch system may take to decide on the first jobs


class SubmissionError(RuntimeError):
    """The batch system refused every job; the text is what it wrote."""


class Book:
    """What became of each job of this controller, in the order of their submission.

    An entry is {worker, id, closed, lost, ended, error}: no id and no error while it is being
    submitted; lost where its worker went away unasked; ended where the batch system says so.
    """

    def __init__(self, job_name, unit, lifetime):
        """Begin with no jobs; all of them will be called ``job_name``.

        ``unit`` is what a person counts, "jobs" or "workers"; ``lifetime`` are the arguments with
        which workers end before their jobs must.
        """
        self.job_name, self.unit, self.lifetime = job_name, unit, lifetime
        self.entries, self.begun = [], 0

    def begin(self, worker):
        """Enter a job that is about to be submitted."""
        self.begun += 1
        closed = [entry for entry in self.entries if entry["closed"]]
        for entry in closed[: max(0, len(closed) - REMEMBERED)]:
            self.entries.remove(entry)
        state = {"closed": False, "lost": False, "ended": False}
        self.entries.append({"worker": str(worker), "id": None, "error": None, **state})
        return self.entries[-1]

    def report(self):
        """Return the jobs as plain data."""
        return [dict(entry) for entry in list(self.entries)]

    def of(self, wanted):
        """Return the latest entry of each wanted worker, None where it has none yet."""
        latest = {entry["worker"]: entry for entry in list(self.entries)}
        return {name: latest.get(str(name)) for name in wanted}


def prepare(settings):
    """Have the jobs of the cluster that will be made booked, under a name of their own.

    ``settings`` has the ``module`` and ``class`` of the cluster, the ``directory`` for the jobs'
    logs and keys, which arguments in the code override, and what a ``Book`` is made of. Where
    dask-jobqueue is missing, the code itself will say so.
    """
    global BOOK
    try:
        import dask

        cluster_class = getattr(importlib.import_module(settings["module"]), settings["class"])
    except (ImportError, AttributeError):
        return
    BOOK = Book(settings["job_name"], settings["unit"], settings["lifetime"])
    section = f"jobqueue.{cluster_class.job_cls.config_name}"
    dask.config.set({f"{section}.log-directory": os.path.join(settings["directory"], "jobs")})
    keys = f"{section}.shared-temp-directory"  # a site whose homes are not shared sets it
    shared = dask.config.get(keys, None) or settings["directory"]
    dask.config.set({keys: shared})
    os.makedirs(expanded(shared), mode=0o700, exist_ok=True)
    cluster_class.job_cls = tracked(cluster_class.job_cls, BOOK, settings["directory"])
    cluster_class.close = leaving_no_keys(cluster_class.close, settings["directory"])


def expanded(text):
    """Return the path that dask-jobqueue means; the jobs' shells read such a text in their turn."""
    return os.path.abspath(os.path.expanduser(os.path.expandvars(text)))


def note_keys(security, directory):
    """Note where dask-jobqueue has put the workers' keys, for whoever must remove them.

    It removes them itself only when the cluster object goes, which a killed process prevents.
    """
    files = security.get_tls_config_for_role("worker").values() if security else ()
    keys = [
        expanded(file) for file in files if file and os.path.basename(file).startswith(KEY_FILE)
    ]
    if keys:
        with open(os.path.join(directory, KEYS_NOTE), "w", encoding="utf-8") as note:
            json.dump(keys, note)


def leaving_no_keys(close, directory):
    """Return a method ``close`` of clusters that removes the workers' keys, too."""

    @functools.wraps(close)
    def close_and_forget(*args, **kwargs):
        try:
            return close(*args, **kwargs)
        finally:
            remove_keys(directory)

    return close_and_forget


def remove_keys(directory):
    """Remove the workers' keys that have been noted."""
    note = os.path.join(directory, KEYS_NOTE)
    with contextlib.suppress(OSError, ValueError), open(note, encoding="utf-8") as file:
        for key in json.load(file):
            with contextlib.suppress(OSError):
                os.unlink(key)


def added(own, lifetime):
    """Return further arguments of a worker, but for those that a person gave.

    A worker's own dashboard would listen on all addresses of its node, without encryption.
    """
    private = [] if "--dashboard-address" in own else ["--dashboard-address", "127.0.0.1:0"]
    return private + ([] if "--lifetime" in own else lifetime)


def tracked(job_class, book, directory):
    """Return a class of jobs that keeps book, ends its workers in time and closes for good.

    Where their keys are is noted in ``directory``.
    """
    import dask
    from distributed.core import Status

    class TrackedJob(job_class):
        def __init__(self, *args, worker_extra_args=None, job_name=None, **kwargs):
            section = f"jobqueue.{self.config_name}.worker-extra-args"
            own = worker_extra_args or dask.config.get(section, None) or []
            super().__init__(
                *args,
                worker_extra_args=[*own, *added(" ".join(own), book.lifetime)],
                job_name=f"{job_name}-{book.job_name}" if job_name else book.job_name,
                **kwargs,
            )
            note_keys(kwargs.get("security"), directory)

        async def start(self):
            self.entry = entry = book.begin(self.name)
            try:
                await super().start()
                entry["id"] = self.job_id
            except (RuntimeError, ValueError, OSError) as error:
                # Raised, it would be lost in a task that nobody awaits, and stop adaptive scaling.
                entry["error"] = str(error)
                print(error, file=sys.stderr)  # noqa: T201 - to the log of the launch
                self.status = Status.running
            if entry["closed"]:  # closed while it was being submitted
                await super().close()

        async def close(self):
            entry = getattr(self, "entry", None)
            if entry is not None:
                cluster = getattr(self, "_cluster", lambda: None)()
                entry["closed"] = True
                entry["lost"] = cluster is not None and self.name in cluster.worker_spec
            try:
                await super().close()
            finally:
                self.status = Status.closed

    TrackedJob.__name__ = job_class.__name__
    return TrackedJob


def await_submission(cluster):
    """Wait until the batch system has decided on every job; raise its words where it took none."""
    deadline = time.monotonic() + SUBMIT_LIMIT
    while True:
        entries = list(BOOK.of(list(cluster.worker_spec)).values())
        decided = all(entry and (entry["id"] or entry["error"]) for entry in entries)
        if decided or time.monotonic() > deadline:
            break
        time.sleep(0.02)
    errors = [entry["error"] for entry in entries if entry and entry["error"]]
    if errors and len(errors) == len(entries):
        raise SubmissionError(errors[0])


def working(cluster):
    """Return the names of the jobs that have brought a worker; a job may bring several."""
    names = [str(worker["name"]) for worker in list(cluster.scheduler_info["workers"].values())]
    return {
        name
        for name in list(cluster.worker_spec)
        if any(one == str(name) or one.startswith(f"{name}-") for one in names)
    }


def place(entry):
    """Return a job's place in the queue: its number there, those without one at the end.

    Jobs are submitted together, so the order of our asking is not that of the batch system.
    """
    number = re.match(r"\d+", (entry or {}).get("id") or "")
    return int(number[0]) if number else math.inf


def sample_jobs(cluster, last):
    """Return what is to be seen of a cluster whose workers are jobs, counted as a person counts."""
    report = {**sample_scheduler(cluster, last), "jobs": BOOK.report()}
    if BOOK.unit == "jobs":
        return {**report, "ready": len(working(cluster))}
    return {**report, "requested": report["requested"] * workers_per_job(cluster)}


def workers_per_job(cluster):
    """Return how many worker processes one job starts."""
    return cluster._dummy_job.worker_processes


start_watch = start  # of core


def start(cluster, **settings):
    """Begin to watch once the jobs are submitted; raises ``SubmissionError`` where none was."""
    await_submission(cluster)
    start_watch(cluster, sample=sample_jobs, **settings)


def jobs_ended(ids):
    """Note which jobs the batch system says have ended, though nobody here has closed them."""
    for entry in BOOK.entries:
        entry["ended"] = entry["ended"] or entry["id"] in ids
    ping()


def scale(workers, unit="jobs"):
    """Ask for a number of jobs (or workers), and no longer adapt.

    Jobs that were refused or have ended are tried again. To have fewer, those go first that have
    brought no worker yet, the last submitted before the others: they wait, and lose no data.
    """
    stop_adapting()
    cluster = WATCH.cluster
    jobs = workers if unit == "jobs" else math.ceil(workers / workers_per_job(cluster))
    for name, entry in BOOK.of(list(cluster.worker_spec)).items():
        if entry and (entry["error"] or entry["ended"]):
            cluster.worker_spec.pop(name, None)
    at_work = working(cluster)
    waiting = [name for name in cluster.worker_spec if name not in at_work]
    entries = BOOK.of(waiting)
    waiting.sort(key=lambda name: place(entries[name]), reverse=True)
    for name in waiting[: max(0, len(cluster.worker_spec) - jobs)]:
        cluster.worker_spec.pop(name, None)
    # A name that is taken up again at once would keep its old job.
    cluster._i = max(cluster._i, BOOK.begun)
    cluster.scale(jobs=jobs)
