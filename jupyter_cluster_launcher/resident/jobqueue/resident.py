"""The resident of a cluster of dask-jobqueue: its workers are jobs of a batch system."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, cast

from ..base import Resident
from ..observed.deaths import MEMORY_EVENTS
from ..observed.identity import WorkerIdentity
from ..observed.inspection import Request, T
from ..observed.scheduler import SCHEDULER, identities, is_here, on_scheduler, sample_scheduler
from ..protocols import JobqueueCluster
from ..report import Polled, Sample
from .renewal import Renewal, RenewalSettings
from .tracker import JobEntry, JobTracker, SubmissionError
from .workers import Shortfalls, complete, workers_per_job, working

if TYPE_CHECKING:
    from .jobs import JobSettings

SUBMIT_LIMIT = 50.0  # seconds that the batch system may take to decide on the first jobs
SUBMIT_PERIOD = 0.02  # seconds between two looks at that
NO_JOBS = "it does not submit them as the classes of dask-jobqueue do"
NOT_HERE = "its scheduler does not run in the process that created the cluster"


class NotTrackedError(RuntimeError):
    """The jobs of the cluster cannot be tracked; the text says why, and what to change."""


class JobqueueResident(Resident[JobqueueCluster]):
    """Watches a cluster whose workers are jobs, counted as the user counts them."""

    imports = (*Resident.imports, *SCHEDULER, "dask_jobqueue")
    tracker: JobTracker  # from ``prepare`` on, where dask-jobqueue is there
    renewal: Renewal | None = None  # from ``start`` on, where jobs have a time limit
    _renewal: RenewalSettings | None = None

    def __init__(self) -> None:
        """Watch nothing yet."""
        super().__init__()
        self._shortfalls = Shortfalls()
        self._canceling: threading.Thread | None = None

    def prepare(self, settings: Mapping[str, Any]) -> None:
        """Have the jobs tracked; ``settings`` are ``JobSettings``.

        Does nothing where dask-jobqueue is missing: the create code fails with the reason.
        """
        super().prepare(settings)
        self.serve_privately(settings)
        self._renewal = settings.get("renewal")
        try:
            from .jobs import track_jobs  # noqa: PLC0415 - Dask may be missing

            self.tracker = track_jobs(cast("JobSettings", settings))
            self.tracker.scripts = settings["sockets"]
        except (ImportError, AttributeError):
            return

    def start(self, cluster: JobqueueCluster, **limits: Any) -> None:
        """Begin to watch once the jobs are submitted.

        Raises ``SubmissionError`` where the batch system accepted none, and ``NotTrackedError`` for
        a cluster of another kind.
        """
        self._check_tracked(cluster)
        self._await_submission(cluster)
        if self._renewal:
            self.renewal = Renewal(cluster, self.tracker, self._renewal)
            self.renewal.start()
        super().start(cluster, **limits)

    def sample(self) -> Sample:
        """Return the cluster's present state, with its jobs."""
        sample = sample_scheduler(self.cluster)
        self.tracker.worked |= {str(name) for name in working(self.cluster)}
        report: Polled = {**sample.report, "jobs": self.tracker.report()}
        extra = 0
        if self.renewal is not None:
            report = {**report, **self.renewal.report()}
            extra = self.renewal.extra
        shortfall = self._shortfalls.warning(self.cluster)
        if shortfall:
            report["warnings"] = [*report.get("warnings", []), shortfall]
        jobs, each = len(self.cluster.worker_spec) - extra, workers_per_job(self.cluster)
        if self.tracker.unit == "jobs":
            report["ready"] = len(complete(self.cluster))
            report["largest"]["each"] = each
        else:
            report["requested"] = jobs * each
        if extra:
            report["ready"] = min(
                report["ready"], jobs if self.tracker.unit == "jobs" else jobs * each
            )
        events = getattr(self.cluster.scheduler, "get_events", None)
        names = {key: one.name for key, one in list(self.cluster.scheduler.workers.items())}
        # Nannies in the jobs tell the scheduler whom they kill.
        self.note_deaths(events(MEMORY_EVENTS) if events else (), names)
        report["failed"] = self.deaths.number
        return Sample(self.with_deaths(report), sample.activity)

    def end_cluster(self, cluster: JobqueueCluster | None) -> None:
        """Close the cluster; cancel the jobs of one that was not created completely."""
        if self.renewal is not None:
            self.renewal.stop()
        super().end_cluster(cluster)
        if cluster is None and hasattr(self, "tracker"):
            self.tracker.cancel(self.tracker.left())

    def identities(self) -> Mapping[str, WorkerIdentity]:
        """Return the workers that are there, by address."""
        return identities(self.cluster)

    def on_scheduler(self, request: Request[T], limit: float) -> T:
        """Return what a request to the scheduler returns; raises as the base."""
        return on_scheduler(self.cluster, request, limit)

    def jobs_ended(self, ids: Collection[str]) -> None:
        """Note which jobs have ended by the batch system, although nothing here closed them."""
        for entry in self.tracker.entries:
            entry["ended"] = entry["ended"] or entry["id"] in ids
        self.ping()

    def cancel_jobs(self, ids: Collection[str]) -> None:
        """Cancel jobs once more that were closed here: the batch system still lists them."""
        if self._canceling is not None and self._canceling.is_alive():
            return  # the command hangs, and is called for them again later
        # In a thread: nothing waits for it.
        self._canceling = threading.Thread(target=self.tracker.cancel, args=(ids,), daemon=True)
        self._canceling.start()

    def scale(self, workers: int, unit: str = "jobs") -> None:
        """Ask for a fixed number of jobs, or of workers, and no longer adapt.

        Jobs that were refused or have ended are tried again. To have fewer, those go first that
        have brought no worker yet, the last submitted before the others: they lose no data.
        """
        self.stop_adapting()
        if self.renewal is not None:
            self.renewal.settle()
        cluster = self.cluster
        jobs = workers if unit == "jobs" else math.ceil(workers / workers_per_job(cluster))
        for name, entry in self.tracker.latest(list(cluster.worker_spec)).items():
            if entry and (entry["error"] or entry["ended"]):
                cluster.worker_spec.pop(name, None)
        for name in self._waiting()[: max(0, len(cluster.worker_spec) - jobs)]:
            cluster.worker_spec.pop(name, None)
        self.tracker.scale(cluster, jobs)

    def renew(self, seconds: float | None) -> None:
        """Keep the jobs for so many seconds from now, None for no longer than they run anyway."""
        if self.renewal is None:
            raise RuntimeError("These jobs have no time limit.")
        if seconds is None:
            self.renewal.settle()
        self.renewal.keep(seconds)
        self.ping()

    def _waiting(self) -> list[Any]:
        """Return the names of the jobs that have brought no worker, the last submitted first."""
        at_work = working(self.cluster)
        waiting = [name for name in self.cluster.worker_spec if name not in at_work]
        entries = self.tracker.latest(waiting)
        return sorted(waiting, key=lambda name: queue_position(entries[name]), reverse=True)

    def _check_tracked(self, cluster: object) -> None:
        """Raise ``NotTrackedError`` where the jobs, or the scheduler, cannot be seen from here."""
        why = NO_JOBS if not hasattr(self, "tracker") else "" if is_here(cluster) else NOT_HERE
        if why:
            raise NotTrackedError(
                f"The launcher cannot track the jobs of {type(cluster).__name__}: {why}. In the "
                "platform file, write kind: remote and remove the line batch: if there is one."
            )

    def _await_submission(self, cluster: JobqueueCluster) -> None:
        """Wait until the batch system has decided on every job; raise its words if it took none."""
        deadline = time.monotonic() + SUBMIT_LIMIT
        while True:
            entries = list(self.tracker.latest(list(cluster.worker_spec)).values())
            decided = all(entry and (entry["id"] or entry["error"]) for entry in entries)
            if decided or time.monotonic() > deadline:
                break
            time.sleep(SUBMIT_PERIOD)
        errors = [entry["error"] for entry in entries if entry and entry["error"]]
        if errors and len(errors) == len(entries):
            raise SubmissionError(errors[0])


def queue_position(entry: JobEntry | None) -> float:
    """Return a job's place in the queue: its number there, those without one at the end.

    Jobs are submitted together, so the order of submission is not that of the batch system.
    """
    number = re.match(r"\d+", (entry and entry["id"]) or "")
    return int(number[0]) if number else math.inf


RESIDENT = JobqueueResident
