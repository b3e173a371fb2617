"""Decides what happens to clusters when the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from ..controller.disk import on_disk
from . import owned_cluster
from .managed_cluster import ManagedCluster
from .services import Services

PATIENCE = 10.0  # seconds beyond the time that clusters have to shut down


async def let_go(
    clusters: Sequence[ManagedCluster], stops: Callable[[ManagedCluster], bool], services: Services
) -> None:
    """Stop clusters that are not to keep running, then disconnect from what is left.

    Only those are stopped for which ``stops`` is true. Nothing is waited for longer than clusters
    have to shut down, and some seconds: a disk may not answer, and the next server goes on from
    where this one was. What is to be written soon is written by then: the process does not wait.
    """
    for managed in clusters:
        if stops(managed):
            managed.let_go()
    closing = [asyncio.ensure_future(one.settled()) for one in clusters if one.ownership.held]
    if closing:
        await asyncio.wait(closing, timeout=services.limits.close + PATIENCE)
    for managed in clusters:
        managed.detach()
    written = on_disk(services.store.finish, owned_cluster.DISK_LIMIT)
    await asyncio.gather(written, *(managed.released() for managed in clusters))
    for managed in clusters:
        if managed.ownership.held:  # its end could not be saved
            managed.ownership.release_soon()
