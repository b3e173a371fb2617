"""Sun Grid Engine and its successors: qstat, qacct, qdel and qsub of 8.1.9."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from xml.etree import ElementTree

from ...jobs import TIME, Job, Phase
from .system import Verdict
from .words.reasons import one_line

TITLE = "Grid Engine"
ENVIRONMENT: dict[str, str] = {}
COMMAND_ENVIRONMENT: dict[str, str] = {}
UNSET: dict[str, tuple[str, ...]] = {}
OVERRIDES: tuple[str, ...] = ()
JOB_ID = None

# qstat's letters, in the order in which they decide: a job in error (E) waits for ever and says
# qw beside it.
WORDS = (
    ("E", Phase.QUEUED, "error"),
    ("d", Phase.RUNNING, "being deleted"),
    ("h", Phase.QUEUED, "held"),
    ("w", Phase.QUEUED, "waiting"),
    ("z", Phase.ENDED, "ended"),
    ("s", Phase.RUNNING, "suspended"),
    ("S", Phase.RUNNING, "suspended"),
    ("T", Phase.RUNNING, "suspended"),
    ("r", Phase.RUNNING, "running"),
    ("t", Phase.RUNNING, "starting"),
)
JOB = re.compile(r"<job_list\b.*?</job_list>", re.DOTALL)
LIMIT = re.compile(r"\bh_rt=(\d+(?::\d+:\d+)?)")
ACCOUNT = re.compile(r"^={10,}$", re.MULTILINE)
UNREACHABLE = re.compile(r"commlib error|unable to (send message|contact) .*qmaster", re.IGNORECASE)
NOISE = re.compile(r"^(Exiting\.|verification: no suitable queues)$")
PREFIX = re.compile(r"^(Unable to run job|qsub|error|denied): ")


def submit_arguments(name: str) -> list[str]:
    """Return the option that comes before a ``-N`` in the script."""
    return ["-N", name]


def list_jobs(user: str, names: Sequence[str]) -> list[str]:
    """One qstat, which cannot select by name.

    ``-r`` adds the time limit, ``z`` the jobs that ended lately.
    """
    return ["qstat", "-xml", "-r", "-s", "prsz", "-u", user]


def parse_jobs(text: str) -> list[Job]:
    """Read the XML of qstat, one job at a time: a warning or a strange name may be among them."""
    return [_job(node) for node in map(_node, JOB.findall(text)) if node is not None]


def ended_jobs(jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Query qacct, which takes one name and no list of ids."""
    return [["qacct", "-j", name] for name in jobs]


def parse_ended(text: str) -> list[Job]:
    """Read the paragraphs of qacct; "failed 0" is a job that ended by itself."""
    jobs = []
    for paragraph in ACCOUNT.split(text)[1:]:
        fields = dict(_fields(paragraph))
        code, _, why = fields.get("failed", "0").partition(":")
        # Univa writes a signal behind it: "137                  (Killed)".
        status = next(iter(fields.get("exit_status", "").split()), None)
        failed = code.strip() != "0" or status not in (None, "0")
        jobs.append(
            Job(
                id=fields.get("jobnumber", ""),
                name=fields.get("jobname", ""),
                phase=Phase.ENDED,
                state="failed" if failed else "ended",
                reason=why.strip(),
                exit_code=status,
                node=fields.get("hostname", ""),
                failed=failed,
                orderly=not failed,
                limit=TIME if failed and _too_long(fields) else "",
            )
        )
    return jobs


def no_accounting(text: str) -> bool:
    """Read "…/common/accounting: No such file or directory"."""
    return "No such file or directory" in text


def cancel_jobs(user: str, name: str, ids: Sequence[str]) -> list[list[str]]:
    """Cancel by name and by id; qdel fails where there is no such job."""
    return [["qdel", "-u", user, name, *ids]]


def preflight(script: str) -> list[str]:
    """``-w v`` verifies and submits nothing."""
    return ["qsub", "-w", "v", script]


def verdict(returncode: int, text: str) -> Verdict:
    """Read "verification: found suitable queue(s)"; Grid Engine gives no start time."""
    if returncode == 0:
        return Verdict(True, "Grid Engine has a queue for the job.")
    if unreachable(text):
        return Verdict(False, f"Grid Engine does not answer: {explain(text)}")
    return Verdict(False, f"Grid Engine would refuse the job: {explain(text)}")


def explain(text: str) -> str:
    """Return what qsub wrote, without the noise around it."""
    return one_line(text, NOISE, PREFIX)


def unreachable(text: str) -> bool:
    """Whether the qmaster is down."""
    return bool(UNREACHABLE.search(text))


def seconds(walltime: str) -> int | None:
    """Read a time limit as qsub does: seconds, or hours:minutes:seconds."""
    parts = walltime.strip().split(":")
    if len(parts) not in (1, 3) or not all(part.isdigit() for part in parts):
        return None
    hours, minutes, secs = map(int, parts if len(parts) == 3 else ("0", "0", parts[0]))
    return (hours * 60 + minutes) * 60 + secs


def _too_long(account: Mapping[str, str]) -> bool:
    """Return whether a job had used up its time limit; the reason of its end does not say so."""
    limit = LIMIT.search(account.get("category", ""))
    most = seconds(limit[1]) if limit else None
    used = account.get("ru_wallclock", "").rstrip("s")
    return most is not None and _number(used) and float(used) >= most


def _node(text: str) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(text)  # noqa: S314 - qstat's output is trusted
    except ElementTree.ParseError:
        return None


def _job(node: ElementTree.Element) -> Job:
    letters = node.findtext("state", "")
    phase, word = next(
        ((phase, word) for letter, phase, word in WORDS if letter in letters),
        (Phase.QUEUED, letters),
    )
    start = _time(node.findtext("JAT_start_time", ""))
    limit = node.findtext("hard_request[@name='h_rt']", "")
    return Job(
        id=node.findtext("JB_job_number", ""),
        name=node.findtext("full_job_name", node.findtext("JB_name", "")),
        phase=phase,
        state=letters,
        reason=word,
        start=start,
        end=start + timedelta(seconds=float(limit)) if start and _number(limit) else None,
        node=node.findtext("queue_name", "").rpartition("@")[2],
        failed="E" in letters,
        ending="d" in letters,
    )


def _fields(paragraph: str) -> Iterator[tuple[str, str]]:
    for line in paragraph.splitlines():
        key, _, value = line.partition(" ")
        yield key, value.strip()


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        return None


def _number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
