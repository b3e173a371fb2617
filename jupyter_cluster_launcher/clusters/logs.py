"""What a cluster and its parts wrote, in a form that is safe to read and share."""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING, Any

from ..backends.base import Log
from ..controller.log_files import LIMIT, PYTHON_LOG, shares
from ..errors import LauncherError
from ..masking import masked
from ..models import Cluster, State
from .services import Services
from .store import Store

if TYPE_CHECKING:
    from .managed_cluster import ManagedCluster

# The message of a kernel to whoever started it in a terminal.
GREETING = re.compile(r"\A.*?^ +--existing [^\n]*\n+", re.DOTALL | re.MULTILINE)


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
    return await asyncio.to_thread(_readable, managed.cluster, services, answer)


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
            "launch": launch_log(services.store, cluster.id)[-LIMIT:],
            "scheduler": answer["scheduler"][-LIMIT:],
            "workers": workers,
            "jobs": [{"id": log.id, "title": log.title, "text": log.text} for log in files],
        },
        os.environ,
    )
    return logs


def launch_log(store: Store, cluster_id: str) -> str:
    """Return what creating a cluster printed, and what its kernel wrote on its own.

    What the kernel could send is in the launch log, but not the last output of one that crashed.
    """
    launch = store.read_log(cluster_id)
    known = set(launch.splitlines())
    kernel = GREETING.sub("", store.read_log(cluster_id, name=PYTHON_LOG))
    # The kernel writes what it sent to its own log, too.
    return launch + "".join(f"{line}\n" for line in kernel.splitlines() if line not in known)
