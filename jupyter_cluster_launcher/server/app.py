"""The server extension: its settings, and the wiring of the parts."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Float

from ..backends import Backends
from ..backends.base import Context
from ..clusters.manager import ClusterManager
from ..clusters.services import Limits, Services
from ..clusters.store import Store, default_root
from ..controller.environments import Environments
from ..platforms.catalog import Catalog
from .handlers import default_handlers

EVENTS = Path(__file__).parent / "events"
EVENT = "https://schema.jupyter.org/jupyter_cluster_launcher/cluster/v1"


class ClusterLauncher(ExtensionApp):
    """Starts Dask clusters for the notebooks of this server."""

    name = "jupyter_cluster_launcher"
    extension_url = "/lab"

    keep_running = Bool(
        False,
        help="Whether clusters outlive an orderly stop of the server where the person did not say.",
    ).tag(config=True)
    start_timeout = Float(60.0, help="Seconds that a cluster's Python may take to start.").tag(
        config=True
    )
    close_timeout = Float(30.0, help="Seconds that a cluster may take to close.").tag(config=True)
    queue_interval = Float(
        15.0, help="Seconds between two questions to a batch system about all jobs, at least."
    ).tag(config=True)
    orphan_hours = Float(
        24.0,
        help="Hours after which a cluster closes that no Jupyter server asked for; 0 for never.",
    ).tag(config=True)

    def initialize_settings(self) -> None:
        """Make the manager, and register the event before anybody can listen."""
        serverapp: Any = self.serverapp  # linked by now, and its traits are untyped
        serverapp.event_logger.register_event_schema(EVENTS / "cluster.yaml")
        default = serverapp.kernel_manager.default_kernel_name
        environments = Environments(serverapp.kernel_spec_manager, default)
        orphan = self.orphan_hours * 3600 if self.orphan_hours > 0 else None
        backends = Backends(Context(environments, self.queue_interval))
        services = Services(
            Store(default_root()),
            Catalog(environments, backends.unavailable),
            environments,
            backends,
            Limits(self.start_timeout, self.close_timeout, orphan),
        )
        self.manager = ClusterManager(services, self._ring, self.keep_running)
        self.settings["cluster_manager"] = self.manager

    def initialize_handlers(self) -> None:
        """Add the routes."""
        self.handlers.extend(default_handlers)

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        _stop_orderly_on_interrupt()
        await self.manager.attach()
        self._telling = asyncio.create_task(self._tell_faults())

    async def stop_extension(self) -> None:
        """Close the clusters that are not to keep running."""
        await self.manager.stop()

    async def _tell_faults(self) -> None:
        """Say which platform files are broken; the server does not wait for that to be read."""
        _, faults = await asyncio.to_thread(self.manager.services.catalog.find)
        for fault in faults:
            self.log.warning("A cluster platform is left out. %s", fault)

    def _ring(self, cluster_id: str, action: str) -> None:
        serverapp: Any = self.serverapp
        serverapp.event_logger.emit(
            schema_id=EVENT, data={"cluster_id": cluster_id, "action": action}
        )


def _stop_orderly_on_interrupt() -> None:
    """Let SIGINT stop the server as SIGTERM does, where the server left it to Python.

    It does so without a terminal, and then ends without stopping any extension. That is how a hub's
    local spawners stop a server, and clusters would stay.
    """
    orderly = signal.getsignal(signal.SIGTERM)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler and callable(orderly):
        signal.signal(signal.SIGINT, orderly)
