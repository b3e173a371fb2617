"""Keeps in contact with controllers: pings, and checks whether they answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from .managed_cluster import ManagedCluster

PING_EVERY = 300.0  # seconds between two pings to the controllers
CHECK_EVERY = 5.0  # seconds between two looks whether they answer

log = logging.getLogger(__name__)


async def ping(clusters: Mapping[str, ManagedCluster], orphan: float | None) -> None:
    """Let the controllers know that a server is there, before their orphan timers fire.

    ``orphan`` is the time of these timers in seconds.
    """
    pause = PING_EVERY if orphan is None else min(PING_EVERY, orphan / 3)
    await _again(pause, clusters, lambda managed: managed.connection.ping())


async def check(clusters: Mapping[str, ManagedCluster]) -> None:
    """Warn in the rows of controllers that do not answer."""
    await _again(CHECK_EVERY, clusters, lambda managed: managed.check())


async def _again(
    pause: float,
    clusters: Mapping[str, ManagedCluster],
    contact: Callable[[ManagedCluster], Awaitable[None]],
) -> None:
    """Contact all controllers again and again; one that fails must not cost the others theirs."""
    while True:
        await asyncio.sleep(pause)
        contacts = (contact(managed) for managed in list(clusters.values()))
        for error in await asyncio.gather(*contacts, return_exceptions=True):
            if error is not None:
                log.error("A controller could not be contacted", exc_info=error)
