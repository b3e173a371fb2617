"""What a cluster and its parts have said, as a person may read and share it."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..backends.batch.jobs import job_name
from ..controller.host import PYTHON_LOG
from ..masking import masked
from ..models import Cluster, LauncherError, State
from .managed_cluster import Life
from .store import Store

# A kernel greets whoever started it from a terminal, which nobody did.
GREETING = re.compile(r"\A.*?^ +--existing [^\n]*\n+", re.DOTALL | re.MULTILINE)
JOBS = "jobs"  # the folder, in a cluster's directory, into which batch jobs write
JOB_FILE = re.compile(r"-(\d+)\.(?:out|err)|\.[oe](\d+)")  # SLURM's NAME-ID.out, others' NAME.oID
JOB_LIMIT = 100_000  # bytes shown of each file
# Bytes or characters of what the launch, the workers and the jobs have said, each of these three:
# it is read again every two seconds while somebody looks.
LIMIT = 1_000_000


async def collect(life: Life, store: Store) -> dict[str, Any]:
    """Return the logs there are of a cluster: its launch, scheduler, workers and jobs.

    A scheduler that does not answer is told in its place; the launch can always be read.
    """
    said = {"scheduler": "", "workers": []}
    if life.cluster.state is State.RUNNING:
        try:
            said = await life.link.call("logs")
        except LauncherError as error:
            said = {"scheduler": str(error), "workers": []}
    # Disks may be slow and texts long: not in the loop that serves everybody.
    return await asyncio.to_thread(_shown, life.cluster, store, said)


def _shown(cluster: Cluster, store: Store, said: dict[str, Any]) -> dict[str, Any]:
    """Return the logs as they are shown; ``said`` has those of scheduler and workers."""
    chosen = cluster.log_directory
    folder = Path(cluster.cwd or ".") / Path(chosen).expanduser() if chosen else None
    limits = shares([len(worker["text"]) for worker in said["workers"]])
    workers = [
        {**worker, "text": worker["text"][-limit:]}
        for worker, limit in zip(said["workers"], limits, strict=True)
    ]
    shown: dict[str, Any] = masked(
        {
            "launch": launch_log(store, cluster.id)[-LIMIT:],
            "scheduler": said["scheduler"][-LIMIT:],
            "workers": workers,
            "jobs": job_logs(store, cluster.id, folder),
        },
        os.environ,
    )
    return shown


def shares(sizes: Sequence[int], most: int = LIMIT) -> list[int]:
    """Return how much to show of each of several texts, at least 1 and in all about LIMIT.

    None gets more than ``most``. What short ones leave over, the long ones have.
    """
    left, found = LIMIT, [0] * len(sizes)
    order = sorted(range(len(sizes)), key=lambda index: sizes[index])
    for rank, index in enumerate(order):
        share = left // (len(sizes) - rank)
        found[index] = max(1, min(sizes[index], share, most))
        left -= found[index]
    return found


def launch_log(store: Store, cluster_id: str) -> str:
    """Return what creating a cluster printed, and what its Python said to nobody.

    What Python could send is in the log of the launch; but not the words of one that crashed.
    """
    launch = store.read_log(cluster_id)
    known = set(launch.splitlines())
    python = GREETING.sub("", store.read_log(cluster_id, name=PYTHON_LOG))
    # Python writes what it sent to its own log, too.
    return launch + "".join(f"{line}\n" for line in python.splitlines() if line not in known)


def job_logs(store: Store, cluster_id: str, folder: Path | None = None) -> list[dict[str, str]]:
    """Return what each batch job of a cluster wrote, both files of one job together.

    ``folder`` is where a person wanted them, beside those of other clusters.
    """
    texts: dict[str, str] = {}
    found = folder.glob(f"{job_name(cluster_id)}*") if folder else None
    paths = sorted(found or (store.root / cluster_id / JOBS).glob("*"))
    files = [(path.absolute(), match) for path in paths if (match := JOB_FILE.search(path.name))]
    limits = shares([_size(path) for path, _ in files], JOB_LIMIT)
    for (path, match), limit in zip(files, limits, strict=True):
        job = match[1] or match[2]
        texts[job] = texts.get(job, "") + store.read_log(cluster_id, limit, str(path))
    numbered = sorted(texts, key=int)
    return [{"id": job, "title": f"Job {job}", "text": texts[job]} for job in numbered]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it has gone meanwhile
        return 0
