"""What a cluster and its parts wrote, in a form that is safe to read and share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ..backends.facts import Log
from ..controller.log_files import LIMIT, shares
from ..controller.looks import Looks
from ..errors import LauncherError
from ..masking import masked
from ..models import Cluster, State
from .ordinary import without_ordinary
from .services import Services

if TYPE_CHECKING:
    from .managed_cluster import ManagedCluster

_LOOKS = Looks[dict[str, Any]]()  # a panel fetches the logs again and again, also from a dead disk


async def collect(managed: ManagedCluster, services: Services) -> dict[str, Any]:
    """Return the logs of a cluster: its launch, scheduler, workers and jobs.

    Where the scheduler does not answer, that stands in its place; the launch can always be read.
    """
    answer: dict[str, Any] = {"scheduler": "", "workers": []}
    if managed.cluster.state is State.RUNNING and not managed.ownership.held:
        answer["scheduler"] = "Another of your Jupyter servers can show this log."
    elif managed.cluster.state is State.RUNNING:
        try:
            answer = await managed.connection.call("logs") or answer  # nothing while it ends
        except LauncherError as error:
            answer = {"scheduler": str(error), "workers": []}
    # Disks may be slow and texts long: not in the event loop.
    cluster = managed.cluster
    directory = services.store.root / cluster.id
    return await _LOOKS.at(directory, lambda: _readable(cluster, services, answer))


def _readable(cluster: Cluster, services: Services, answer: dict[str, Any]) -> dict[str, Any]:
    """Return all logs within their limits and masked; ``answer`` is the scheduler's."""
    directory = services.store.root / cluster.id
    limits = shares([len(worker["text"]) for worker in answer["workers"]])
    workers = [
        {**worker, "text": worker["text"][-limit:]}
        for worker, limit in zip(answer["workers"], limits, strict=True)
    ]
    try:
        files = services.backend(cluster).log_files(cluster, directory)
    except (OSError, RuntimeError) as error:  # being removed, or in no user's home directory
        files = [Log("jobs", "Jobs", f"The log files of the jobs cannot be read: {error}")]
    logs: dict[str, Any] = masked(
        {
            "launch": _launch_log(cluster, services),
            "scheduler": answer["scheduler"][-LIMIT:],
            "workers": workers,
            "jobs": [{"id": log.id, "title": log.title, "text": log.text} for log in files],
        },
        os.environ,
    )
    return logs


def _launch_log(cluster: Cluster, services: Services) -> str:
    """Return what the controller and its children wrote, all of it where something went wrong."""
    text = services.store.read_log(cluster.id)
    return text if cluster.state in (State.FAILED, State.LOST) else without_ordinary(text)
