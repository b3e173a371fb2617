"""Which Jupyter server owns a cluster: this one, another on this host, or one on another host.

A home directory is shared between hosts, and on a hub between the named servers of a user. Each
record says which server owns it; the others show it and leave it alone.
"""

from __future__ import annotations

import functools
import os
from dataclasses import replace

from ..controller.host import boot_id, host, started
from ..models import Cluster, State


@functools.cache
def this_server() -> str:
    """Return what tells this server's process from all others on this host, later ones included."""
    return f"{os.getpid()} {started(os.getpid())}"


def other_owner(cluster: Cluster) -> str | None:
    """Return the sentence that says which other server owns a cluster, or None."""
    ref = cluster.controller
    if ref and ref.host != host():
        return f"It runs on another host, {ref.host}."
    pid, _, start = cluster.server.partition(" ")
    alive = pid.isdecimal() and cluster.server != this_server() and started(int(pid)) == start
    if alive and start and (ref is None or ref.boot_id == boot_id()):
        return "It belongs to another running Jupyter server of yours: use it from there."
    return None


def elsewhere(cluster: Cluster, why: str) -> Cluster:
    """Return a cluster as another server's; this is never saved."""
    return replace(cluster, state=State.ELSEWHERE, message=why)
