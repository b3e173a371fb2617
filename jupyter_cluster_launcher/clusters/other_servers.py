"""Keeps the rows of other servers' clusters true, and takes over what those servers left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ..models import Cluster, State
from .managed_cluster import ManagedCluster
from .ownership import elsewhere, other_owner
from .services import Services

EVERY = 10.0  # seconds between two scans of other servers' records

log = logging.getLogger(__name__)


async def follow(
    clusters: dict[str, ManagedCluster],
    services: Services,
    changed: Callable[[ManagedCluster, str], None],
) -> None:
    """Scan the records of other servers' clusters again and again, and update their rows."""
    while True:
        await asyncio.sleep(EVERY)
        others = [one for one in clusters.values() if one.cluster.state is State.ELSEWHERE]
        records = {cluster.id: cluster for cluster in services.store.load()} if others else {}
        for managed in others:
            try:
                await _update(managed, records.get(managed.cluster.id), changed)
            except Exception:  # whatever is wrong with one, the others go on
                log.exception("Cluster %s could not be updated", managed.cluster.id)


async def _update(
    managed: ManagedCluster,
    record: Cluster | None,
    changed: Callable[[ManagedCluster, str], None],
) -> None:
    why = other_owner(record) if record else None
    if record is None:
        changed(managed, "removed")
    elif why is None:
        managed.cluster = record
        await managed.attach()
    elif elsewhere(record, why) != managed.cluster:
        managed.cluster = elsewhere(record, why)
        changed(managed, "changed")
