"""Keeps true what is shown of the clusters of other servers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from ..models import Cluster, State
from .managed_cluster import Life
from .ownership import reason, shown
from .store import Store

EVERY = 10.0  # seconds between two looks at the records of other servers

log = logging.getLogger(__name__)


async def follow(
    lives: dict[str, Life], store: Store, changed: Callable[[Life, str], None]
) -> None:
    """Keep what is shown of other servers' clusters true, and take over what they left."""
    while True:
        await asyncio.sleep(EVERY)
        others = [life for life in lives.values() if life.cluster.state is State.ELSEWHERE]
        records = {cluster.id: cluster for cluster in store.load()} if others else {}
        for life in others:
            try:
                await _look(life, records.get(life.cluster.id), changed)
            except Exception:  # whatever is wrong with one, the others are looked after
                log.exception("Cluster %s could not be looked at", life.cluster.id)


async def _look(life: Life, record: Cluster | None, changed: Callable[[Life, str], None]) -> None:
    why = reason(record) if record else None
    if record is None:
        changed(life, "removed")
    elif why is None:
        life.cluster = record
        await life.attach()
    elif shown(record, why) != life.cluster:
        life.cluster = shown(record, why)
        changed(life, "changed")
