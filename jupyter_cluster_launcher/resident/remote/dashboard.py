"""Where the dashboard of a cluster is, as its class says."""

from __future__ import annotations

import re
import urllib.request
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import dask

from ..observed.plots import NO_LIST, listed
from ..report import Report
from .scheduler import port_of

# The address itself, whatever path the site's configuration puts in its place for notebooks.
PLAIN = {"distributed.dashboard.link": "{scheme}://{host}:{port}/status"}
TLS = "distributed.scheduler.dashboard.tls.cert"  # with it, Dask's own links are https
LIMIT = 2.0  # seconds for an answer
LOOPBACK = ("localhost", "127.0.0.1")
IPV6 = ":"  # in a host
PORT = re.compile(r"(https?)://.*:(\d+)/status", re.ASCII)
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def place(cluster: Any) -> Report:
    """Return the dashboard's part of a report.

    That is host and port where the Jupyter server can reach it for the browser, else a link for
    the browser itself, as to the page of a cloud service.
    """
    link = _link(cluster)
    try:
        parts = urlsplit(link)
        host, port = parts.hostname, parts.port
    except ValueError:  # a class may write anything
        return {}
    if not host:
        return {}
    ours = parts.scheme == "http" or (port and dask.config.get(TLS, None))
    if not ours or parts.path != "/status":
        return {"dashboard_link": link}
    return {"dashboard_host": None if host in LOOPBACK else host, "dashboard_port": port or 80}


def _link(cluster: Any) -> str:
    """Return a cluster's own link, mended: of an IPv6 address Dask writes a piece, or no brackets.

    Its dashboard is then where its scheduler is.
    """
    with dask.config.set(PLAIN):
        link = str(getattr(cluster, "dashboard_link", None) or "")
    scheduler = port_of(str(getattr(cluster, "scheduler_address", "")))
    found = PORT.fullmatch(link)
    if scheduler and IPV6 in scheduler[0] and found and "]:" not in link:
        return f"{found[1]}://[{scheduler[0]}]:{found[2]}/status"
    return link


def needs_bridge(host: str) -> bool:
    """Return whether the Jupyter server's proxy has no way to a host, whatever it serves."""
    return IPV6 in host


def host_and_port(dashboard: Report) -> tuple[str, int] | None:
    """Return where a dashboard listens, None where it is not reached through this host."""
    port = dashboard.get("dashboard_port")
    return None if port is None else (dashboard.get("dashboard_host") or LOOPBACK[1], port)


def plots(dashboard: Report) -> dict[str, str] | None:
    """Return the single plots of a dashboard, {title: path}, as the scheduler itself lists them.

    Return None where what answers does not speak HTTP: it may be encrypted.
    """
    place = host_and_port(dashboard)
    if place is None:
        return {}
    host, port = place
    host = f"[{host}]" if ":" in host else host
    url = f"http://{host}:{port}/individual-plots.json"
    try:
        with OPENER.open(url, timeout=LIMIT) as answer:
            return listed(answer)
    except (ConnectionError, HTTPException):
        return None
    except NO_LIST:
        return {}
