"""Whether a cluster has work that would be lost if its Jupyter server stopped."""

from __future__ import annotations

from ..backends import waits
from ..models import Cluster, State


def is_active(cluster: Cluster) -> bool:
    """Return whether a server that would stop for lack of activity must wait for this cluster.

    A cluster is active while it starts or stops, while it waits for workers of a batch system or a
    gateway, and while it computes. A cluster that was joined goes on without this server, whoever
    computes on it, and so does another server's.
    """
    if cluster.state in (State.STARTING, State.CLOSING) or cluster.ends_by_itself:
        return True
    if cluster.state is not State.RUNNING or cluster.report.joined:
        return False
    busy = cluster.report.usage is not None and cluster.report.usage.busy
    return busy or waits(cluster)
