"""IBM Spectrum LSF: bjobs, bkill and bsub of 9.1 and later."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from ...jobs import MEMORY, TIME, Job, Phase
from .system import Verdict
from .words.reasons import one_line

TITLE = "LSF"
ENVIRONMENT: dict[str, str] = {}
COMMAND_ENVIRONMENT = {"LSB_DISPLAY_YEAR": "Y"}
# The user's own formats would change what is listed, and the second what is submitted.
UNSET: dict[str, tuple[str, ...]] = {
    "LSB_BJOBS_FORMAT": (),
    "LSB_DEFAULT_JOBGROUP": (),
    "LSB_DEFAULTQUEUE": ("-q",),
    "LSB_DEFAULTPROJECT": ("-P",),
    "LSB_SUB_ADDITIONAL": (),
}
OVERRIDES = ("LSB_DEFAULT*", "LSB_SUB_*")

# bsub prints "Job <123> is submitted to queue <normal>.", a site may print others around it.
JOB_ID = r"Job <(?P<job_id>\d+)>"

# The name comes last: it is the only field that may contain a bar.
FIELDS = (
    "jobid", "stat", "exit_code", "exit_reason", "pend_reason", "exec_host", "start_time",
    "finish_time", "job_name",
)  # fmt: skip
FORMAT = f"{' '.join(FIELDS)} delimiter='|'"

# bjobs may fail where there are no jobs.
LIST = """
output=$("$@" 2>&1)
code=$?
printf '%s\\n' "$output"
case $output in *"o unfinished job found"* | *"o job found"*) exit 0 ;; esac
exit $code
"""

# What LSF calls them, and for users.
WORDS = {
    "DONE": (Phase.ENDED, "ended"),
    "EXIT": (Phase.ENDED, "failed"),
    "FWD_PEND": (Phase.QUEUED, "waiting"),
    "PEND": (Phase.QUEUED, "waiting"),
    "PROV": (Phase.QUEUED, "its host is being prepared"),
    "PSUSP": (Phase.QUEUED, "held"),
    "RUN": (Phase.RUNNING, "running"),
    "SSUSP": (Phase.RUNNING, "suspended"),
    "UNKWN": (Phase.RUNNING, "its host does not answer"),
    "USUSP": (Phase.RUNNING, "suspended"),
    "WAIT": (Phase.QUEUED, "waiting"),
    "ZOMBI": (Phase.RUNNING, "its host does not answer"),
}
LIMITS = {"TERM_MEMLIMIT": MEMORY, "TERM_RUNLIMIT": TIME, "TERM_SWAP": MEMORY}
WHEN = re.compile(r"([A-Z][a-z]{2})\s+(\d+)\s+(\d+:\d+)(?::(\d+))?(?:\s+(\d{4}))?")
UNREACHABLE = re.compile(
    r"LSF is down|Cannot connect to LSF|Failed in an LSF library call|batch system .*not respond",
    re.IGNORECASE,
)
PREFIX = re.compile(r"^(bsub|bjobs|bkill): ")
NOISE = re.compile(r"\. Job not submitted\.?$")


def submit_arguments(name: str) -> list[str]:
    """Return the option that comes before a ``-J`` in the script."""
    return ["-J", name]


def list_jobs(user: str, names: Sequence[str]) -> list[str]:
    """One bjobs for all jobs of a user; ``-a`` adds those that ended within the last hour."""
    return ["sh", "-c", LIST, "sh", "bjobs", "-a", "-u", user, "-noheader", "-o", FORMAT]


def parse_jobs(text: str) -> list[Job]:
    """Read the lines of bjobs."""
    return _jobs(text, datetime.now().astimezone())


def ended_jobs(jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Query bjobs by id, which also lists jobs that have ended, until LSF removes them."""
    ids = [job_id for ids in jobs.values() for job_id in ids]
    return [["bjobs", "-noheader", "-o", FORMAT, *ids]]


def parse_ended(text: str) -> list[Job]:
    """Read the same format as from `list_jobs`."""
    return [job for job in parse_jobs(text) if job.phase is Phase.ENDED]


def no_accounting(text: str) -> bool:
    """Read "Job <123> is not found": LSF has removed it."""
    return "is not found" in text


def cancel_jobs(user: str, name: str, ids: Sequence[str]) -> list[list[str]]:
    """Cancel by name, which also finds jobs whose ids were never learned, and by id.

    The 0 stands for all jobs of this name, and not the last one alone.
    """
    return [["bkill", "-u", user, "-J", name, "0"], *([["bkill", *ids]] if ids else [])]


def preflight(script: str) -> list[str]:
    """Return no command: LSF cannot test a job without submitting it."""
    return []


def verdict(returncode: int, text: str) -> Verdict:
    """Return the exit code alone, since there is no `preflight`."""
    return Verdict(returncode == 0, explain(text))


def explain(text: str) -> str:
    """Return the reason in "normal2: No such queue. Job not submitted."."""
    return one_line(text, PREFIX, NOISE)


def unreachable(text: str) -> bool:
    """Whether LSF's daemons are down."""
    return bool(UNREACHABLE.search(text))


def seconds(walltime: str) -> int | None:
    """Read a time limit as bsub does, minutes or hours:minutes, with an optional host behind."""
    match = re.fullmatch(r"(?:(\d+):)?(\d+)(?:/\S+)?", walltime.strip())
    return (int(match[1] or 0) * 60 + int(match[2])) * 60 if match else None


def _jobs(text: str, now: datetime) -> list[Job]:
    lines = [line.strip().split("|", len(FIELDS) - 1) for line in text.splitlines()]
    return [_job(line, now) for line in lines if len(line) == len(FIELDS) and line[0].isdigit()]


def _job(values: Sequence[str], now: datetime) -> Job:
    job_id, state, code, why_ended, why_waits, host, start, end, name = (
        "" if value.strip() == "-" else value.strip() for value in values
    )
    phase, word = WORDS.get(state, (Phase.RUNNING, state))
    ended = phase is Phase.ENDED
    # The exit code of a job that succeeded is not given.
    code = code or ("0" if state == "DONE" else "")
    reason = why_ended.partition(":")[2].strip() or why_ended if ended else why_waits
    return Job(
        id=job_id,
        name=name,
        phase=phase,
        state=state,
        reason=reason.rstrip(";") or ("" if ended else word),
        start=_time(start, now),
        # That of a job which waits is the latest one at which it may run.
        end=_time(end, now) if phase is not Phase.QUEUED else None,
        exit_code=(code or None) if ended else None,
        node=re.split(r"[:\s]", host.rpartition("*")[2], maxsplit=1)[0],
        failed=state == "EXIT",
        orderly=state == "DONE",
        limit=LIMITS.get(why_ended.partition(":")[0], "") if ended else "",
    )


def _time(text: str, now: datetime) -> datetime | None:
    """Read "Feb  2 07:48:12 2026 L"; old releases leave out the year and the seconds."""
    match = WHEN.match(text)
    if not match:
        return None
    month, day, clock, secs, year = match.groups()
    years = [int(year)] if year else [now.year - 1, now.year, now.year + 1]
    times = []
    for one in years:
        try:
            when = datetime.strptime(f"{one} {month} {day} {clock}", "%Y %b %d %H:%M")
        except ValueError:
            continue
        times.append((when + timedelta(seconds=int(secs or 0))).astimezone())
    return min(times, key=lambda when: abs(when - now), default=None)
