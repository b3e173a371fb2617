"""The routes: each verb hands over to the manager."""

from __future__ import annotations

import asyncio
import re
from http import HTTPStatus

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..platforms.platform import Platform
from . import contract
from .base import LauncherHandler
from .folders import working_directory
from .preset_handlers import PresetHandler, PresetsHandler
from .serializers import (
    check_view,
    found_view,
    platform_view,
    plots_view,
    preview_view,
    start_view,
)
from .workers import RestartHandler, WorkersHandler


class PlatformsHandler(LauncherHandler):
    """The platforms, and whether each can work with a kernel's environment."""

    route = "/platforms"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        services = self.manager.services
        found = services.catalog.find()[0]
        detected = await asyncio.gather(*map(self._detected, found))
        here = {platform.name for platform, yes in zip(found, detected, strict=True) if yes}
        found = [one for one in found if services.catalog.listed(one, one.name in here)]
        reasons = await services.catalog.reasons(found, self.kernel_name)
        views = [
            platform_view(
                platform,
                services.backends.for_platform(platform),
                reason,
                platform.name in here,
            )
            for platform, reason in zip(found, reasons, strict=True)
        ]
        self.reply(views)

    async def _detected(self, platform: Platform) -> bool:
        services = self.manager.services
        backend = services.backends.for_platform(platform)
        return services.catalog.detected(platform) and await backend.answers(platform)


class OptionsHandler(LauncherHandler):
    """The options of a platform, with those that its engine declares."""

    route = "/platforms/{name}/options"

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Fetch them."""
        properties = await self.manager.options(name, self.kernel_name)
        self.reply({"options": {"type": "object", "properties": properties}})


class FoundHandler(LauncherHandler):
    """The user's clusters on a platform that were not started here."""

    route = "/platforms/{name}/found"
    about_clusters = True

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """List those that can be joined."""
        found = await self.manager.found(name, self.kernel_name)
        self.reply([found_view(cluster) for cluster in found])


class KernelHandler(LauncherHandler):
    """The environment of a kernel."""

    route = "/kernel"

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Look for this package in it, from which notebooks import ``connect``."""
        packages = self.manager.services.environments.packages
        own = __name__.partition(".")[0]
        self.reply({"connect": not await packages.missing(self.kernel_name, [own])})


class CodeHandler(LauncherHandler):
    """The code that a launch would run."""

    route = "/code"
    about_clusters = True

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Preview it without starting anything."""
        self.reply(preview_view(await self.manager.preview(self.body())))


class CheckHandler(LauncherHandler):
    """What the batch system answers to a launch."""

    route = "/check"
    about_clusters = True

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Fetch the job script and the verdict without submitting anything."""
        self.reply(check_view(*await self.manager.check(self.body())))


class PrepareHandler(LauncherHandler):
    """A controller for the launch that the user is about to make."""

    route = "/prepare"

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Begin to start it, or keep the one there is."""
        await self.manager.preparer.touch(self.body())
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()


class StartsHandler(LauncherHandler):
    """When a launch would start."""

    route = "/starts"
    about_clusters = True

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Estimate it for other partitions and sizes as well, without submitting anything."""
        self.reply(list(map(start_view, await self.manager.starts(self.body()))))


class ClustersHandler(LauncherHandler):
    """All clusters."""

    route = "/clusters"
    about_clusters = True

    @web.authenticated
    @authorized
    def get(self) -> None:
        """List them."""
        self.reply([self.view(cluster) for cluster in self.manager.list()])

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Begin to start one."""
        request = self.body()
        cwd = None
        if "cwd" in request:
            cwd = working_directory(request["cwd"], self.kernel_manager, self.contents_manager)
        cluster = await self.manager.start(request, cwd)
        self.set_header("Location", f"{self.base_url}cluster-launcher/clusters/{cluster.id}")
        self.reply(self.view(cluster), HTTPStatus.ACCEPTED)


class ClusterHandler(LauncherHandler):
    """One cluster."""

    route = "/clusters/{cluster_id}"
    about_clusters = True

    @web.authenticated
    @authorized
    def get(self, cluster_id: str) -> None:
        """Show it."""
        self.reply(self.view(self.manager.get(cluster_id)))

    @web.authenticated
    @authorized("execute")
    async def patch(self, cluster_id: str) -> None:
        """Change one setting of it."""
        cluster = await self.manager.change(cluster_id, self.body())
        self.reply(self.view(cluster), HTTPStatus.ACCEPTED)

    @web.authenticated
    @authorized("execute")
    async def delete(self, cluster_id: str) -> None:
        """Begin to stop it, or dismiss it."""
        await self.manager.close(cluster_id, self.query("leave"))
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()


class PlotsHandler(LauncherHandler):
    """The individual plots of a cluster's dashboard."""

    route = "/clusters/{cluster_id}/plots"
    about_clusters = True

    @web.authenticated
    @authorized
    def get(self, cluster_id: str) -> None:
        """List those that the scheduler offers."""
        self.reply(plots_view(self.manager.get(cluster_id)))


class LogsHandler(LauncherHandler):
    """The logs of a cluster."""

    route = "/clusters/{cluster_id}/logs"
    about_clusters = True

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """Fetch the logs there are."""
        self.reply(await self.manager.logs(cluster_id))


class ContractHandler(LauncherHandler):
    """The description of these routes."""

    route = "/openapi.yaml"

    @web.authenticated
    @authorized
    def get(self) -> None:
        """Show it."""
        self.finish(contract.text(), set_content_type="application/yaml")


def pattern(route: str) -> str:
    """Return the regular expression of a route.

    A path parameter may be anything: what no cluster or platform is called gets our own answer.
    """
    literal = route.replace(".", r"\.")
    path = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", literal)
    return f"/cluster-launcher{path}/?"


default_handlers = [
    (pattern(handler.route), handler)
    for handler in (
        PlatformsHandler,
        OptionsHandler,
        FoundHandler,
        KernelHandler,
        CodeHandler,
        CheckHandler,
        PrepareHandler,
        StartsHandler,
        ClustersHandler,
        ClusterHandler,
        PlotsHandler,
        WorkersHandler,
        RestartHandler,
        LogsHandler,
        PresetsHandler,
        PresetHandler,
        ContractHandler,
    )
]
