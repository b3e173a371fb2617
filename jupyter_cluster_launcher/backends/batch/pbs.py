"""OpenPBS, PBS Professional and Torque: qselect, qstat, qdel and qsub.

``qstat -f`` is the one format that all of them write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from ...jobs import MEMORY, TIME, Job, Phase
from .system import Verdict
from .words.reasons import one_line

TITLE = "PBS"
ENVIRONMENT: dict[str, str] = {}
COMMAND_ENVIRONMENT: dict[str, str] = {}
UNSET: dict[str, tuple[str, ...]] = {"PBS_DPREFIX": ()}  # another prefix would hide all directives
OVERRIDES: tuple[str, ...] = ()

# qsub prints "1234.server" as a line of its own, a site may print others around it.
JOB_ID = r"(?m)^\s*(?P<job_id>\d+)(?:\[\])?(?:\.\S+)?\s*$"

# qstat cannot select by user in this format. Jobs that ended meanwhile give 35 or 153.
LIST = """
ids=$(qselect -u "$1") || exit
[ -n "$ids" ] || exit 0
qstat -f $ids
code=$?
case $code in 35 | 153) exit 0 ;; esac
exit $code
"""
CANCEL = """
found=$(qselect -u "$1" -N "$2") || exit
shift 2
[ -z "$found$*" ] || exec qdel $found "$@"
"""

WORDS = {
    "B": (Phase.RUNNING, "running"),
    "C": (Phase.ENDED, "ended"),
    "E": (Phase.RUNNING, "ending"),
    "F": (Phase.ENDED, "ended"),
    "H": (Phase.QUEUED, "held"),
    "M": (Phase.QUEUED, "moved"),
    "Q": (Phase.QUEUED, "waiting"),
    "R": (Phase.RUNNING, "running"),
    "S": (Phase.RUNNING, "suspended"),
    "T": (Phase.QUEUED, "in transit"),
    "U": (Phase.RUNNING, "suspended"),
    "W": (Phase.QUEUED, "waiting for its start time"),
    "X": (Phase.ENDED, "ended"),
}
# The exit codes of jobs that OpenPBS killed: for virtual memory, memory and time.
LIMITS = {"-26": MEMORY, "-27": MEMORY, "-29": TIME}
OVER = re.compile(r"\b(v?mem|walltime)\b.* exceeded", re.IGNORECASE)
JOB = re.compile(r"^Job Id: (\d+)", re.MULTILINE)
WRAPPED = re.compile(r"\n(?:\t| {5,})")  # long values go on in the next line
ATTRIBUTE = re.compile(r"^ {4}(\S+) = (.*)$", re.MULTILINE)
NO_NEWS = re.compile(r"^Job (run|started) (at|on) ", re.IGNORECASE)
UNREACHABLE = re.compile(
    r"cannot connect to (server|host)|Connection refused|No route to host|Invalid credential"
    r"|server (is )?not (running|responding)|all reserved ports in use",
    re.IGNORECASE,
)
PREFIX = re.compile(r"^(qsub|qstat|qselect|qdel): ")


def submit_arguments(name: str) -> list[str]:
    """Return the option that comes before a ``-N`` in the script."""
    return ["-N", name]


def list_jobs(user: str, names: Sequence[str]) -> list[str]:
    """One qstat for all jobs of a user."""
    return ["sh", "-c", LIST, "sh", user]


def parse_jobs(text: str) -> list[Job]:
    """Read the paragraphs of ``qstat -f``."""
    _, *parts = JOB.split(text)
    return [_job(*one) for one in zip(parts[::2], parts[1::2], strict=True)]


def ended_jobs(jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Query the history, which OpenPBS keeps for two weeks where a site has turned it on."""
    return [["qstat", "-x", "-f", *(job_id for ids in jobs.values() for job_id in ids)]]


def parse_ended(text: str) -> list[Job]:
    """Read the same format as from `list_jobs`."""
    return [job for job in parse_jobs(text) if job.phase is Phase.ENDED]


def no_accounting(text: str) -> bool:
    """Read "PBS is not configured to maintain job history", or that it has no such job."""
    return "not configured to maintain job history" in text or "Unknown Job Id" in text


def cancel_jobs(user: str, name: str, ids: Sequence[str]) -> list[list[str]]:
    """Cancel by name, which also finds jobs whose ids were never learned, and by id."""
    return [["sh", "-c", CANCEL, "sh", user, name, *ids]]


def preflight(script: str) -> list[str]:
    """Return no command: PBS cannot test a job without submitting it."""
    return []


def verdict(returncode: int, text: str) -> Verdict:
    """Return the exit code alone, since there is no `preflight`."""
    return Verdict(returncode == 0, explain(text))


def explain(text: str) -> str:
    """Return what qsub wrote, without its name."""
    return one_line(text, PREFIX)


def unreachable(text: str) -> bool:
    """Whether the PBS server is down."""
    return bool(UNREACHABLE.search(text))


def seconds(walltime: str) -> int | None:
    """Read a time limit as qsub does: seconds, minutes:seconds or hours:minutes:seconds."""
    if not re.fullmatch(r"\d+(:\d+){0,2}", walltime.strip()):
        return None
    total = 0
    for part in walltime.strip().split(":"):
        total = total * 60 + int(part)
    return total


def _job(job_id: str, paragraph: str) -> Job:
    fields = dict(_fields(paragraph))
    letter = fields.get("job_state", "")
    phase, word = WORDS.get(letter, (Phase.QUEUED, letter))
    start = _time(fields.get("stime") or fields.get("start_time") or "")
    limit = seconds(fields.get("resource_list.walltime", ""))
    code = fields.get("exit_status")
    comment = fields.get("comment", "").strip().removeprefix("Not Running: ")
    failed = phase is Phase.ENDED and code not in (None, "0")
    return Job(
        id=job_id,
        name=fields.get("job_name", ""),
        phase=phase,
        state=("failed" if failed else word) if phase is Phase.ENDED else letter,
        reason="" if NO_NEWS.match(comment) else comment or ("" if phase is Phase.ENDED else word),
        start=start,
        end=_end(start, limit),
        exit_code=code,
        node=re.split(r"[/+:]", fields.get("exec_host", ""), maxsplit=1)[0],
        failed=failed,
        orderly=code == "0",
        ending=letter == "E",
        limit=_reached(fields, code, comment, limit) if failed else "",
    )


def _reached(fields: Mapping[str, str], code: str | None, comment: str, most: int | None) -> str:
    """Return the limit that ended a job: Torque gives every job that it kills the same code."""
    over = OVER.search(comment)
    used = seconds(fields.get("resources_used.walltime", ""))
    if over:
        return TIME if over[1].lower() == "walltime" else MEMORY
    if most is not None and used is not None and used >= most:
        return TIME
    return LIMITS.get(code or "", "")


def _fields(paragraph: str) -> Iterator[tuple[str, str]]:
    # PBS writes Exit_status, Torque exit_status.
    for match in ATTRIBUTE.finditer(WRAPPED.sub("", paragraph)):
        yield match[1].lower(), match[2]


def _end(start: datetime | None, limit: int | None) -> datetime | None:
    try:
        return start + timedelta(seconds=limit) if start and limit is not None else None
    except OverflowError:
        return None


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%a %b %d %H:%M:%S %Y").astimezone()
    except ValueError:
        return None
