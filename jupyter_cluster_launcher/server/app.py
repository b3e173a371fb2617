"""The server extension: its settings, and the wiring of the parts."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from tornado.ioloop import PeriodicCallback
from traitlets import Bool, Float

from ..backends import Backends
from ..backends.facts import Context
from ..clusters.activity import is_active
from ..clusters.manager import ClusterManager
from ..clusters.saved.history import default_path
from ..clusters.saved.store import Store, default_root
from ..clusters.services import Limits, Services
from ..controller.announcements import announce_from, announce_no_longer_from
from ..controller.environments import Environments
from ..platforms.catalog import Catalog
from . import mcp
from .dashboard import dashboard_handlers
from .dashboard_hosts import allow_dashboards
from .handlers import default_handlers
from .logs import log_no_longer_to, log_to
from .metrics import ClusterMetrics

EVENTS = Path(__file__).parent / "events"
EVENT = "https://schema.jupyter.org/jupyter_cluster_launcher/cluster/v1"
# jupyter_server reads the time of the last activity from every setting whose name ends so, and a
# hub gets it from there.
LAST_ACTIVITY = "cluster_launcher_last_activity"
ACTIVITY_PERIOD = 60.0  # seconds between two looks at clusters that compute without any change

PREPARED = 120.0  # seconds for which a prepared kernel waits for its launch


class ClusterLauncher(ExtensionApp):
    """Starts Dask clusters for the notebooks of this server."""

    name = "jupyter_cluster_launcher"
    extension_url = "/lab"
    alone = False  # whether this server is of a single command: see the module `alone`

    keep_running = Bool(
        False,
        help="Whether clusters keep running when the server shuts down cleanly, unless the user "
        "chose otherwise.",
    ).tag(config=True)
    show_all_platforms = Bool(
        False,
        help="Whether to also list the platforms of other sites, such as Tallgrass on a laptop.",
    ).tag(config=True)
    start_timeout = Float(
        60.0, help="Seconds within which the kernel of a cluster must start."
    ).tag(config=True)
    close_timeout = Float(
        30.0, help="Seconds within which a cluster must shut down before it is killed."
    ).tag(config=True)
    queue_interval = Float(15.0, help="Minimum seconds between polls of the batch system.").tag(
        config=True
    )
    prepare = Bool(
        True,
        help="Whether to start a kernel as soon as a user begins to fill in the launch form, so "
        "that the launch is faster. It ends after two minutes if nothing is launched.",
    ).tag(config=True)
    mcp_tools = Bool(
        False,
        help="Whether to offer AI assistants tools that list, preview, launch, scale and stop "
        "clusters, through the extension jupyter-server-mcp.",
    ).tag(config=True)
    orphan_hours = Float(
        24.0,
        help="Shut down clusters that have had no contact with a Jupyter server for this many "
        "hours; 0 for never.",
    ).tag(config=True)

    def initialize_settings(self) -> None:
        """Make the manager, and register the event before a client can connect."""
        serverapp: Any = self.serverapp  # linked by now, and its traits are untyped
        log_to(serverapp.log)
        serverapp.event_logger.register_event_schema(EVENTS / "cluster.yaml")
        environments = _environments(serverapp)
        orphan = self.orphan_hours * 3600 if self.orphan_hours > 0 else None
        backends = Backends(Context(environments, self.queue_interval))
        services = Services(
            Store(default_root(), default_path()),
            Catalog(environments, backends.unavailable, show_all=self.show_all_platforms),
            environments,
            backends,
            Limits(
                self.start_timeout, self.close_timeout, orphan, PREPARED if self.prepare else 0.0
            ),
        )
        self.manager = ClusterManager(services, self._emit, self.keep_running)
        self.settings["cluster_manager"] = self.manager
        if self.mcp_tools:
            mcp.turn_on(self.manager)
        if not serverapp.gateway_config.gateway_enabled:
            announce_from(os.environ)
        allow_dashboards(serverapp.config, self.manager.list)
        self._metrics = ClusterMetrics(self.manager.list)
        self._metrics.start()
        self._noting = PeriodicCallback(self._note_activity, ACTIVITY_PERIOD * 1000)

    def initialize_handlers(self) -> None:
        """Add the routes."""
        self.handlers.extend([*default_handlers, *dashboard_handlers])

    def current_activity(self) -> dict[str, str] | None:
        """Return the clusters, {id: name}, for which an inactive server goes on; None without any.

        jupyter_server calls this before ``ServerApp.shutdown_no_activity_timeout`` stops it.
        """
        active = {one.id: one.name for one in self.manager.owned() if is_active(one)}
        return active or None

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        _stop_orderly_on_interrupt()
        await self.manager.attach()
        self._noting.start()
        self._warning = asyncio.create_task(self._warn_about_broken_files())

    async def stop_extension(self) -> None:
        """Close the clusters that are not to keep running."""
        serverapp: Any = self.serverapp
        self._noting.stop()
        self._metrics.stop()
        mcp.turn_off()
        announce_no_longer_from(os.environ)
        await self.manager.stop(only_launched=self.alone)
        log_no_longer_to(serverapp.log)

    async def _warn_about_broken_files(self) -> None:
        """Log which platform files are broken; the server does not wait for them to be read."""
        _, faults = await asyncio.to_thread(self.manager.services.catalog.find)
        for fault in faults:
            self.log.warning("A cluster platform is left out. %s", fault)

    def _emit(self, cluster_id: str, action: str) -> None:
        """Emit the event of a cluster that has changed."""
        serverapp: Any = self.serverapp
        serverapp.event_logger.emit(
            schema_id=EVENT, data={"cluster_id": cluster_id, "action": action}
        )
        self._note_activity()

    def _note_activity(self) -> None:
        """Count active clusters as activity of the server, which idle ones are not."""
        serverapp: Any = self.serverapp
        if self.current_activity():
            serverapp.web_app.settings[LAST_ACTIVITY] = datetime.now(timezone.utc)


def _environments(serverapp: Any) -> Environments:
    """Return the environments of the kernels on this host."""
    if serverapp.gateway_config.gateway_enabled:
        return Environments.without_gateway(serverapp, serverapp.gateway_config.url)
    return Environments(serverapp.kernel_spec_manager, serverapp.kernel_manager.default_kernel_name)


def _stop_orderly_on_interrupt() -> None:
    """Let SIGINT stop the server as SIGTERM does, where the server left it to Python.

    It does so without a terminal, and then ends without stopping any extension. That is how a hub's
    local spawners stop a server, and clusters would stay.
    """
    orderly = signal.getsignal(signal.SIGTERM)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler and callable(orderly):
        signal.signal(signal.SIGINT, orderly)
