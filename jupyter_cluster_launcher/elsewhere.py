"""Clusters that another Jupyter server looks after: of another host, or beside this one.

A home directory is shared between hosts, and on a hub between the named servers of a person. Each
record says which server has it; the others show it and leave it alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from .models import Cluster, State
from .processes import started
from .store import Store, boot_id, host

if TYPE_CHECKING:
    from .life import Life

EVERY = 10.0  # seconds between two looks at the records of other servers


def this_server() -> str:
    """Return what tells this server's process from all others on this host, also later ones."""
    return f"{os.getpid()} {started(os.getpid())}"


def reason(cluster: Cluster) -> str | None:
    """Return the sentence that says who else looks after a cluster, or None."""
    ref = cluster.controller
    if ref and ref.host != host():
        return f"It runs on another host, {ref.host}."
    pid, _, start = cluster.server.partition(" ")
    alive = pid.isdecimal() and cluster.server != this_server() and started(int(pid)) == start
    if alive and start and (ref is None or ref.boot_id == boot_id()):
        return "It belongs to another of your Jupyter servers, which is running: see it there."
    return None


def shown(cluster: Cluster, why: str) -> Cluster:
    """Return a cluster as it is shown here; nothing of this is saved."""
    return replace(cluster, state=State.ELSEWHERE, message=why)


async def follow(
    lives: dict[str, Life], store: Store, changed: Callable[[Life, str], None]
) -> None:
    """Keep what is shown of other servers' clusters true, and take over what they left."""
    while True:
        await asyncio.sleep(EVERY)
        others = [life for life in lives.values() if life.cluster.state is State.ELSEWHERE]
        records = {cluster.id: cluster for cluster in store.load()} if others else {}
        for life in others:
            record = records.get(life.cluster.id)
            why = reason(record) if record else None
            if record is None:
                changed(life, "removed")
            elif why is None:
                life.cluster = record
                await life.attach()
            elif shown(record, why) != life.cluster:
                life.cluster = shown(record, why)
                changed(life, "changed")
