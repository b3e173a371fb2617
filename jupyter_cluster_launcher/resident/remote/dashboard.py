"""Where the dashboard of a cluster is, as its class says."""

from __future__ import annotations

import urllib.request
from typing import Any
from urllib.parse import urlsplit

import dask

from ..plots import NO_LIST, listed
from ..report import Report

# The address itself, whatever path the site's configuration puts in its place for notebooks.
PLAIN = {"distributed.dashboard.link": "{scheme}://{host}:{port}/status"}
LIMIT = 2.0  # seconds for an answer
LOOPBACK = ("localhost", "127.0.0.1", "::1")
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def place(cluster: Any) -> Report:
    """Return the dashboard's part of a report.

    That is host and port where the Jupyter server can reach it for the browser, else a link for
    the browser itself, as to the page of a cloud service.
    """
    with dask.config.set(PLAIN):
        link = str(getattr(cluster, "dashboard_link", None) or "")
    parts = urlsplit(link)
    if not parts.hostname:
        return {}
    if parts.scheme != "http" or parts.path != "/status":
        return {"dashboard_link": link}
    host = None if parts.hostname in LOOPBACK else parts.hostname
    return {"dashboard_host": host, "dashboard_port": parts.port or 80}


def plots(dashboard: Report) -> dict[str, str]:
    """Return the single plots of a dashboard, {title: path}, as the scheduler itself lists them."""
    port = dashboard.get("dashboard_port")
    if port is None:
        return {}
    host = dashboard.get("dashboard_host") or LOOPBACK[1]
    url = f"http://{host}:{port}/individual-plots.json"
    try:
        with OPENER.open(url, timeout=LIMIT) as answer:
            return listed(answer)
    except NO_LIST:
        return {}
