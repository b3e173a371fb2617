"""The log files that batch jobs write."""

from __future__ import annotations

import re
from pathlib import Path

from ...controller.log_files import read_tail, shares, size
from ...models import Cluster
from ..base import Log
from .jobs import job_name

JOBS = "jobs"  # the folder, in a cluster's directory, into which jobs write by default
JOB_FILE = re.compile(r"-(\d+)\.(?:out|err)|\.[oe](\d+)")  # SLURM's NAME-ID.out, others' NAME.oID
JOB_LIMIT = 100_000  # bytes shown of each file


def job_logs(cluster: Cluster, directory: Path) -> list[Log]:
    """Return what each job of a cluster wrote, both files of one job together.

    ``directory`` is the cluster's. Where the user or the site chose another folder, the logs of
    other clusters stand there as well.
    """
    folder = directory / JOBS
    if cluster.log_directory:
        folder = Path(cluster.cwd or ".") / Path(cluster.log_directory).expanduser()
    ours = folder == directory / JOBS and not folder.is_symlink()  # a link leads to the site's
    paths = sorted(folder.glob("*" if ours else f"{job_name(cluster.id)}*"))
    files = [(path, match) for path in paths if (match := JOB_FILE.search(path.name))]
    limits = shares([size(path) for path, _ in files], JOB_LIMIT)
    texts: dict[str, str] = {}
    for (path, match), limit in zip(files, limits, strict=True):
        job = match[1] or match[2]
        texts[job] = texts.get(job, "") + read_tail(path, limit)
    return [Log(job, f"Job {job}", texts[job]) for job in sorted(texts, key=int)]
