"""Whether a cluster has work that would be lost if its Jupyter server stopped."""

from __future__ import annotations

from ..models import Cluster, State


def is_active(cluster: Cluster) -> bool:
    """Return whether a server that stops because nothing happens has to wait for this cluster.

    A cluster is active while it starts or stops, while it waits for jobs in a batch system, and
    while it computes. One that was joined goes on without this server, whoever computes on it; so
    does one of another server.
    """
    if cluster.state in (State.STARTING, State.CLOSING):
        return True
    if cluster.state is not State.RUNNING or cluster.report.joined:
        return False
    busy = bool((cluster.report.usage or {}).get("busy"))
    return busy or int(cluster.queue.get("queued", 0)) > 0
