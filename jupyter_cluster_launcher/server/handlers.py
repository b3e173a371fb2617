"""The routes: each verb hands over to the manager."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from ..controller.disk import on_disk
from ..models import Cluster
from . import contract
from .base import LauncherHandler
from .folders import working_directory
from .routes.launch_handlers import CheckHandler, CodeHandler, PrepareHandler, StartsHandler
from .routes.platform_handlers import FoundHandler, KernelHandler, OptionsHandler, PlatformsHandler
from .routes.preset_handlers import PresetHandler, PresetsHandler
from .routes.workers import RestartHandler, WorkersHandler
from .serializers import (
    plots_view,
)


class ClustersHandler(LauncherHandler):
    """All clusters."""

    route = "/clusters"
    about_clusters = True

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        self.reply(await self.views(*self.manager.list()))

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Begin to start one."""
        cluster = await self.within(self._launch(self.body()))
        self.set_header("Location", f"{self.base_url}cluster-launcher/clusters/{cluster.id}")
        self.reply(await self.view(cluster), HTTPStatus.ACCEPTED)

    async def _launch(self, request: dict[str, Any]) -> Cluster:
        cwd = None
        if "cwd" in request:
            managers = self.kernel_manager, self.contents_manager
            cwd = await on_disk(working_directory, request["cwd"], *managers)
        return await self.manager.start(request, cwd)


class ClusterHandler(LauncherHandler):
    """One cluster."""

    route = "/clusters/{cluster_id}"
    about_clusters = True

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """Show it."""
        self.reply(await self.view(self.manager.get(cluster_id)))

    @web.authenticated
    @authorized("execute")
    async def patch(self, cluster_id: str) -> None:
        """Change one setting of it."""
        cluster = await self.within(self.manager.change(cluster_id, self.body()))
        self.reply(await self.view(cluster), HTTPStatus.ACCEPTED)

    @web.authenticated
    @authorized("execute")
    async def delete(self, cluster_id: str) -> None:
        """Begin to stop it, or dismiss it."""
        await self.within(self.manager.close(cluster_id, self.query("leave")))
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
        self.reply(await self.within(self.manager.logs(cluster_id)))


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
