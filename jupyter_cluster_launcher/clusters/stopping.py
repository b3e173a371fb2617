"""Decides what happens to clusters when the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from .managed_cluster import ManagedCluster

PATIENCE = 10.0  # seconds beyond the time that clusters have to shut down


async def let_go(
    clusters: Sequence[ManagedCluster], stops: Callable[[ManagedCluster], bool], limit: float
) -> None:
    """Stop clusters that are not to keep running, then disconnect from what is left.

    Only those are stopped for which ``stops`` is true. Nothing is waited for longer than ``limit``
    and some seconds: a disk may not answer, and the next server goes on from where this one was.
    """
    for managed in clusters:
        if stops(managed):
            managed.let_go()
    closing = [asyncio.ensure_future(one.settled()) for one in clusters if one.ownership.held]
    if closing:
        await asyncio.wait(closing, timeout=limit + PATIENCE)
    for managed in clusters:
        managed.detach()
    await asyncio.gather(*(managed.released() for managed in clusters))
    for managed in clusters:
        managed.ownership.release()  # of one whose end could not be saved
