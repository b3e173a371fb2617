"""Clusters that another Jupyter server looks after: of another host, or beside this one.

A home directory is shared between hosts, and on a hub between the named servers of a person. Each
record says which server has it; the others show it and leave it alone.
"""

from __future__ import annotations

import functools
import os
from dataclasses import replace

from ..controller.host import boot_id, host, started
from ..models import Cluster, State


@functools.cache
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
