"""Where browsers find the dashboard of a cluster, through the Jupyter server."""

from __future__ import annotations

from ..models import Cluster
from ..platforms.code.connectcode import DASHBOARDS


def path(cluster: Cluster, base_url: str) -> str | None:
    """Return the path of a dashboard below the server's ``base_url``; None where there is none."""
    report = cluster.report
    if report.dashboard_socket:
        return f"{base_url}{DASHBOARDS}/{cluster.id}/status"
    if not report.dashboard_port or (report.dashboard_host and ":" in report.dashboard_host):
        return None  # the proxy has no way to an IPv6 address, until there is a socket
    place = f"{report.dashboard_host}:" if report.dashboard_host else ""
    return f"{base_url}proxy/{place}{report.dashboard_port}/status"


def template(cluster: Cluster, base_url: str) -> str | None:
    """Return the same as a template of Dask, for each scheduler that a notebook connects to.

    Dask fills in the host and the port of the scheduler.
    """
    found = fixed(cluster, base_url)
    if found is None or cluster.report.dashboard_socket:
        return found
    place = "{host}:" if cluster.report.dashboard_host else ""
    return f"{_escaped(base_url)}proxy/{place}{{port}}/status"


def by_name(base_url: str) -> str:
    """Return the template for each scheduler that a controller of ours runs in its own process.

    Dask fills in ``{port}``, which is the name of the dashboard there.
    """
    return f"{_escaped(base_url)}{DASHBOARDS}/{{port}}/status"


def fixed(cluster: Cluster, base_url: str) -> str | None:
    """Return a template that leads to the dashboard of this cluster alone."""
    found = path(cluster, base_url)
    return found and _escaped(found)


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
