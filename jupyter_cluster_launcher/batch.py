"""The jobs of this server's clusters: what their batch systems say of them, and their end.

A cluster's jobs all have one name, made from the cluster's id. By it they are found and cancelled
whatever became of the processes that submitted them, and also those whose ids nobody ever learnt:
a controller of SLURM that hangs may accept a job long after sbatch has given up.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .models import Cluster, NotAvailableError, State
from .queues import BatchSystem, Job, Phase, batch_system, words
from .queues.request import lifetime
from .queues.watch import INTERVAL, PATIENCE, Answer, QueueWatch, run

if TYPE_CHECKING:
    from .platforms import Platform


def job_name(cluster_id: str) -> str:
    """Return the name that all jobs of a cluster have, and no others."""
    return f"dask-{cluster_id}"


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

    def __init__(self, interval: float = INTERVAL, patience: float = PATIENCE) -> None:
        """Ask each at most every ``interval`` seconds, and wait ``patience`` for an answer."""
        self._interval, self._patience = interval, patience
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
            watch.remember(_endings(cluster))
            watch.wake()
            if cluster.queue and job_name(cluster.id) in watch.answers:
                self._answered(
                    cluster.batch, {job_name(cluster.id): watch.answers[job_name(cluster.id)]}
                )

    async def cancel(self, cluster: Cluster, wait: bool) -> None:
        """Cancel every job of a cluster; ``wait`` until its batch system lists none any more.

        Jobs that turn up meanwhile, submitted a moment ago, are cancelled too. Raises
        ``NotAvailableError`` where the batch system does not answer.
        """
        if not cluster.batch:
            return
        watch, name = self._watch(cluster.batch), job_name(cluster.id)
        while True:
            output = await run(watch.system.cancel_jobs(watch.user, [name]), self._patience)
            if output.returncode is None or watch.system.unreachable(output.text):
                raise silence(watch.system)
            if self.hurry or not wait:
                return
            answer = await watch.fresh(name)
            if answer.silent:
                raise silence(watch.system)
            if not answer.open:
                return

    async def stop(self) -> None:
        """Ask no more."""
        for watch in self._watches.values():
            await watch.stop()

    def _watch(self, name: str) -> QueueWatch:
        if name not in self._watches:
            self._watches[name] = QueueWatch(
                batch_system(name),
                getpass.getuser(),
                lambda: {job_name(c.id): _expected(c) for c in self._of(name) if may_have_jobs(c)},
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


def may_have_jobs(cluster: Cluster) -> bool:
    """Return whether there is any point in asking for a cluster's jobs."""
    if not cluster.batch or cluster.state in (State.STARTING, State.ELSEWHERE):
        return False
    if cluster.state is State.RUNNING:
        return bool(_expected(cluster)) or cluster.queue.get("open") != 0
    # What has ended is asked for until the batch system has once said that nothing is left.
    return cluster.queue.get("open") != 0 or bool(cluster.queue.get("silent"))


def truth(cluster: Cluster, answer: Answer, now: datetime) -> dict[str, Any]:
    """Return what a cluster's row says of its jobs, as plain data.

    Jobs that were cancelled because fewer were wanted are left out: nobody misses them.
    """
    entries = {entry["id"]: entry for entry in cluster.report.jobs}
    dismissed = {i for i, entry in entries.items() if entry["closed"] and not entry["lost"]}
    shown = [job for job in answer.jobs if job.id not in dismissed]
    ended = [job for job in shown if job.phase is Phase.ENDED]
    expires = words.expires(shown)
    return {
        "open": len(answer.open),
        "ended": [job.id for job in ended if job.id in entries],
        "failures": [job.id for job in ended if job.failed],
        "orderly": [job.id for job in ended if job.orderly],
        "silent": answer.silent is not None,
        "queued": sum(job.phase is Phase.QUEUED for job in shown),
        "failed": sum(job.failed for job in ended),
        "words": answer.silent or words.queue(shown, now),
        "endings": words.endings(ended),
        "expires": expires.astimezone(timezone.utc).isoformat(timespec="seconds")
        if expires
        else None,
        "jobs": [
            {"id": j.id, "state": j.state, "reason": j.reason, "exit_code": j.exit_code}
            for j in shown
        ],
    }


def message(cluster: Cluster) -> str:
    """Return what a cluster's row says of its state, and of jobs that are not as they should be."""
    left = int(cluster.queue.get("open", 0))
    told = None
    if cluster.state is State.RUNNING:
        told = cluster.queue.get("endings")
    elif cluster.batch and left and cluster.state in (State.LOST, State.FAILED, State.CLOSED):
        jobs = "1 job of it is" if left == 1 else f"{left} jobs of it are"
        button = "Clean up" if cluster.state is State.LOST else "Dismiss"  # as the row calls it
        title, them = batch_system(cluster.batch).TITLE, "it" if left == 1 else "them"
        told = f"{jobs} still in the queue of {title}: {button} cancels {them}."
    return " ".join(filter(None, [cluster.message, told]))


def _endings(cluster: Cluster) -> list[Job]:
    """Return how jobs of a cluster ended, as its record tells: a batch system forgets it soon."""
    queue, name = cluster.queue, job_name(cluster.id)
    ended, failures, orderly = (queue.get(key, ()) for key in ("ended", "failures", "orderly"))
    return [
        Job(**job, name=name, phase=Phase.ENDED, failed=i in failures, orderly=i in orderly)
        for job in queue.get("jobs", ())
        if (i := job["id"]) in ended
    ]


def _expected(cluster: Cluster) -> set[str]:
    """Return the ids of the jobs that a running cluster has, as far as its controller knows."""
    if cluster.state is not State.RUNNING:
        return set()
    return {e["id"] for e in cluster.report.jobs if e["id"] and (e["lost"] or not e["closed"])}
