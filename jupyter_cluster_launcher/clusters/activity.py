"""Whether a cluster has work that would be lost if its Jupyter server stopped."""

from __future__ import annotations

from ..models import Cluster, Phase, State


def is_active(cluster: Cluster) -> bool:
    """Return whether a server that would stop for lack of activity must wait for this cluster.

    A cluster is active while it starts or stops, while it waits for batch jobs, and while it
    computes. A cluster that was joined goes on without this server, whoever computes on it, and so
    does another server's.
    """
    if cluster.state in (State.STARTING, State.CLOSING):
        return True
    if cluster.state is not State.RUNNING or cluster.report.joined:
        return False
    busy = cluster.report.usage is not None and cluster.report.usage.busy
    return busy or _waits(cluster)


def _waits(cluster: Cluster) -> bool:
    """Return whether jobs of a cluster are queued, or submitted and not listed yet."""
    submitted = any(job.id and not job.closed and not job.ended for job in cluster.report.jobs)
    queued = any(job.phase is Phase.QUEUED for job in cluster.queue.jobs)
    return queued or (submitted and not cluster.queue.polled)
