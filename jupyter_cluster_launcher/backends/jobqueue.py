"""Clusters of dask-jobqueue on a batch system that no module describes.

Jobs are submitted and cancelled with the cluster class's own commands, and are not listed.
"""

from __future__ import annotations

import logging
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..controller.disk import on_disk
from ..controller.guarded_files import NOTE, read_text, words
from ..errors import NotAvailableError
from ..models import Cluster
from .batch.arguments import arguments, job_size, jobs_of
from .batch.check import check_interface, job_script
from .batch.jobs import cancelled_ids, dismissal, job_name, known, submitted_ids
from .batch.logs import job_logs
from .batch.polling.cancel import remove_keys
from .batch.polling.commands import MISSING, run
from .batch.words.reasons import one_line
from .batch.words.status import refusal, refusals
from .batch.words.summary import summary
from .facts import Check, Context, Log, Needs, Size, Status
from .local import LocalBackend
from .warned import Warned

if TYPE_CHECKING:
    from ..platforms.platform import Platform

CANCEL_NOTE = "cancel-command"  # as in resident/jobqueue/tracker.py

log = logging.getLogger(__name__)


class Unknown:
    """A batch system of which nothing is known but that it has commands."""

    TITLE = "The batch system"
    COMMAND_ENVIRONMENT: Mapping[str, str] = {}
    UNSET: Mapping[str, Sequence[str]] = {}

    def explain(self, text: str) -> str:
        """Return what a command wrote in one line."""
        return one_line(text)

    def unreachable(self, text: str) -> bool:
        """Return False: each batch system says that in words of its own."""
        return False


class NoCommandError(NotAvailableError):
    """Nothing is known by which jobs could be cancelled."""

    def __init__(self) -> None:
        """Leave them to the user."""
        super().__init__("Jobs may be left: cancel them yourself, then dismiss this cluster.")


UNKNOWN = Unknown()


class JobqueueBackend(LocalBackend):
    """The scheduler runs in the controller, the workers in jobs that nothing lists."""

    resident = "jobqueue.resident"
    starts_workers = False
    metered = True

    def __init__(self, context: Context) -> None:
        """Work with ``context``."""
        super().__init__(context)
        self._given_up = Warned()  # that jobs could not be canceled

    def needs(self, platform: Platform, options: Mapping[str, Any]) -> Needs:
        """Return what the resident needs to track the jobs, and where their logs go."""
        preparation: dict[str, Any] = {
            "module": platform.module,
            "class": platform.class_name,
            "unit": platform.workers.get("scale", "workers"),
            "lifetime": [],  # the time limit of a job may be in any unit
        }
        return Needs(preparation, None, arguments(platform, options).get("log_directory"))

    def preparation(self, cluster: Cluster, directory: Path) -> dict[str, Any]:
        """Return what the resident gets; jobs are submitted as dask-jobqueue does."""
        prepared = super().preparation(cluster, directory)
        submission: dict[str, Any] = {
            "arguments": [],
            "job_id": None,
            "own_jobs": [],
            "unset": {},
        }
        return {**prepared, "job_name": job_name(cluster.id), "submission": submission}

    def refuse(self, platform: Platform, options: Mapping[str, Any]) -> None:
        """Raise ``BadInputError`` where the scheduler could not listen on the interface."""
        check_interface(arguments(platform, options).get("interface"))

    def summary(self, platform: Platform, cluster: Cluster) -> str | None:
        """Return the jobs of a launch, their sizes, and what they add up to."""
        values = arguments(platform, cluster.options)
        number = jobs_of(cluster, values)
        return summary(number, values, None, cluster.adapt is not None, cluster.cost)

    def size(self, platform: Platform, cluster: Cluster) -> Size | None:
        """Return the memory that each job requests."""
        return job_size(platform, cluster)

    async def check(self, platform: Platform, cluster: Cluster, directory: Path) -> Check:
        """Return the job script alone."""
        prepared = self.preparation(cluster, directory)
        try:
            script = await job_script(cluster, self.context.environments, prepared)
        except NotAvailableError as error:
            return Check(ok=False, verdict=str(error))
        return Check(job_script=script)

    def status(self, cluster: Cluster, now: datetime) -> Status:
        """Return what a cluster's row shows, with the jobs that were rejected."""
        return replace(super().status(cluster, now), warnings=tuple(refusals(cluster, UNKNOWN)))

    @classmethod
    def waits(cls, cluster: Cluster) -> bool:
        """Return whether jobs were submitted whose workers have not all come."""
        wanted = [job for job in cluster.report.jobs if not (job.closed or job.ended or job.error)]
        return bool(wanted) and cluster.report.ready < (cluster.report.requested or len(wanted))

    def explain(self, cluster: Cluster, name: str, text: str) -> str:
        """Return the sentence for an exception; for rejected jobs the submit command's words."""
        if name == "SubmissionError":
            return refusal(UNKNOWN, text)
        return super().explain(cluster, name, text)

    def log_files(self, cluster: Cluster, directory: Path) -> list[Log]:
        """Return what each job wrote."""
        return job_logs(cluster, directory)

    async def cleanup(
        self, cluster: Cluster, directory: Path, shut_down: bool = False, wait: bool = False
    ) -> None:
        """Remove the workers' keys and cancel every job that the controller did not.

        Nothing lists the jobs: one that cannot be canceled may have ended, or not, and a user's
        second try in a row leaves it.
        """
        await on_disk(remove_keys, directory)
        again = self._given_up.take(cluster.id, wait)
        try:
            await self._cancel(cluster, directory)
        except NotAvailableError as error:
            if again:
                log.warning("Jobs of cluster %s may be left: %s", cluster.id, error)
                return
            theirs = isinstance(error, NoCommandError)
            if wait or theirs:  # the user is warned that the next Dismiss leaves them
                self._given_up.add(cluster.id)
            if theirs:
                raise
            raise NotAvailableError(f"{error} {dismissal(wait)}") from None

    async def _cancel(self, cluster: Cluster, directory: Path) -> None:
        """Cancel the jobs; raise ``NotAvailableError`` where it is not sure that none is left."""
        submitted, why = set[str](), ""
        try:
            submitted = await on_disk(submitted_ids, directory)
        except NotAvailableError as error:  # those that the record knows are cancelled
            why = str(error)
        over, left = await on_disk(cancelled_ids, directory), {}
        for job in sorted((known(cluster) | submitted) - over):
            command = [*await on_disk(cancel_command, directory), job]
            output = await run(UNKNOWN, command, self.context.queue_patience)
            if output.returncode in (None, MISSING):
                raise NotAvailableError(
                    f"Jobs could not be canceled yet: {UNKNOWN.explain(output.text)}."
                )
            if output.returncode:
                left[job] = UNKNOWN.explain(output.text)
        if left:
            jobs = "; ".join(f"job {job}: {reason}" for job, reason in left.items())
            why = f"{why} These jobs have ended or could not be canceled: {jobs}.".lstrip()
        if why:
            raise NotAvailableError(why)


def cancel_command(directory: Path) -> list[str]:
    """Return the command that cancels a job, as the cluster's controller noted it.

    Raises ``NoCommandError`` where it noted none, ``NotAvailableError`` where its note cannot be
    read.
    """
    try:
        command = shlex.split(read_text(directory / CANCEL_NOTE, NOTE))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        command = []
    except OSError as error:
        raise NotAvailableError(
            f"The command that cancels the jobs cannot be looked up: {words(error)}."
        ) from None
    if not command:
        raise NoCommandError
    return command


BACKEND = JobqueueBackend
