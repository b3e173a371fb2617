"""Schedulers that already run: joined by their address, watched, and left as they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..controller import announcements
from ..controller.disk import on_disk
from ..errors import NotAvailableError
from ..models import Cluster
from ..platforms import memory
from ..platforms.code.connectcode import JOINED, dashboard_link
from ..platforms.code.expressions import literal
from . import dashboards, errors
from .addresses import ENCRYPTED, address_of
from .base import Backend
from .facts import Found, Needs, Status
from .local import counted
from .remote import OURS, RemoteBackend

if TYPE_CHECKING:
    from ..platforms.platform import Platform

# Plain Dask finds the files in its own configuration, in each notebook.
TLS_NOTE = "# Encrypted: Dask's configuration has to name your TLS files (distributed.comm.tls).\n"


class RunningBackend(RemoteBackend):
    """A scheduler that was started elsewhere, and does not end when it is left."""

    resident = "remote.running"
    watched = "client"
    launches = False
    discovers = True
    outlives_controller = True

    def needs(self, platform: Platform, options: Mapping[str, Any]) -> Needs:
        """Return nothing: no class starts anything."""
        return Needs()

    def preparation(self, cluster: Cluster, directory: Path) -> dict[str, Any]:
        """Return what the resident gets: the address is in what the record keeps."""
        return Backend.preparation(self, cluster, directory)

    def warnings(self, platform: Platform, options: Mapping[str, Any]) -> list[str]:
        """Return none: how it is reached was decided where it was started."""
        return []

    async def discover(self, kernel_name: str, known: Collection[str]) -> list[Found]:
        """Return the clusters that notebooks of this user on this host have made themselves."""
        announced = await on_disk(announcements.found)
        return [_found(one) for one in announced if one.address not in known]

    async def joinable(self, platform: Platform, given: str) -> str:
        """Return the address of a scheduler from its address or file; raises as ``address_of``."""
        return await on_disk(address_of, given)

    def join_code(self, name: str) -> str:
        """Return the code that connects to the scheduler at the address ``name``."""
        return (
            "from dask.distributed import Client\n\n"
            f"{TLS_NOTE if name.startswith(ENCRYPTED) else ''}client = Client({literal(name)})\n"
        )

    @classmethod
    def connect_code(
        cls, cluster: Cluster, directory: Path, base_url: str | None = None
    ) -> str | None:
        """Return the code that connects, as plain Dask does it."""
        if not cluster.report.address:
            return None
        template = None if base_url is None else dashboards.template(cluster, base_url)
        if template is None:
            return f"{JOINED}{cluster.create}client\n"
        before, client, after = cluster.create.partition("client = ")
        return f"{JOINED}import dask\n{before}{dashboard_link(template)}{client}{after}client\n"

    def status(self, cluster: Cluster, now: datetime) -> Status:
        """Return what a cluster's row shows: as many workers as there are, none is requested."""
        return replace(super().status(cluster, now), requested=cluster.report.ready)

    def explain(self, cluster: Cluster, name: str, text: str) -> str:
        """Return the sentence for an exception; the resident's own are sentences already."""
        environment = self.context.environments.title(cluster.kernel_name)
        known = errors.known(name, text, environment)
        return known or (text if name in (*OURS, "CannotJoinError") else _failed(cluster, text))

    async def cleanup(
        self, cluster: Cluster, directory: Path, shut_down: bool = False, wait: bool = False
    ) -> None:
        """End nothing; raise ``NotAvailableError`` where a scheduler was to be stopped."""
        if shut_down and not cluster.report.ended:
            raise NotAvailableError(
                f"The scheduler at {cluster.preparation.get('join')} could not be stopped from "
                "here. Stop it where it was started, then leave this cluster."
            )


def _failed(cluster: Cluster, text: str) -> str:
    words = errors.said(text)[:300]
    return f"The scheduler at {cluster.preparation.get('join')} cannot be joined: {words}"


def _found(one: announcements.Announcement) -> Found:
    size = [
        counted(one.workers, "worker"),
        counted(one.cores, "thread"),
        *([memory.size(one.memory)] if one.memory else []),
    ]
    words = f"{', '.join(size)}; process {one.pid}, since {one.since.astimezone():%d %b, %H:%M}"
    if one.address.startswith(ENCRYPTED):
        words += "; encrypted: Dask's configuration has to name its TLS files"
    return Found(one.address, one.address, words)


BACKEND = RunningBackend
