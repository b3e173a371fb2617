"""Common to all routes: checks of what comes in, JSON that goes out, errors by their status."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar, TypeVar

from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin

from ..clusters.manager import ClusterManager
from ..errors import BadInputError, LauncherError, NotAvailableError, UnknownError, WrongStateError
from ..masking import masked
from ..models import Cluster
from ..platforms.catalog import Declared
from ..platforms.platform import Platform
from . import contract
from .serializers import can_be_repeated, cluster_view

STATUS: dict[type[LauncherError], HTTPStatus] = {
    BadInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    UnknownError: HTTPStatus.NOT_FOUND,
    WrongStateError: HTTPStatus.CONFLICT,
    NotAvailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    # Any other, such as that of a controller that ends while it is called.
    LauncherError: HTTPStatus.SERVICE_UNAVAILABLE,
}

LIMIT = 50.0  # seconds; many clients and proxies wait for 60
GIVEN_UP = 32  # reads that nobody waits for any more: each may keep a thread, and its memory
HANGING = "cluster_launcher_hanging"  # the setting of the server with these reads, by route
UNANSWERED = (
    "This has taken too long: the disk with your home directory may not answer. It goes on when "
    "the disk does. Reload the list of clusters before you try again."
)
T = TypeVar("T")


class LauncherHandler(ExtensionHandlerMixin, APIHandler):
    """Common to all routes; ``route`` is the path as the contract writes it.

    ``about_clusters`` says that an answer depends on which clusters there are, ``only_reads`` that
    a request changes nothing, whatever its method.
    """

    auth_resource = "cluster-launcher"
    route: ClassVar[str]
    about_clusters: ClassVar[bool] = False
    only_reads: ClassVar[bool] = False

    async def prepare(self) -> None:  # type: ignore[override] # as in APIHandler
        """Let requests about clusters wait until this server knows those of earlier ones."""
        await super().prepare()
        if self.about_clusters and not self._finished:
            await self.manager.begun()

    @property
    def manager(self) -> ClusterManager:
        """The clusters of this server."""
        manager: ClusterManager = self.settings["cluster_manager"]
        return manager

    async def kernel_name(self) -> str:
        """Return the kernel that the request names, or the server's default."""
        return await self.manager.services.environments.on_this_host(self.query("kernel_name"))

    def body(self) -> dict[str, Any]:
        """Return the request's JSON object; raises ``BadInputError``."""
        return contract.check_body(self.route, self._verb, self.request.body)

    def query(self, name: str) -> Any:
        """Return a query parameter, None if it is absent; raises ``BadInputError``."""
        return contract.check_query(self.route, self._verb, name, self.get_query_arguments(name))

    def reply(self, data: Any, status: HTTPStatus = HTTPStatus.OK) -> None:
        """Answer with JSON data."""
        self.set_status(status)
        self.finish(json.dumps(data))

    async def views(self, *clusters: Cluster) -> list[dict[str, Any]]:
        """Return clusters as JSON data."""
        declared: Declared = {}
        if any(map(can_be_repeated, clusters)):
            declared = await self.manager.services.catalog.declared()
        return [self._view(cluster, declared.get(cluster.platform)) for cluster in clusters]

    async def view(self, cluster: Cluster) -> dict[str, Any]:
        """Return a cluster as JSON data."""
        return (await self.views(cluster))[0]

    def _view(
        self, cluster: Cluster, platform: tuple[Platform, Mapping[str, Any]] | None
    ) -> dict[str, Any]:
        services = self.manager.services
        backend, directory = services.backend(cluster), services.store.root / cluster.id
        if platform is None:  # its file has gone, or none can be repeated
            return cluster_view(cluster, backend, directory, self.base_url)
        known, options = platform
        excess = partial(backend.excess, known)
        return cluster_view(cluster, backend, directory, self.base_url, lambda: options, excess)

    async def within(self, work: Awaitable[T]) -> T:
        """Return what ``work`` returns; raises ``NotAvailableError`` where that takes for ever.

        It goes on then: it may be in the middle of a change. Of what changes nothing, no more is
        begun while much of it goes on so: a browser asks again and again.
        """
        reads = self.only_reads or self._verb == "get"
        # By route: one directory may hang, such as that of the logs, and the home answer.
        routes: dict[str, set[asyncio.Future[Any]]] = self.settings.setdefault(HANGING, {})
        hanging = routes.setdefault(self.route, set())
        if reads and len(hanging) >= GIVEN_UP:
            if asyncio.iscoroutine(work):
                work.close()
            raise NotAvailableError(UNANSWERED)
        task = asyncio.ensure_future(work)
        if not (await asyncio.wait({task}, timeout=LIMIT))[0]:
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            if reads:
                hanging.add(task)
                task.add_done_callback(hanging.discard)
            raise NotAvailableError(UNANSWERED)
        return task.result()

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with the status of an error: each of ours has its own."""
        error = kwargs.get("exc_info", (None, None))[1]
        kinds = (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        super().send_error(next(kinds, status_code), **kwargs)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the sentence of one of our errors."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, LauncherError):
            self.finish(json.dumps({"message": masked(str(error), os.environ)}))
        else:
            super().write_error(status_code, **kwargs)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log what is unexpected: a request that cannot be served is not a fault of the server."""
        if not isinstance(value, LauncherError):
            super().log_exception(typ, value, tb)

    @property
    def _verb(self) -> str:
        return str(self.request.method).lower()
