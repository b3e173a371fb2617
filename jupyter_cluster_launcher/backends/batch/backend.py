"""Clusters whose workers are jobs of a batch system."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from ...errors import NotAvailableError
from ...jobs import Phase, Queue
from ...models import Cluster
from ..facts import Check, Context, Log, Needs, Start, Status
from ..local import LocalBackend
from . import check as checking
from . import variables
from .arguments import arguments, jobs_of
from .jobs import gone, job_name, known, may_have_jobs, newly_ended, submitted_ids
from .logs import job_logs
from .polling.cancel import OverdueError, cancel_all, remove_keys
from .polling.pollers import Pollers
from .site.offers import Offers
from .site.shared_files import warning as folder_warning
from .site.site_defaults import SiteDefaults, with_defaults
from .site.starts import start_times
from .system import batch_system
from .words.status import batch_status, refusal
from .words.summary import lifetime, shortest_life, summary

if TYPE_CHECKING:
    from ...platforms.platform import Platform

log = logging.getLogger(__name__)


class BatchBackend(LocalBackend):
    """The scheduler runs in the controller, the workers in jobs."""

    resident = "jobqueue.resident"
    metered = True

    def __init__(self, context: Context) -> None:
        """Poll as ``context`` says."""
        super().__init__(context)
        self._given_up: set[str] = set()  # the clusters whose jobs did not end in time
        user = psutil.Process().username()
        self._pollers = Pollers(user, context)
        self._offers = Offers(user, context.queue_interval)
        self._site = SiteDefaults(context.environments, context.queue_interval)
        self._hurry = False

    # A platform, before anything is launched

    def unavailable(self, platform: Platform) -> str | None:
        """Return what is wrong with the batch system that a platform file names."""
        if not platform.batch:
            return f"No batch system is named. Add a line batch: to {platform.origin}."
        try:
            batch_system(platform.batch)
        except LookupError as error:
            return f"{error} See the line batch: in {platform.origin}."
        return super().unavailable(platform)

    def batch_system(self, platform: Platform) -> str | None:
        """Return the name of the batch system that the platform file gives."""
        return platform.batch

    def options_source(self, platform: Platform) -> str | None:
        """Return the name of the batch system, which or whose site knows more about options."""
        return platform.batch

    async def options(
        self, platform: Platform, kernel_name: str, fresh: bool = False
    ) -> dict[str, Any]:
        """Return the options with the site's defaults, and the choices and limits there are.

        Where neither can be read, they are what the platform file says.
        """
        system, options = batch_system(platform.batch), platform.options
        site = await self._site.read(platform, kernel_name, fresh)
        filled = variables.defaults(system, options)
        changed = {**with_defaults(options, site), **filled, **variables.warned(system, options)}
        offered = await self._offers.options(platform, {**options, **changed}, fresh)
        return variables.described(system, filled, {**changed, **offered})

    async def answers(self, platform: Platform) -> bool:
        """Return whether the batch system works here; one that is slow counts as working."""
        return await self._offers.answers(platform)

    def needs(self, platform: Platform, options: Mapping[str, Any]) -> Needs:
        """Return what the resident needs to track the jobs, and where their logs go."""
        values = arguments(platform, options)
        system = batch_system(platform.batch)
        seconds = system.seconds(str(values.get("walltime") or ""))
        return Needs(
            {
                "module": platform.module,
                "class": platform.class_name,
                "unit": platform.workers.get("scale", "workers"),
                "lifetime": lifetime(seconds),
                "fields": [*variables.of_fields(system, platform.options).values()],
                **({} if seconds is None else {"job_life": shortest_life(seconds)}),
            },
            platform.batch,
            values.get("log_directory"),
        )

    def environment(self, batch: str | None) -> Mapping[str, str]:
        """Return what the environment gets in which jobs are submitted."""
        return {**super().environment(batch), **batch_system(batch).ENVIRONMENT}

    def preparation(self, cluster: Cluster, directory: Path) -> dict[str, Any]:
        """Return what the resident gets; the jobs' name is made from the cluster's id."""
        system, name = batch_system(cluster.batch), job_name(cluster.id)
        submission = {
            "arguments": system.submit_arguments(name),
            "job_id": system.JOB_ID,
            "unset": {
                **{pattern: [*directives] for pattern, directives in system.UNSET.items()},
                **{variable: [] for variable in cluster.preparation.get("fields", [])},
            },
        }
        prepared = super().preparation(cluster, directory)
        life = cluster.preparation.get("job_life")
        if life is not None:  # else jobs go on for ever
            prepared["renewal"] = {"seconds": cluster.renew_for, "life": life}
        return {**prepared, "job_name": name, "submission": submission}

    def refuse(self, platform: Platform, options: Mapping[str, Any]) -> None:
        """Raise ``BadInputError`` where the scheduler could not listen on the interface."""
        checking.check_interface(arguments(platform, options).get("interface"))

    def warnings(self, platform: Platform, options: Mapping[str, Any]) -> list[str]:
        """Return what users should know: variables that change jobs, and limits."""
        found = variables.warnings(batch_system(platform.batch), platform.options)
        return [*found, *self._offers.excess(platform, arguments(platform, options))]

    def folder_warnings(self, platform: Platform, cluster: Cluster, directory: Path) -> list[str]:
        """Return the warning about a folder of keys or logs that the nodes cannot see."""
        site = self._site.known(platform, cluster.kernel_name)
        logs = arguments(platform, cluster.options).get("log_directory")
        elsewhere = site.get("shared-temp-directory") and (logs or site.get("log-directory"))
        found = None if elsewhere else folder_warning(directory)
        return [found] if found and self._offers.elsewhere(platform) else []

    def summary(self, platform: Platform, cluster: Cluster) -> str | None:
        """Return the jobs of a launch, their sizes, and what they add up to."""
        values = arguments(platform, cluster.options)
        number = jobs_of(cluster, values)
        seconds = batch_system(cluster.batch).seconds(str(values.get("walltime") or ""))
        if seconds is not None and cluster.renew_for is not None:
            seconds += round(cluster.renew_for)
        return summary(number, values, seconds, cluster.adapt is not None, cluster.cost)

    async def check(self, platform: Platform, cluster: Cluster, directory: Path) -> Check:
        """Return the job script and the batch system's verdict on it."""
        verdict = await checking.check(
            cluster,
            batch_system(cluster.batch),
            self.context.environments,
            self.preparation(cluster, directory),
        )
        if not verdict.ok:
            return verdict
        closed = await self._offers.closed(platform, arguments(platform, cluster.options))
        return replace(verdict, ok=False, verdict=closed) if closed else verdict

    async def starts(self, platform: Platform, cluster: Cluster, directory: Path) -> list[Start]:
        """Return when a launch would start in each partition, and if it were smaller."""
        found = self._offers.of(platform)
        if found is None:
            return []
        prepared = self.preparation(cluster, directory)
        script = await checking.job_script(cluster, self.context.environments, prepared)
        values = arguments(platform, cluster.options)
        unset = prepared["submission"]["unset"]
        return await start_times(found, script, values, jobs_of(cluster, values), unset)

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
        jobs to the batch system that it is still ending.
        """
        remove_keys(directory)
        again = cluster.id in self._given_up
        self._given_up.discard(cluster.id)
        try:
            await cancel_all(
                self._pollers.get(cluster.batch),
                job_name(cluster.id),
                (known(cluster) | submitted_ids(directory)) - gone(cluster),
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

    # All clusters of this kind

    def follow(
        self,
        clusters: Callable[[], Iterable[Cluster]],
        update: Callable[[str, Queue], None],
    ) -> None:
        """Poll for the jobs of ``clusters``; call ``update(id, queue)`` when an answer changes."""
        self._pollers.clusters, self._pollers.update = clusters, update

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
