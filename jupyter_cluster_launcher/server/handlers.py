"""The routes: each verb hands over to the manager; errors are translated in one place."""

from __future__ import annotations

import json
import os
from http import HTTPStatus
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado import web

from ..clusters.manager import ClusterManager
from ..masking import masked
from ..models import (
    BadInputError,
    Cluster,
    LauncherError,
    NotAvailableError,
    UnknownError,
    WrongStateError,
)
from .serializers import (
    check_view,
    cluster_view,
    found_view,
    platform_view,
    plots_view,
    preview_view,
)

ROOT = r"/cluster-launcher"
STATUS: dict[type[LauncherError], HTTPStatus] = {
    BadInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownError: HTTPStatus.NOT_FOUND,
    WrongStateError: HTTPStatus.CONFLICT,
    NotAvailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}


class LauncherHandler(ExtensionHandlerMixin, APIHandler):
    """What the routes share."""

    auth_resource = "cluster-launcher"

    @property
    def manager(self) -> ClusterManager:
        """The clusters of this server."""
        manager: ClusterManager = self.settings["cluster_manager"]
        return manager

    @property
    def kernel_name(self) -> str:
        """The kernel that the question is about, the server's default where none is named."""
        default = self.manager.services.environments.default
        return str(self.get_argument("kernel_name", None) or default)

    def body(self) -> dict[str, Any]:
        """Return the request's JSON object; raises ``BadInputError``."""
        try:
            data = json.loads(self.request.body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            raise BadInputError("The body of the request must be JSON.") from None
        if not isinstance(data, dict):
            raise BadInputError("The body of the request must be a JSON object.")
        return data

    def show(self, cluster: Cluster) -> dict[str, Any]:
        """Return a cluster as the browser sees it."""
        services = self.manager.services
        directory = services.store.root / cluster.id
        return cluster_view(cluster, services.backend(cluster), directory, self.base_url)

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer an error; ours carry their own status."""
        error = kwargs.get("exc_info", (None, None))[1]
        super().send_error(STATUS.get(type(error), status_code), **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the sentence of one of our errors."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, LauncherError):
            self.finish(json.dumps({"message": masked(str(error), os.environ)}))
        else:
            super().write_error(status_code, **kwargs)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what is unexpected; a person's mistake is no fault of the server."""
        if not isinstance(value, LauncherError):
            super().log_exception(typ, value, tb)


class PlatformsHandler(LauncherHandler):
    """The platforms, and whether each can work with a kernel's environment."""

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """List them."""
        services = self.manager.services
        found = services.catalog.find()[0]
        reasons = await services.catalog.reasons(found, self.kernel_name)
        views = [
            platform_view(
                platform,
                services.backends.for_platform(platform),
                reason,
                services.catalog.detected(platform),
            )
            for platform, reason in zip(found, reasons, strict=True)
        ]
        self.finish(json.dumps(views))


class OptionsHandler(LauncherHandler):
    """The options of a platform that has to be asked for them."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """Ask."""
        properties = await self.manager.options(name, self.kernel_name)
        self.finish(json.dumps({"options": {"type": "object", "properties": properties}}))


class FoundHandler(LauncherHandler):
    """One's own clusters that were made elsewhere."""

    @web.authenticated
    @authorized
    async def get(self, name: str) -> None:
        """List those that can be taken over."""
        found = await self.manager.found(name, self.kernel_name)
        self.finish(json.dumps([found_view(cluster) for cluster in found]))


class CodeHandler(LauncherHandler):
    """The text that a launch would run."""

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Return the code for a request, without starting anything."""
        self.finish(json.dumps(preview_view(await self.manager.preview(self.body()))))


class CheckHandler(LauncherHandler):
    """A launch held against its batch system before it is made."""

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Return the job script and the verdict, without starting anything."""
        self.finish(json.dumps(check_view(*await self.manager.check(self.body()))))


class ClustersHandler(LauncherHandler):
    """All clusters."""

    @web.authenticated
    @authorized
    def get(self) -> None:
        """List them."""
        self.finish(json.dumps([self.show(cluster) for cluster in self.manager.list()]))

    @web.authenticated
    @authorized("execute")
    async def post(self) -> None:
        """Begin to start one."""
        request = self.body()
        folder = request.get("cwd")
        cwd = self.kernel_manager.cwd_for_path(folder) if isinstance(folder, str) else None
        cluster = await self.manager.start(request, cwd)
        self.set_status(HTTPStatus.ACCEPTED)
        self.set_header("Location", f"{self.base_url}cluster-launcher/clusters/{cluster.id}")
        self.finish(json.dumps(self.show(cluster)))


class ClusterHandler(LauncherHandler):
    """One cluster."""

    @web.authenticated
    @authorized
    def get(self, cluster_id: str) -> None:
        """Show it."""
        self.finish(json.dumps(self.show(self.manager.get(cluster_id))))

    @web.authenticated
    @authorized("execute")
    async def patch(self, cluster_id: str) -> None:
        """Change one thing about it."""
        cluster = await self.manager.change(cluster_id, self.body())
        self.set_status(HTTPStatus.ACCEPTED)
        self.finish(json.dumps(self.show(cluster)))

    @web.authenticated
    @authorized
    def delete(self, cluster_id: str) -> None:
        """Begin to stop it, or dismiss it."""
        leave = {"true": True, "false": False}.get(self.get_argument("leave", ""))
        self.manager.close(cluster_id, leave)
        self.set_status(HTTPStatus.NO_CONTENT)
        self.finish()


class PlotsHandler(LauncherHandler):
    """The single plots of a cluster's dashboard."""

    @web.authenticated
    @authorized
    def get(self, cluster_id: str) -> None:
        """List those that the scheduler offers."""
        self.finish(json.dumps(plots_view(self.manager.get(cluster_id))))


class LogsHandler(LauncherHandler):
    """What a cluster printed."""

    @web.authenticated
    @authorized
    async def get(self, cluster_id: str) -> None:
        """Return the logs there are."""
        self.finish(json.dumps(await self.manager.logs(cluster_id)))


def _refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(constant)


ID = r"(?P<cluster_id>[0-9a-zA-Z_-]+)"
NAME = r"(?P<name>[0-9a-zA-Z_.-]+)"
default_handlers = [
    (rf"{ROOT}/platforms/?", PlatformsHandler),
    (rf"{ROOT}/platforms/{NAME}/options", OptionsHandler),
    (rf"{ROOT}/platforms/{NAME}/found", FoundHandler),
    (rf"{ROOT}/code/?", CodeHandler),
    (rf"{ROOT}/check/?", CheckHandler),
    (rf"{ROOT}/clusters/?", ClustersHandler),
    (rf"{ROOT}/clusters/{ID}", ClusterHandler),
    (rf"{ROOT}/clusters/{ID}/plots", PlotsHandler),
    (rf"{ROOT}/clusters/{ID}/logs", LogsHandler),
]
