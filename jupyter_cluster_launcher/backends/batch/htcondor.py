"""HTCondor: condor_q, condor_history, condor_rm and condor_submit of 8.8 and later."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ...jobs import Job, Phase
from .system import Verdict
from .words.reasons import one_line

TITLE = "HTCondor"
ENVIRONMENT: dict[str, str] = {}
COMMAND_ENVIRONMENT: dict[str, str] = {}
UNSET: dict[str, tuple[str, ...]] = {}
OVERRIDES: tuple[str, ...] = ()
JOB_ID = None  # dask-jobqueue makes "123.0" from "submitted to cluster 123"

ATTRIBUTES = (
    "ClusterId", "ProcId", "JobBatchName", "JobStatus", "HoldReason", "RemoveReason",
    "JobCurrentStartDate", "CompletionDate", "ExitBySignal", "ExitCode", "ExitSignal", "RemoteHost",
    "LastRemoteHost",
)  # fmt: skip

# The numbers of JobStatus, what HTCondor calls them, and for users. A held job waits for ever.
WORDS = {
    1: (Phase.QUEUED, "Idle", "waiting"),
    2: (Phase.RUNNING, "Running", "running"),
    3: (Phase.RUNNING, "Removed", "being removed"),
    4: (Phase.ENDED, "Completed", ""),
    5: (Phase.QUEUED, "Held", "held"),
    6: (Phase.RUNNING, "Transferring Output", "transferring its output"),
    7: (Phase.RUNNING, "Suspended", "suspended"),
}
REMOVED, COMPLETED, HELD = 3, 4, 5
ARRAY = re.compile(r"^\[\s*$.*?^\]\s*$", re.MULTILINE | re.DOTALL)
UNREACHABLE = re.compile(
    r"Failed to fetch ads|Can't find address of|Failed to connect to|Can't connect to|SECMAN:2007"
    r"|Could not fetch ads|Unable to (connect|locate)",
    re.IGNORECASE,
)
PREFIX = re.compile(r"^(condor_\w+: )?(-- |ERROR: )?")
NOISE = re.compile(r"^(Submitting job\(s\)\.*|Extra Info: .*)$")


def submit_arguments(name: str) -> list[str]:
    """Return the option that comes before a ``batch_name`` in the submit description."""
    return ["-batch-name", name]


def list_jobs(user: str, names: Sequence[str]) -> list[str]:
    """One condor_q for all jobs of a user."""
    return ["condor_q", user, "-json", "-attributes", ",".join(ATTRIBUTES)]


def parse_jobs(text: str) -> list[Job]:
    """Read the JSON arrays of condor_q, which writes none where there are no jobs."""
    return [_job(ad, listed=True) for ad in _ads(text)]


def ended_jobs(jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Query condor_history, which reads its file until it has found as many jobs."""
    ids = [job_id for ids in jobs.values() for job_id in ids]
    limit = ["-limit", str(len(ids))]
    return [["condor_history", *ids, *limit, "-json", "-attributes", ",".join(ATTRIBUTES)]]


def parse_ended(text: str) -> list[Job]:
    """Read the same format as from `list_jobs`."""
    return [_job(ad, listed=False) for ad in _ads(text)]


def no_accounting(text: str) -> bool:
    """Return whether this host keeps no history."""
    return "no history file" in text.lower() or "HISTORY is not defined" in text


def cancel_jobs(user: str, name: str, ids: Sequence[str]) -> list[list[str]]:
    """Cancel by name, which also finds jobs whose ids were never learned, and by id."""
    these = f'Owner == "{user}" && JobBatchName == "{name}"'
    return [["condor_rm", "-constraint", these], *([["condor_rm", *ids]] if ids else [])]


def preflight(script: str) -> list[str]:
    """``-dry-run`` reads the submit description and submits nothing."""
    return ["condor_submit", "-dry-run", "/dev/null", script]


def verdict(returncode: int, text: str) -> Verdict:
    """Return whether the description can be read; HTCondor does not say if a machine fits."""
    if returncode == 0:
        return Verdict(True, "HTCondor can read the job. Whether a machine fits is not known.")
    if unreachable(text):
        return Verdict(False, f"HTCondor does not answer: {explain(text)}")
    return Verdict(False, f"HTCondor would refuse the job: {explain(text)}")


def explain(text: str) -> str:
    """Return what condor_submit wrote, without the noise around it."""
    return one_line(text, PREFIX, NOISE)


def unreachable(text: str) -> bool:
    """Whether the schedd is down."""
    return bool(UNREACHABLE.search(text))


def seconds(walltime: str) -> int | None:
    """Return None: HTCondor has no time limits of jobs."""
    return None


def _ads(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for match in ARRAY.finditer(text):
        try:
            ads = json.loads(match[0])
        except ValueError:
            continue
        found += [ad for ad in ads if isinstance(ad, dict) and "ClusterId" in ad]
    return found


def _job(ad: Mapping[str, Any], listed: bool) -> Job:
    status = _number(ad.get("JobStatus"))
    phase, state, word = WORDS.get(status, (Phase.QUEUED, str(status), ""))
    if not listed:
        phase = Phase.ENDED
    ended, code = phase is Phase.ENDED, None
    if ended:
        code = ad.get("ExitCode")
        if ad.get("ExitBySignal") is True:
            code = 128 + _number(ad.get("ExitSignal"))  # as shells do
    why = {HELD: "HoldReason", REMOVED: "RemoveReason"}.get(status, "")
    node = str(ad.get("RemoteHost") or ad.get("LastRemoteHost") or "")
    return Job(
        id=f"{ad['ClusterId']}.{ad.get('ProcId', 0)}",
        name=str(ad.get("JobBatchName", "")),
        phase=phase,
        state=state,
        reason=str(ad.get(why) or ("" if ended else word)),
        start=_time(ad.get("JobCurrentStartDate")) if phase is not Phase.QUEUED else None,
        end=_time(ad.get("CompletionDate")) if ended else None,
        exit_code=None if code is None else str(code),
        node=node.rpartition("@")[2],
        failed=status == HELD or (ended and (status != COMPLETED or code not in (0, None))),
        orderly=ended and status == COMPLETED and code == 0,
        ending=not ended and status == REMOVED,
    )


def _number(value: Any) -> int:
    """Return a number, 0 for what is an expression."""
    return value if isinstance(value, int) else 0


def _time(value: Any) -> datetime | None:
    seconds = _number(value)
    # The second is the year 9999, in which some sites' dates are "never".
    return datetime.fromtimestamp(seconds, timezone.utc) if 0 < seconds < 253e9 else None
