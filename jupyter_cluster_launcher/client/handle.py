"""The handle that a notebook has on a cluster; its Jupyter server does all the work."""

from __future__ import annotations

import html
import os
from typing import Any
from urllib.parse import urljoin

from ..errors import LauncherError
from ..platforms.memory import is_decimal, size
from . import server as rest


class ClusterHandle:
    """One cluster of the launcher, with the methods of Dask's own cluster objects.

    Every method raises ``LauncherError`` with a sentence if no Jupyter server can do it.
    """

    def __init__(self, cluster_id: str, name: str, client: Any) -> None:
        """Hold the cluster with this id; ``client`` is this notebook's own."""
        self.id, self.name, self._client = cluster_id, name, client

    def scale(self, n: int) -> None:
        """Request a number of workers (jobs on a batch system), and end adaptive scaling."""
        self._change({"workers": n})

    def adapt(self, minimum: int = 0, *, maximum: int) -> None:
        """Scale adaptively: let the number of workers follow the load, within these bounds."""
        self._change({"adapt": {"minimum": minimum, "maximum": maximum}})

    def renew(self, hours: float | None = None) -> None:
        """Keep batch jobs running for ``hours`` from now; without it, until their time limit.

        Until then each job is replaced before its time limit, and when it ends unexpectedly.
        """
        self._change({"renew_for": hours * 3600 if hours else None})

    def close(self) -> None:
        """Close the notebook's client, stop the cluster, and wait until it is gone.

        A cluster that was already running when you joined it keeps running: others may use it.
        """
        server, shown = rest.holder(self.id)
        self._client.close()
        server.send("DELETE", f"clusters/{self.id}{'?leave=true' if shown['joined'] else ''}")
        server.gone(self.id)

    def logs(self) -> Logs:
        """Return the logs of the launch, the scheduler, the workers and the batch jobs."""
        server, _ = rest.holder(self.id)
        return Logs(server.send("GET", f"clusters/{self.id}/logs"))

    def info(self) -> dict[str, Any]:
        """Return everything that the launcher knows about the cluster now."""
        return rest.holder(self.id)[1]

    @property
    def status(self) -> str:
        """The state of the cluster: "running" while you can use it."""
        return str(self.info()["state"])

    @property
    def workers(self) -> dict[str, int]:
        """How many workers there are: {requested, ready, queued, failed, killed, died}."""
        return dict(self.info()["workers"])

    @property
    def dashboard_link(self) -> str | None:
        """The address of the dashboard, or its path on a JupyterHub; None without a dashboard."""
        return _link(*rest.holder(self.id))

    def _change(self, change: dict[str, Any]) -> None:
        server, _ = rest.holder(self.id)
        server.send("PATCH", f"clusters/{self.id}", change)

    def __repr__(self) -> str:
        return f"<{self.name}: {self._facts()[0]}>"

    def _repr_html_(self) -> str:
        facts, link = self._facts()
        shown = f"<b>{html.escape(self.name)}</b><br>{html.escape(facts)}"
        if not link:
            return shown
        target = html.escape(link)
        return f'{shown}<br>Dashboard: <a href="{target}" target="_blank">{target}</a>'

    def _facts(self) -> tuple[str, str | None]:
        """Return the cluster in a line, and its dashboard as a browser finds it.

        A picture of the cluster never raises.
        """
        try:
            shown = rest.holder(self.id)[1]
        except LauncherError as error:
            return str(error), None
        workers = shown["workers"]
        facts = [
            f"{shown['platform_title']}, {shown['state']}",
            f"{workers['ready']} of {workers['requested']} {shown['unit']}",
            f"{shown['cores']} {'thread' if shown['cores'] == 1 else 'threads'}",
            size(shown["memory"], is_decimal(shown["code"]["create"])),
        ]
        return ", ".join(facts), shown["dashboard_url"]


class Logs(dict[str, Any]):
    """The logs of a cluster: {launch, scheduler, workers: [{id, title, text}], jobs: [...]}."""

    def _repr_html_(self) -> str:
        parts = [("Launch", self["launch"]), ("Scheduler", self["scheduler"])]
        parts += [(part["title"], part["text"]) for part in (*self["workers"], *self["jobs"])]
        return "".join(
            f"<details><summary>{html.escape(title)}</summary><pre>{html.escape(text)}</pre>"
            "</details>"
            for title, text in parts
        )


def _link(server: rest.Server, shown: dict[str, Any]) -> str | None:
    url: str | None = shown["dashboard_url"]
    # Only the browser knows under which name the hub is reached.
    return url if not url or "JUPYTERHUB_USER" in os.environ else urljoin(server.url, url)
