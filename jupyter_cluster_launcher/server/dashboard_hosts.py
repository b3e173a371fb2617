"""Lets jupyter-server-proxy show the dashboards of clusters on other hosts, and nothing else there.

It knows allowed hosts only. The list is a function here, which looks at the port of the request,
too, so that no other service of those hosts becomes reachable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..models import Cluster

DEFAULT = ["localhost", "127.0.0.1"]  # what jupyter-server-proxy allows by itself


def allow_dashboards(config: Any, clusters: Callable[[], Iterable[Cluster]]) -> None:
    """Allow the dashboards of ``clusters`` in the server's configuration.

    Has to be called before jupyter-server-proxy is loaded. What the administrator allows stays
    allowed.
    """
    configured = config.ServerProxy.get("host_allowlist", DEFAULT)
    lazy = getattr(configured, "get_value", None)  # as of ``host_allowlist.append(...)``
    allowed = lazy(DEFAULT) if lazy else configured

    def may_show(handler: Any, host: str) -> bool:
        if allowed(handler, host) if callable(allowed) else host in allowed:
            return True
        port = handler.path_args[1] if len(handler.path_args) > 1 else None
        return (host, port) in {
            (cluster.report.dashboard_host, str(cluster.report.dashboard_port))
            for cluster in clusters()
            if cluster.state.value == "running" and cluster.report.dashboard_host
        }

    config.ServerProxy.host_allowlist = may_show
