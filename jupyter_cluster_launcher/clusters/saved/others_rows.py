"""Rows of clusters that this server does not own: none of them is ever saved."""

from __future__ import annotations

from dataclasses import replace

from ...controller.guarded_files import words
from ...controller.host import namespace
from ...models import Cluster, State
from .ownership import STALE, Ownership, here

SHARED = (
    "It is managed by another of your Jupyter servers. A change that you make here moves it to "
    "this one."
)


def seen_from_afar(cluster: Cluster, ownership: Ownership) -> Cluster | None:
    """Return the row of a cluster on another host, None for one of this host.

    One that no server has looked after for long is ``lost``, so that users can dismiss it.
    """
    where = cluster.controller or ownership.lease()
    if where is None or here(where.host, where.boot_id):
        return None
    if ownership.age() > STALE:
        message = (
            f"It ran on another host, {where.host}, where no Jupyter server of yours looks after "
            "it any more. To use it again, start one there. Clean up deletes its files; what may "
            "still run there shuts itself down later."
        )
        return replace(cluster, state=State.LOST, message=message)
    message = f"It runs on another host, {where.host}."
    return replace(cluster, state=State.ELSEWHERE, message=message)


def seen_from_a_container(cluster: Cluster, ownership: Ownership) -> Cluster | None:
    """Return the row of a cluster whose owner runs in another container of this host, else None.

    The lock is the same there, but neither sees the processes and sockets of the other.
    """
    lease = ownership.lease()
    if lease is None or not lease.namespace or lease.namespace == namespace():
        return None
    message = f"It runs in another container, {lease.host}."
    return replace(cluster, state=State.ELSEWHERE, message=message)


def shared(cluster: Cluster) -> Cluster:
    """Return the row of a cluster that another server of this host owns."""
    report = replace(cluster.report, usage=None)  # only its owner knows the load of this moment
    running = cluster.state is State.RUNNING
    return replace(cluster, report=report, message=SHARED if running else cluster.message)


def untaken(cluster: Cluster, error: OSError) -> Cluster:
    """Return the row of a cluster that this server cannot own, though no other may do so."""
    why = f"its files cannot be used ({words(error)})"
    return replace(cluster, message=f"This Jupyter server cannot look after it: {why}.")
