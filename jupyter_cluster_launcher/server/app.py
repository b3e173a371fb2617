"""The server extension: its settings, and the little that it does before its first request.

Every start of a Jupyter server waits for what is imported and done here. All else is in `parts`.
"""

from __future__ import annotations

import asyncio
import os
import signal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.extension.application import ExtensionApp
from jupyter_server.utils import url_path_join
from tornado.ioloop import PeriodicCallback
from traitlets import Bool, Float

from ..clusters.saved.root import default_root, holds_anything
from ..controller.disk import on_disk
from ..controller.preload import announce_from, announce_no_longer_from
from . import mcp
from .dashboard_hosts import allow_dashboards
from .gate import Gate

if TYPE_CHECKING:
    from .parts import Parts

EVENTS = Path(__file__).parent / "events"
ROUTES = "cluster-launcher/.*"  # below the base URL, as a regular expression
LOOK_EVERY = 10.0  # seconds between two looks for clusters that another server may leave behind
BEGINNING = 10.0  # seconds that a stop waits for clusters that are being taken over
PREPARED = 120.0  # seconds for which a prepared kernel waits for its launch


class ClusterLauncher(ExtensionApp):
    """Starts Dask clusters for the notebooks of this server."""

    name = "jupyter_cluster_launcher"
    extension_url = "/lab"
    alone = False  # whether this server is of a single command: see the module `alone`
    _parts: Parts | None = None
    _loading: asyncio.Task[None] | None = None
    _beginning: asyncio.Task[None] | None = None
    _looking: PeriodicCallback | None = None
    _stopping = False

    keep_running = Bool(
        False,
        help="Keep clusters running when the server shuts down cleanly, unless the user chose "
        "otherwise.",
    ).tag(config=True)
    show_all_platforms = Bool(
        False,
        help="Also list the platforms of other sites, such as Tallgrass on a laptop.",
    ).tag(config=True)
    start_timeout = Float(60.0, help="Seconds to wait for a cluster's controller to start.").tag(
        config=True
    )
    close_timeout = Float(
        30.0, help="Seconds to wait for a cluster to shut down, before it is killed."
    ).tag(config=True)
    queue_interval = Float(15.0, help="Minimum seconds between polls of the batch system.").tag(
        config=True
    )
    prepare = Bool(
        True,
        help="Start a kernel as soon as a user begins to fill in the launch form, so "
        "that the launch is faster. It ends after two minutes if nothing is launched.",
    ).tag(config=True)
    mcp_tools = Bool(
        False,
        help="Offer AI assistants tools that list, preview, launch, scale and stop "
        "clusters, through the extension jupyter-server-mcp.",
    ).tag(config=True)
    orphan_hours = Float(
        24.0,
        help="Shut down clusters that have had no contact with a Jupyter server for this many "
        "hours; 0 for never.",
    ).tag(config=True)

    def initialize_settings(self) -> None:
        """Do what must be done before a client connects, a kernel starts or a proxy is set up."""
        serverapp: Any = self.serverapp  # linked by now, and its traits are untyped
        serverapp.event_logger.register_event_schema(EVENTS / "cluster.yaml")
        if not serverapp.gateway_config.gateway_enabled:
            announce_from(os.environ)
        allow_dashboards(
            serverapp.config, lambda: self._parts.manager.list() if self._parts else ()
        )

    def initialize_handlers(self) -> None:
        """Let the first request load what answers it; tools for assistants need that at once."""
        serverapp: Any = self.serverapp
        self._gate = Gate(serverapp.web_app, self._loaded, serverapp.log)
        self._gate.stand_at(url_path_join(serverapp.web_app.settings["base_url"], ROUTES))
        if self.mcp_tools:
            mcp.turn_on(self.load().manager, serverapp.web_app.settings["base_url"])

    def load(self) -> Parts:
        """Return what answers requests, made when it is first needed, with its routes added."""
        if self._parts is None:
            # Imported here: a server that is never asked for clusters does not wait for it.
            from ..clusters.services import Limits  # noqa: PLC0415
            from .parts import Parts  # noqa: PLC0415

            orphan = self.orphan_hours * 3600 if self.orphan_hours > 0 else None
            prepared = PREPARED if self.prepare else 0.0
            self._parts = Parts(
                self.serverapp,
                Limits(self.start_timeout, self.close_timeout, orphan, prepared),
                self.queue_interval,
                self.keep_running,
                self.show_all_platforms,
            )
            self._parts.add_routes(self.name)
            self._gate.opened = True
        return self._parts

    def current_activity(self) -> dict[str, str] | None:
        """Return the clusters, {id: name}, for which an inactive server goes on; None without any.

        jupyter_server calls this before ``ServerApp.shutdown_no_activity_timeout`` stops it.
        """
        return (self._parts.active() or None) if self._parts else None

    async def _start_jupyter_server_extension(self, serverapp: Any) -> None:
        _stop_orderly_on_interrupt()
        self._looking = PeriodicCallback(self._look_for_clusters, LOOK_EVERY * 1000)
        self._looking.start()
        await self._look_for_clusters()

    async def _look_for_clusters(self) -> None:
        """Take over clusters without any request, also those that another server leaves later."""
        if self._parts is not None or await on_disk(holds_anything, default_root()):
            if self._looking is not None:
                self._looking.stop()
            await self._loaded()

    async def _loaded(self) -> None:
        """Return when there are routes, and clusters of earlier servers are being taken over."""
        if self._stopping:
            raise RuntimeError("The server is stopping.")
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        await asyncio.shield(self._loading)

    async def _load(self) -> None:
        try:
            # In a thread: other requests go on meanwhile.
            await on_disk(import_module, ".parts", __package__)
            self._beginning = asyncio.create_task(self.load().begin())
        except BaseException:
            self._loading = None  # the fault may pass: the next request tries again
            raise

    async def stop_extension(self) -> None:
        """Close the clusters that are not to keep running."""
        self._stopping = True
        if self._looking is not None:
            self._looking.stop()
        mcp.turn_off()
        announce_no_longer_from(os.environ)
        if self._loading is not None:
            await asyncio.wait([self._loading], timeout=BEGINNING)
        if self._beginning is not None:  # what is being taken over is to be closed, too
            await asyncio.wait([self._beginning], timeout=BEGINNING)
            self._beginning.cancel()
        if self._parts is not None:
            await self._parts.stop(only_launched=self.alone)


def _stop_orderly_on_interrupt() -> None:
    """Let SIGINT stop the server as SIGTERM does, where the server left it to Python.

    It does so without a terminal, and then ends without stopping any extension. That is how a hub's
    local spawners stop a server, and clusters would stay.
    """
    orderly = signal.getsignal(signal.SIGTERM)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler and callable(orderly):
        signal.signal(signal.SIGINT, orderly)
