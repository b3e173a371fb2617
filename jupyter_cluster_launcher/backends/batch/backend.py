"""The jobs of this server's clusters: what their batch systems say of them, and their end.

A cluster's jobs all have one name, made from the cluster's id. By it they are found and cancelled
whatever became of the processes that submitted them, and also those whose ids nobody ever learnt:
a controller of SLURM that hangs may accept a job long after sbatch has given up.
"""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...models import Cluster, NotAvailableError, State
from .jobs import endings, expected, job_name, may_have_jobs, truth
from .queue import INTERVAL, PATIENCE, Answer, QueueWatch, run
from .summary import lifetime
from .system import BatchSystem, batch_system

if TYPE_CHECKING:
    from ...platforms.files import Platform

LIMIT = 120.0  # seconds; SLURM kills what does not end after 30, and takes 60 more to give it up


def arguments(platform: Platform, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that are known of a cluster: the administrator's, defaults, options."""
    defaults = {name: schema.get("default") for name, schema in platform.options.items()}
    return {**platform.get("kwargs", {}), **defaults, **options}


def unknown_batch_system(platform: Platform) -> str | None:
    """Return what is wrong where a platform file names a batch system without a module."""
    name = platform.get("batch")
    try:
        if name:
            batch_system(name)
    except LookupError as error:
        return f"{error} Correct the line batch: in {platform.origin}."
    return None


def settings(platform: Platform, options: Mapping[str, Any], directory: Path) -> dict[str, Any]:
    """Return what the resident's ``prepare`` is told of the jobs that it will book.

    ``directory`` is the cluster's, called by its id.
    """
    walltime = arguments(platform, options).get("walltime")
    return {
        "directory": str(directory),
        "module": platform.get("module"),
        "class": platform.get("class"),
        "job_name": job_name(directory.name),
        "unit": platform.workers.get("scale", "workers"),
        "lifetime": lifetime(batch_system(platform.get("batch")).seconds(str(walltime or ""))),
    }


class Batch:
    """The batch systems that this server's clusters have jobs in."""

    def __init__(
        self, interval: float = INTERVAL, patience: float = PATIENCE, limit: float = LIMIT
    ) -> None:
        """Ask each at most every ``interval`` seconds, and wait ``patience`` for an answer.

        Jobs that were cancelled may take ``limit`` seconds to end.
        """
        self._interval, self._patience, self.limit = interval, patience, limit
        self._given_up: set[str] = set()  # the clusters whose jobs took longer
        self._clusters: Callable[[], Iterable[Cluster]] = list
        self._heard: Callable[[str, dict[str, Any]], None] = lambda cluster_id, queue: None
        self._watches: dict[str, QueueWatch] = {}
        self.hurry = (
            False  # while the server is being stopped, a cancelling that was heard is enough
        )

    def follow(
        self,
        clusters: Callable[[], Iterable[Cluster]],
        heard: Callable[[str, dict[str, Any]], None],
    ) -> None:
        """Look after the jobs of ``clusters``; ``heard(id, queue)`` is told when they change."""
        self._clusters, self._heard = clusters, heard

    def wake(self, cluster: Cluster) -> None:
        """Ask about a cluster's jobs soon, where it may have any.

        What was answered last is looked at again too: a job that was cancelled is no failure once
        its controller has told that it was to be.
        """
        if cluster.batch and may_have_jobs(cluster):
            watch = self._watch(cluster.batch)
            watch.remember(endings(cluster))
            watch.wake()
            if cluster.queue and job_name(cluster.id) in watch.answers:
                self._answered(
                    cluster.batch, {job_name(cluster.id): watch.answers[job_name(cluster.id)]}
                )

    async def cancel(self, cluster: Cluster, wait: bool) -> None:
        """Cancel every job of a cluster; ``wait`` until its batch system lists none any more.

        Jobs that turn up meanwhile, submitted a moment ago, are cancelled too; those that are
        being ended already need no second word. Raises ``NotAvailableError`` where the batch
        system does not answer, and where it has not ended all jobs in time. Another try after
        that leaves to it those that it is still ending.
        """
        if not cluster.batch:
            return
        watch, name = self._watch(cluster.batch), job_name(cluster.id)
        end, again = time.monotonic() + self.limit, cluster.id in self._given_up
        self._given_up.discard(cluster.id)
        said, told = "", False
        while True:
            if not told:
                said = await self._cancel(watch, name)
            if self.hurry or not wait:
                return
            answer = await watch.fresh(name)
            if answer.silent:
                raise silence(watch.system)
            told = all(job.ending for job in answer.open)
            if not answer.open or (told and again):
                return
            if time.monotonic() > end:
                self._given_up.add(cluster.id)
                raise overdue(watch.system, self.limit, "" if told else said)

    async def _cancel(self, watch: QueueWatch, name: str) -> str:
        """Cancel jobs once, and return what was said to it; it says nothing if all is well."""
        output = await run(watch.system.cancel_jobs(watch.user, [name]), self._patience)
        if output.returncode is None or watch.system.unreachable(output.text):
            raise silence(watch.system)
        return watch.system.explain(output.text) if output.returncode else ""

    async def stop(self) -> None:
        """Ask no more."""
        for watch in self._watches.values():
            await watch.stop()

    def _watch(self, name: str) -> QueueWatch:
        if name not in self._watches:
            self._watches[name] = QueueWatch(
                batch_system(name),
                getpass.getuser(),
                lambda: {job_name(c.id): expected(c) for c in self._of(name) if may_have_jobs(c)},
                lambda answers: self._answered(name, answers),
                self._interval,
                self._patience,
            )
        return self._watches[name]

    def _of(self, name: str) -> list[Cluster]:
        return [cluster for cluster in self._clusters() if cluster.batch == name]

    def _answered(self, name: str, answers: Mapping[str, Answer]) -> None:
        for cluster in self._of(name):
            answer = answers.get(job_name(cluster.id))
            if answer is not None:
                self._heard(cluster.id, truth(cluster, answer, datetime.now().astimezone()))


def silence(system: BatchSystem) -> NotAvailableError:
    """Return the error for jobs that could not be cancelled."""
    return NotAvailableError(
        f"{system.TITLE} does not answer, so jobs of this cluster could not be cancelled yet."
    )


def overdue(system: BatchSystem, limit: float, said: str) -> NotAvailableError:
    """Return the error for jobs that do not end; ``said`` is what was answered to cancelling."""
    if said:
        return NotAvailableError(f"{system.TITLE} did not cancel all jobs of this cluster: {said}.")
    return NotAvailableError(
        f"The jobs were cancelled, but {system.TITLE} has not ended them all in {limit:g} seconds. "
        "Dismiss tries once more, and leaves to it what it is ending then."
    )


def refusal(name: str, text: str) -> str:
    """Return the sentence for jobs that batch system ``name`` did not take; ``text`` is its own."""
    system = batch_system(name)
    what = "does not answer" if system.unreachable(text) else "refused the jobs"
    return f"{system.TITLE} {what}: {system.explain(text)}."


def refusals(cluster: Cluster) -> list[str]:
    """Return a sentence for each reason for which jobs of a running cluster were not taken."""
    if not cluster.batch or cluster.state is not State.RUNNING:
        return []
    errors = [e["error"] for e in cluster.report.jobs if e["error"] and not e["closed"]]
    said = (refusal(cluster.batch, error) for error in errors)
    return list(dict.fromkeys(said))


def message(cluster: Cluster) -> str:
    """Return what a cluster's row says of its state, and of jobs that are not as they should be."""
    if cluster.state is State.RUNNING:
        return " ".join(filter(None, [cluster.message, cluster.queue.get("endings")]))
    if not cluster.batch or cluster.state not in (State.LOST, State.FAILED, State.CLOSED):
        return cluster.message
    title, queue = batch_system(cluster.batch).TITLE, cluster.queue
    ending = queue.get("still_ending")
    told = [f"{title} is still ending a part of it: {ending}."] if ending else []
    left = int(queue.get("open", 0)) - int(queue.get("ending", 0))
    if left:
        jobs = "1 job of it is" if left == 1 else f"{left} jobs of it are"
        button = "Clean up" if cluster.state is State.LOST else "Dismiss"  # as the row calls it
        them = "it" if left == 1 else "them"
        told.append(f"{jobs} still in the queue of {title}: {button} cancels {them}.")
    return " ".join(filter(None, [cluster.message, *told]))
