"""The log files that batch jobs write."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from ...controller.log_files import read_tail, shares, size
from ...errors import NotAvailableError
from ...models import Cluster
from ..facts import Log
from .jobs import job_name, submitted_ids

JOBS = "jobs"  # the folder, in a cluster's directory, into which jobs write by default
# NAME-ID.out of SLURM and others, NAME.oID of Grid Engine and Torque, ID.SERVER.OU of OpenPBS
JOB_FILE = re.compile(r"-(\d+(?:\.\d+)?)\.(?:out|err)|\.[oe](\d+)|^(\d+)\..*(?:OU|ER)$")
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
    name = job_name(cluster.id)
    ids = {job.id for job in cluster.report.jobs if job.id}
    with contextlib.suppress(NotAvailableError):  # those of which it is known are shown
        ids |= submitted_ids(directory)
    files = [
        (path, job)
        for path in sorted(folder.glob("*"))
        if (job := job_of(path.name)) and (ours or path.name.startswith(name) or job in ids)
    ]
    limits = shares([size(path) for path, _ in files], JOB_LIMIT)
    texts: dict[str, str] = {}
    for (path, job), limit in zip(files, limits, strict=True):
        texts[job] = texts.get(job, "") + read_tail(path, limit)
    return [Log(job, f"Job {job}", texts[job]) for job in sorted(texts, key=in_order)]


def job_of(name: str) -> str | None:
    """Return the id of the job whose log has this file name, None for another file."""
    match = JOB_FILE.search(name)
    return next(filter(None, match.groups())) if match else None


def in_order(job_id: str) -> list[int]:
    """Return what sorts ids as numbers."""
    return [int(part) for part in job_id.split(".")]
