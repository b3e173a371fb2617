"""The way from a browser to the dashboard of a cluster, which other users of the host do not have.

jupyter-server-proxy does the work; it asks for the login of the Jupyter server.
"""

from __future__ import annotations

from typing import Any

from jupyter_server.extension.handler import ExtensionHandlerMixin
from jupyter_server.utils import ensure_async, url_path_join
from jupyter_server_proxy.handlers import LocalProxyHandler
from tornado import web

from ..clusters.manager import ClusterManager
from ..errors import UnknownError
from ..platforms.code.connectcode import DASHBOARDS
from .base import LauncherHandler

PORT_DIGITS = 5
PRIVATE_HEADERS = ("Authorization", "Cookie", "X-XSRFToken")


class DashboardHandler(ExtensionHandlerMixin, LocalProxyHandler):  # type: ignore[misc]
    """Forwards to the socket of a dashboard, pages and WebSockets alike."""

    SUPPORTED_METHODS = ("GET", "HEAD")  # the dashboard only shows

    async def prepare(self) -> None:
        """Refuse who is not allowed to see the cluster, and find the socket."""
        await super().prepare()
        if self._finished:  # by a redirection to the login
            return
        user, resource = self.current_user, LauncherHandler.auth_resource
        if not await ensure_async(self.authorizer.is_authorized(self, user, "read", resource)):
            raise web.HTTPError(403)
        name, path = self.path_args
        manager: ClusterManager = self.settings["cluster_manager"]
        await manager.begun()
        try:
            self.unix_socket = manager.get(name).report.dashboard_socket
        except UnknownError:
            # A cluster that a notebook made itself: Dask's links have one pattern for all.
            if name.isdecimal() and len(name) <= PORT_DIGITS:
                self.redirect(url_path_join(self.base_url, "proxy", name, path))
                return
            raise web.HTTPError(404, "There is no such cluster.") from None
        if self.unix_socket is None:
            raise web.HTTPError(404, "This cluster has no dashboard.")
        self.proxy_base = f"{DASHBOARDS}/{name}"

    def proxy(self, port: str, proxied_path: str) -> Any:
        """Answer with a page; the port in the address means nothing on a socket."""
        return super().proxy("0", proxied_path)

    async def open(self, port: str, proxied_path: str) -> None:
        """Open a WebSocket."""
        await super().open("0", proxied_path)

    def proxy_request_headers(self) -> Any:
        """Return the request's headers without what admits the browser to this server."""
        headers = super().proxy_request_headers()
        for name in PRIVATE_HEADERS:
            headers.pop(name, None)
        return headers


dashboard_handlers = [(rf"/{DASHBOARDS}/([0-9a-zA-Z_-]+)/(.*)", DashboardHandler)]
