"""Clusters whose workers are jobs of a batch system."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ...controller.disk import on_disk
from ...errors import NotAvailableError
from ...jobs import Phase, Queue
from ...models import Cluster
from ..facts import Context, Log, Status
from ..warned import Warned
from .jobs import (
    dismissal,
    gone,
    job_name,
    known,
    may_have_jobs,
    newly_ended,
    submitted_ids,
    unwanted,
)
from .logs import job_logs
from .platforms import BatchPlatforms
from .polling.cancel import NoAnswerError, OverdueError, cancel_all, remove_keys
from .polling.pollers import Pollers
from .system import batch_system
from .words.status import batch_status, refusal

FORGOTTEN_AFTER = 2  # tries without an answer, after which the next one leaves jobs behind
FORGETS = "If that is still so, the next Dismiss removes this row, and jobs may be left."

log = logging.getLogger(__name__)


class BatchBackend(BatchPlatforms):
    """The scheduler runs in the controller, the workers in jobs."""

    def __init__(self, context: Context) -> None:
        """Poll as ``context`` says."""
        super().__init__(context)
        self._given_up = Warned()  # that jobs did not end in time
        self._unanswered: dict[str, int] = {}  # by cluster: a user's last tries without an answer
        self._unread = Warned()  # that ids of jobs cannot be read
        self._unconfirmed: dict[str, str] = {}  # by cluster: why jobs of it may be left
        self._pollers = Pollers(self._user, context)
        self._hurry = False

    # A cluster

    def status(self, cluster: Cluster, now: datetime) -> Status:
        """Return what a cluster's row shows, its jobs in the batch system's words."""
        status = super().status(cluster, now)
        try:
            return batch_status(cluster, status, batch_system(cluster.batch), now)
        except LookupError as error:
            warning = f"{error} The jobs of this cluster cannot be followed here."
        except Exception as error:  # of whatever kind: a module of another distribution
            log.exception("The jobs of cluster %s cannot be described", cluster.id)
            warning = f"The jobs of this cluster cannot be described: {error}"
        return replace(status, warnings=(warning,))

    @classmethod
    def waits(cls, cluster: Cluster) -> bool:
        """Return whether jobs are queued, being submitted, or submitted and not listed yet."""
        wanted = [job for job in cluster.report.jobs if not (job.closed or job.ended or job.error)]
        queued = any(job.phase is Phase.QUEUED for job in cluster.queue.jobs)
        return queued or any(job.id is None or not cluster.queue.polled for job in wanted)

    def newly_ended(self, cluster: Cluster) -> list[str]:
        """Return the ids of jobs that the batch system has ended."""
        return newly_ended(cluster)

    def unwanted(self, cluster: Cluster) -> list[str]:
        """Return the ids of jobs that the batch system lists although they were canceled."""
        return unwanted(cluster)

    def unconfirmed(self, cluster: Cluster) -> str:
        """Return why the last cleanup could not confirm that no job of a cluster is left."""
        return self._unconfirmed.get(cluster.id, "")

    def explain(self, cluster: Cluster, name: str, text: str) -> str:
        """Return the sentence for an exception; for rejected jobs the batch system's reason."""
        if name == "SubmissionError":
            return refusal(batch_system(cluster.batch), text)
        return super().explain(cluster, name, text)

    def log_files(self, cluster: Cluster, directory: Path) -> list[Log]:
        """Return what each job wrote."""
        return job_logs(cluster, directory)

    async def cleanup(
        self, cluster: Cluster, directory: Path, shut_down: bool = False, wait: bool = False
    ) -> None:
        """Remove the workers' keys and cancel every job of a cluster.

        With ``wait`` this returns when the batch system lists none any more. Jobs that turn up
        meanwhile, submitted a moment ago, are cancelled too; a second try after the limit leaves
        jobs to the batch system that it is still ending. One that does not answer to a user's
        tries, as where SLURM was removed, does not keep the row for ever.
        """
        await on_disk(remove_keys, directory)
        submitted, unread = set[str](), ""
        try:
            submitted = await on_disk(submitted_ids, directory)
        except NotAvailableError as error:  # most are found by their name
            unread = str(error)
        self._unconfirmed.pop(cluster.id, None)
        try:
            await self._cancel(cluster, submitted, wait)
            self._check_read(cluster, unread, wait)
        except NotAvailableError as error:
            self._unconfirmed[cluster.id] = str(error)
            raise

    async def _cancel(self, cluster: Cluster, submitted: set[str], wait: bool) -> None:
        """Cancel the jobs of a cluster, also those whose ids were noted as ``submitted``."""
        again = self._given_up.take(cluster.id, wait)
        unanswered = self._unanswered.get(cluster.id, 0)
        if wait:  # a user's try
            self._unanswered.pop(cluster.id, None)
        try:
            await cancel_all(
                self._pollers.get(cluster.batch),
                job_name(cluster.id),
                (known(cluster) | submitted) - gone(cluster),
                self.context,
                lambda: wait and not self._hurry,
                again,
            )
        except LookupError as error:
            if not again:
                self._given_up.add(cluster.id)
                raise NotAvailableError(
                    f"{error} Jobs named {job_name(cluster.id)} may be left: cancel them yourself, "
                    "then dismiss this cluster."
                ) from None
        except OverdueError:
            self._given_up.add(cluster.id)
            raise
        except NoAnswerError as error:
            if wait:
                self._not_answered(cluster, error, unanswered)
            else:
                raise

    def _check_read(self, cluster: Cluster, unread: str, wait: bool) -> None:
        """Raise ``NotAvailableError`` where ids are ``unread``, unless a user was warned."""
        again = self._unread.take(cluster.id, wait)
        if not unread:
            return
        if again:
            log.warning("Jobs of cluster %s may be left: %s", cluster.id, unread)
            return
        if wait:
            self._unread.add(cluster.id)
        raise NotAvailableError(f"{unread} {dismissal(wait)}")

    def _not_answered(self, cluster: Cluster, error: NoAnswerError, before: int) -> None:
        """Raise ``error`` for a user's try, which follows ``before`` others in a row like it.

        The user knows at last that the next one forgets the jobs: that one only logs it.
        """
        if before >= FORGOTTEN_AFTER:
            log.warning("Jobs of cluster %s may be left: %s", cluster.id, error)
            return
        # Without the command it is not a matter of waiting.
        tries = FORGOTTEN_AFTER if error.missing else before + 1
        self._unanswered[cluster.id] = tries
        if tries < FORGOTTEN_AFTER:
            raise error
        raise NotAvailableError(f"{error} {FORGETS}")

    # All clusters of this kind

    def follow(
        self,
        clusters: Callable[[], Iterable[Cluster]],
        update: Callable[[str, Queue], None],
    ) -> None:
        """Poll for the jobs of ``clusters``; call ``update(id, queue)`` when an answer changes."""

        def answered(cluster_id: str, queue: Queue) -> None:
            if not queue.error:
                self._unanswered.pop(cluster_id, None)
            update(cluster_id, queue)

        self._pollers.clusters, self._pollers.update = clusters, answered

    def poll_soon(self, cluster: Cluster) -> None:
        """Poll for the jobs of a cluster soon, where it may have any."""
        if not may_have_jobs(cluster):
            return
        with contextlib.suppress(LookupError):
            poller = self._pollers.get(cluster.batch)
            poller.remember(cluster.queue.ended)
            poller.poll_soon()

    def hurry(self) -> None:
        """From now on take a cancellation that was accepted for the end of the jobs."""
        self._hurry = True

    async def stop(self) -> None:
        """Poll no more."""
        await self._offers.stop()
        await self._pollers.stop()
