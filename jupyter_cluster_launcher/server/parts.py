"""Everything behind the routes, wired: made when it is first needed, not when the server starts."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timezone
from typing import Any

from jupyter_server.utils import url_path_join
from tornado.ioloop import PeriodicCallback

from ..backends import Backends
from ..backends.facts import Context
from ..clusters.activity import is_active
from ..clusters.manager import ClusterManager
from ..clusters.saved.history import default_path
from ..clusters.saved.root import default_root
from ..clusters.saved.store import Store
from ..clusters.services import Limits, Services
from ..controller.disk import on_disk
from ..controller.environments import Environments
from ..platforms.catalog import Catalog
from .dashboard import dashboard_handlers
from .handlers import default_handlers
from .logs import log_no_longer_to, log_to
from .metrics import ClusterMetrics

EVENT = "https://schema.jupyter.org/jupyter_cluster_launcher/cluster/v1"
# jupyter_server reads the time of the last activity from every setting whose name ends so, and a
# hub gets it from there.
LAST_ACTIVITY = "cluster_launcher_last_activity"
ACTIVITY_PERIOD = 60.0  # seconds between two looks at clusters that compute without any change

log = logging.getLogger(__name__)


class Parts:
    """The clusters of a Jupyter server, their routes, events and metrics."""

    def __init__(
        self,
        serverapp: Any,
        limits: Limits,
        queue_interval: float,
        keep_running: bool,
        show_all_platforms: bool,
    ) -> None:
        """Make the manager, and add the routes to the server.

        ``queue_interval`` is in seconds; it and the others are as in ``app``.
        """
        log_to(serverapp.log)
        self._serverapp = serverapp
        environments = _environments(serverapp)
        backends = Backends(Context(environments, queue_interval))
        services = Services(
            Store(default_root(), default_path()),
            Catalog(environments, backends.unavailable, show_all=show_all_platforms),
            environments,
            backends,
            limits,
        )
        self.manager = ClusterManager(services, self._emit, keep_running)
        self._metrics = ClusterMetrics(self.manager.list)
        self._metrics.start()
        self._noting = PeriodicCallback(self._note_activity, ACTIVITY_PERIOD * 1000)
        serverapp.web_app.settings["cluster_manager"] = self.manager

    def add_routes(self, name: str) -> None:
        """Add the routes to the server, for the extension of this name."""
        web_app = self._serverapp.web_app
        base_url = web_app.settings["base_url"]
        routes = (*default_handlers, *dashboard_handlers)
        web_app.add_handlers(
            ".*$", [(url_path_join(base_url, path), kind, {"name": name}) for path, kind in routes]
        )

    def active(self) -> dict[str, str]:
        """Return the clusters, {id: name}, for which an inactive server goes on."""
        return {one.id: one.name for one in self.manager.owned() if is_active(one)}

    async def begin(self) -> None:
        """Take over the clusters of earlier servers, and look after all there are."""
        self._noting.start()
        self._warning = asyncio.create_task(self._warn_about_broken_files())
        try:
            await self.manager.attach()
        except Exception:  # what is launched from now on works all the same
            log.exception("The clusters of earlier servers could not be taken over")

    async def stop(self, only_launched: bool) -> None:
        """Close the clusters that are not to keep running; ``only_launched`` as of the manager."""
        self._noting.stop()
        self._metrics.stop()
        await self.manager.stop(only_launched)
        log_no_longer_to(self._serverapp.log)

    async def _warn_about_broken_files(self) -> None:
        """Log which platform files are broken; no request waits for them to be read."""
        _, faults = await on_disk(self.manager.services.catalog.find)
        for fault in faults:
            log.warning("A cluster platform is left out. %s", fault)

    def _emit(self, cluster_id: str, action: str) -> None:
        """Emit the event of a cluster that has changed."""
        self._serverapp.event_logger.emit(
            schema_id=EVENT, data={"cluster_id": cluster_id, "action": action}
        )
        self._note_activity()

    def _note_activity(self) -> None:
        """Count active clusters as activity of the server, which idle ones are not."""
        if self.active():
            self._serverapp.web_app.settings[LAST_ACTIVITY] = datetime.now(timezone.utc)


def _environments(serverapp: Any) -> Environments:
    """Return the environments of the kernels on this host."""
    if serverapp.gateway_config.gateway_enabled:
        return Environments.without_gateway(serverapp, serverapp.gateway_config.url)
    return Environments(serverapp.kernel_spec_manager, serverapp.kernel_manager.default_kernel_name)
