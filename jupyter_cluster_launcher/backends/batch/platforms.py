"""What a batch system allows for a launch: options, checks and start times, before there is one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from ...models import Cluster
from ..facts import Check, Context, Needs, Size, Start
from ..local import LocalBackend
from . import check as checking
from . import directives, variables
from .arguments import arguments, job_size, jobs_of
from .jobs import job_name
from .site.offers import Offers
from .site.shared_files import warning as folder_warning
from .site.site_defaults import SiteDefaults, with_defaults
from .site.starts import start_times
from .system import batch_system, own_jobs
from .words.summary import lifetime, shortest_life, summary

if TYPE_CHECKING:
    from ...platforms.platform import Platform

log = logging.getLogger(__name__)


class BatchPlatforms(LocalBackend):
    """The platforms of batch systems, and what a launch on one would be."""

    resident = "jobqueue.resident"
    starts_workers = False
    metered = True

    def __init__(self, context: Context) -> None:
        """Ask batch systems as ``context`` says."""
        super().__init__(context)
        self._user = psutil.Process().username()
        self._offers = Offers(self._user, context.queue_interval)
        self._site = SiteDefaults(context.environments, context.queue_interval)

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
            "own_jobs": own_jobs(system, name),
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
        """Raise ``BadInputError`` for an interface or a directive that no launch can have."""
        values = arguments(platform, options)
        checking.check_interface(values.get("interface"))
        directives.refuse(batch_system(platform.batch), platform.options, values)

    def warnings(self, platform: Platform, options: Mapping[str, Any]) -> list[str]:
        """Return what users should know: variables that change jobs, and limits."""
        found = variables.warnings(batch_system(platform.batch), platform.options)
        return [*found, *self.excess(platform, arguments(platform, options))]

    def excess(self, platform: Platform, values: Mapping[str, Any]) -> list[str]:
        """Return what of a launch is more than its partition or its QOS allows."""
        return self._offers.excess(platform, {**platform.kwargs, **values})

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

    def size(self, platform: Platform, cluster: Cluster) -> Size | None:
        """Return the memory that each job requests."""
        return job_size(platform, cluster)

    async def check(self, platform: Platform, cluster: Cluster, directory: Path) -> Check:
        """Return the job script and the batch system's verdict on it.

        In a closed partition jobs would wait, whatever the verdict: SLURM says of some that they
        would start, and of others that they would be refused.
        """
        verdict = await checking.check(
            cluster,
            batch_system(cluster.batch),
            self.context.environments,
            self.preparation(cluster, directory),
        )
        if not verdict.job_script:
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
