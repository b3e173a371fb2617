"""What a cluster and its parts have said, as a person may read and share it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from .batch import job_name
from .life import Life
from .masking import masked
from .models import LauncherError, State
from .store import PYTHON_LOG, Store

# A kernel greets whoever started it from a terminal, which nobody did.
GREETING = re.compile(r"\A.*?^ +--existing [^\n]*\n+", re.DOTALL | re.MULTILINE)
JOBS = "jobs"  # the folder, in a cluster's directory, into which batch jobs write
JOB_FILE = re.compile(r"-(\d+)\.(?:out|err)|\.[oe](\d+)")  # SLURM's NAME-ID.out, others' NAME.oID
JOB_LIMIT = 100_000  # bytes shown of each file


async def collect(life: Life, store: Store) -> dict[str, Any]:
    """Return the logs there are of a cluster: its launch, scheduler, workers and jobs.

    A scheduler that does not answer is told in its place; the launch can always be read.
    """
    cluster_id = life.cluster.id
    launch = launch_log(store, cluster_id)
    said = {"scheduler": "", "workers": []}
    if life.cluster.state is State.RUNNING:
        try:
            said = await life.link.call("logs")
        except LauncherError as error:
            said = {"scheduler": str(error), "workers": []}
    chosen = life.cluster.options.get("log_directory")
    jobs = job_logs(store, cluster_id, Path(life.cluster.cwd or ".") / chosen if chosen else None)
    shown: dict[str, Any] = masked({"launch": launch, **said, "jobs": jobs}, os.environ)
    return shown


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
    paths = folder.glob(f"{job_name(cluster_id)}*") if folder else None
    for path in sorted(paths or (store.root / cluster_id / JOBS).glob("*")):
        found = JOB_FILE.search(path.name)
        if found:
            job = found[1] or found[2]
            said = store.read_log(cluster_id, JOB_LIMIT, str(path.absolute()))
            texts[job] = texts.get(job, "") + said
    numbered = sorted(texts, key=int)
    return [{"id": job, "title": f"Job {job}", "text": texts[job]} for job in numbered]
