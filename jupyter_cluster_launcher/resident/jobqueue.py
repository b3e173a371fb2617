"""Runs inside a controller, after ``core``: makes the clusters of dask-jobqueue tell the truth.

dask-jobqueue hides a failed submission: nothing is raised, the cluster counts a worker that will
never come, its ``close`` fails and a second one waits for ever. Here every job is kept book of
instead, so that refusals can be told in the batch system's words and closing works as often as it
is asked for.
"""

import importlib
import re
import sys
import time

BOOK = None
REMEMBERED = 100  # closed jobs, so that adaptive scaling over days does not fill the record
MARGIN = (30, 300)  # seconds that a worker ends before its job must: a twentieth, but within these


class Book:
    """What became of each job of this controller, by the name of its worker.

    An entry is {worker, id, closed, error}: no id and no error while it is being submitted.
    """

    def __init__(self, job_name):
        """Begin with no jobs; all of them will be called ``job_name``."""
        self.job_name = job_name
        self.entries = {}

    def begin(self, worker):
        """Enter a job that is about to be submitted."""
        closed = [name for name, entry in self.entries.items() if entry["closed"]]
        for name in closed[: max(0, len(closed) - REMEMBERED)]:
            del self.entries[name]
        entry = {"worker": str(worker), "id": None, "closed": False, "error": None}
        self.entries[str(worker)] = entry
        return entry

    def report(self):
        """Return the jobs as plain data, in the order of their submission."""
        return [dict(entry) for entry in list(self.entries.values())]

    def errors(self):
        """Return what the batch system wrote to refuse jobs that are still wanted."""
        return [e["error"] for e in self.entries.values() if e["error"] and not e["closed"]]

    def undecided(self, wanted):
        """Return whether a wanted worker's job has been neither accepted nor refused yet."""
        entries = [self.entries.get(str(name)) for name in wanted]
        return any(e is None or not (e["id"] or e["error"]) for e in entries)


def follow_jobs(module, cluster_class, job_name, settings):
    """Prepare, before the cluster is made, that its jobs are booked under one name.

    ``settings`` are defaults of dask-jobqueue (names with underscores), such as
    ``log_directory``: an argument of the same name in the code wins. Where the module is missing
    the code itself says so.
    """
    global BOOK
    try:
        import dask

        found = getattr(importlib.import_module(module), cluster_class)
    except (ImportError, AttributeError):
        return
    BOOK = Book(job_name)
    section = found.job_cls.config_name
    for name, value in settings.items():
        dask.config.set({f"jobqueue.{section}.{name.replace('_', '-')}": value})
    found.job_cls = tracked(found.job_cls, BOOK)


def tracked(job_class, book):
    """Return a class of jobs that keeps book, ends its workers in time and closes for good."""
    from distributed.core import Status

    class TrackedJob(job_class):
        def __init__(self, *args, worker_extra_args=None, job_name=None, **kwargs):
            walltime = kwargs.get("walltime") or configured(self.config_name, "walltime")
            given = worker_extra_args
            if given is None:
                given = configured(self.config_name, "worker-extra-args") or []
            super().__init__(
                *args,
                worker_extra_args=[*given, *lifetime(walltime, given)],
                job_name=f"{job_name}-{book.job_name}" if job_name else book.job_name,
                **kwargs,
            )

        async def start(self):
            entry = book.begin(self.name)
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
            entry = book.entries.get(str(self.name))
            if entry is not None:
                entry["closed"] = True
            try:
                await super().close()
            finally:
                self.status = Status.closed

    TrackedJob.__name__ = job_class.__name__
    return TrackedJob


def configured(section, key):
    """Return a setting of dask-jobqueue."""
    import dask

    return dask.config.get(f"jobqueue.{section}.{key}", None)


def lifetime(walltime, given):
    """Return the arguments with which a worker ends by itself before its job is killed.

    So it hands on its data and stops taking tasks. The stagger keeps workers that began together
    from ending together. None where the walltime is too short or the arguments have a lifetime
    already.
    """
    total = walltime_seconds(walltime)
    if total is None or "--lifetime" in given:
        return []
    margin = round(min(MARGIN[1], max(MARGIN[0], total / 20)))
    if total < 4 * margin:
        return []
    return ["--lifetime", f"{total - 2 * margin}s", "--lifetime-stagger", f"{margin}s"]


def walltime_seconds(walltime):
    """Return the seconds of a time limit as SLURM reads it; None where it is something else.

    minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes[:seconds]
    """
    match = re.fullmatch(r"(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?", str(walltime or "").strip())
    if not match:
        return None
    days, *rest = match.groups()
    numbers = [int(number) for number in rest if number is not None]
    if days is None and len(numbers) < 3:
        numbers.insert(0, 0)  # minutes lead
    hours, minutes, seconds = (*numbers, 0, 0)[:3]
    return ((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds


def await_submission(cluster, timeout):
    """Wait until the batch system has decided on every job; raise its words where it took none."""
    deadline = time.monotonic() + timeout
    while BOOK and BOOK.undecided(list(cluster.worker_spec)) and time.monotonic() < deadline:
        time.sleep(0.02)
    wanted = list(cluster.worker_spec)
    errors = BOOK.errors() if BOOK else []
    if wanted and len(errors) == len(wanted):
        raise RuntimeError(errors[0])


def sample_jobs(cluster, last):
    """Return what is to be seen of a cluster whose workers are jobs."""
    report = sample_scheduler(cluster, last)  # noqa: F821 - of core, which was sent before
    return {**report, "jobs": BOOK.report()} if BOOK else report


def scale_jobs(jobs, ended=()):
    """Ask for a number of jobs, and no longer adapt.

    Jobs that were refused, or whose ids are in ``ended``, are tried again. To have fewer, those
    go first that have brought no worker yet, the last submitted before the others: they wait, and
    lose no data.
    """
    stop_adapting()  # noqa: F821 - of core
    cluster = WATCH.cluster  # noqa: F821 - of core
    for name in list(cluster.worker_spec):
        entry = BOOK.entries.get(str(name))
        if entry and (entry["error"] or entry["id"] in ended):
            cluster.worker_spec.pop(name, None)
    present = [str(w["name"]) for w in dict(cluster.scheduler_info["workers"]).values()]

    def works(name):
        return any(one == str(name) or one.startswith(f"{name}-") for one in present)

    order = {name: number for number, name in enumerate(BOOK.entries)}
    waiting = [name for name in cluster.worker_spec if not works(name)]
    waiting.sort(key=lambda name: order.get(str(name), -1), reverse=True)
    for name in waiting[: max(0, len(cluster.worker_spec) - jobs)]:
        cluster.worker_spec.pop(name, None)
    cluster.scale(jobs=jobs)
