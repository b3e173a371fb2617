"""What to run on the example batch system, and how to read what its commands wrote.

The Jupyter server imports this module through the entry point. It never imports Dask.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jupyter_cluster_launcher.backends.batch.system import Verdict
from jupyter_cluster_launcher.jobs import Job, Phase

TITLE = "Example"
ENVIRONMENT: Mapping[str, str] = {}
COMMAND_ENVIRONMENT: Mapping[str, str] = {}
UNSET: Mapping[str, Sequence[str]] = {}
OVERRIDES: Sequence[str] = ()
JOB_ID: str | None = None  # dask-jobqueue finds it in what `example-submit` prints

QUEUED, RUNNING = {"QUEUED"}, {"RUNNING", "DELETING"}
REASON = re.compile(r"^example-\w+: (?:error: )?(.+?)\.?$", re.MULTILINE)


def submit_arguments(name: str) -> list[str]:
    """Return the option of `example-submit` that comes before a name in the script."""
    return [f"--name={name}"]


def list_jobs(user: str, names: Sequence[str]) -> list[str]:
    """Return the command that lists all jobs; this batch system has one user only."""
    return ["example-list"]


def parse_jobs(text: str) -> list[Job]:
    """Read one JSON object a line, and skip warnings."""
    return [_job(json.loads(line)) for line in text.splitlines() if line.startswith("{")]


def ended_jobs(jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return one command for all jobs that `example-list` no longer shows."""
    return [["example-account", *(job_id for ids in jobs.values() for job_id in ids)]]


def parse_ended(text: str) -> list[Job]:
    """Read the same lines as from `example-list`."""
    return parse_jobs(text)


def no_accounting(text: str) -> bool:
    """Return False: this batch system always has accounting."""
    return False


def cancel_jobs(user: str, name: str, ids: Sequence[str]) -> list[list[str]]:
    """Cancel by name, which also finds jobs whose ids were never learned, and by id."""
    return [["example-delete", name, *ids]]


def preflight(script: str) -> list[str]:
    """Check the queue and the directives of a job script."""
    return ["example-submit", "--check", script]


def verdict(returncode: int, text: str) -> Verdict:
    """Return what `preflight` found."""
    if returncode == 0:
        return Verdict(True, "Example would accept the job.")
    if unreachable(text):
        return Verdict(False, f"Example does not answer: {explain(text)}.")
    return Verdict(False, f"Example would reject the job: {explain(text)}.")


def explain(text: str) -> str:
    """Return the reason in "example-submit: error: There is no queue 'x'.", without the usage."""
    return "; ".join(REASON.findall(text)) or text.strip()


def seconds(walltime: str) -> int | None:
    """Return the seconds of a time limit, which this batch system counts in minutes."""
    return int(walltime) * 60 if walltime.isdigit() else None


def unreachable(text: str) -> bool:
    """Return whether the directory of the batch system is missing."""
    return "names no directory" in text


def _job(line: Mapping[str, Any]) -> Job:
    state = line["state"]
    return Job(
        id=line["id"],
        name=line["name"],
        phase=_phase(state),
        state=state,
        reason=line["reason"],
        start=_time(line["start"]),
        end=_time(line["end"]),
        exit_code=line["exit_code"],
        failed=state == "FAILED",
        orderly=state == "DONE",
        ending=state == "DELETING",
    )


def _phase(state: str) -> Phase:
    if state in QUEUED:
        return Phase.QUEUED
    return Phase.RUNNING if state in RUNNING else Phase.ENDED


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
