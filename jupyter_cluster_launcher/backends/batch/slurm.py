"""SLURM: squeue, sacct, scancel and sbatch, as they read and write in 20.11 and later.

``--json`` is not used: in 22.05 it ignores every filter, and its types differ from release to
release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ...jobs import MEMORY, TIME, Job, Phase
from .site import slurm_discovery
from .slurm_directives import UNUSABLE as UNUSABLE  # noqa: PLC0414 - a constant of the module
from .slurm_time import STARTS, time_of
from .slurm_time import option_value as option_value  # noqa: PLC0414 - as the next
from .slurm_time import seconds as seconds  # noqa: PLC0414 - a function of this module, too
from .system import Verdict
from .words.reasons import one_line

TITLE = "SLURM"
DISCOVERY = slurm_discovery
# A job that lost its node would wait in the queue again, for a worker that its cluster gave up.
ENVIRONMENT = {"SBATCH_NO_REQUEUE": "1"}
COMMAND_ENVIRONMENT = {"SLURM_TIME_FORMAT": "standard"}

# The user's own formats and filters would change what is listed and cancelled. The second part
# breaks the launcher: logs elsewhere, sbatch that waits for the end of the job, one job that
# becomes many. The rest would overrule the job script, and so the form.
UNSET: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("SQUEUE_*", "SCANCEL_*", "SACCT_*"), ()),
    **dict.fromkeys(
        (
            "SBATCH_ARRAY_INX",
            "SBATCH_ERROR",
            "SBATCH_INPUT",
            "SBATCH_JOB_NAME",
            "SBATCH_OUTPUT",
            "SBATCH_REQUEUE",
            "SBATCH_WAIT",
        ),
        (),
    ),
    "SBATCH_ACCOUNT": ("-A", "--account"),
    "SBATCH_CONSTRAINT": ("-C", "--constraint"),
    "SBATCH_EXCLUSIVE": ("--exclusive",),
    "SBATCH_GRES": ("--gres",),
    "SBATCH_HINT": ("--hint",),
    "SBATCH_MEM_PER_CPU": ("--mem", "--mem-per-cpu"),
    "SBATCH_MEM_PER_GPU": ("--mem", "--mem-per-gpu"),
    "SBATCH_MEM_PER_NODE": ("--mem", "--mem-per-cpu"),
    "SBATCH_PARTITION": ("-p", "--partition"),
    "SBATCH_QOS": ("-q", "--qos"),
    "SBATCH_RESERVATION": ("--reservation",),
    "SBATCH_TIMELIMIT": ("-t", "--time"),
}
OVERRIDES = ("SBATCH_*",)
# The options of a form that are the same.
VARIABLES = {
    "account": "SBATCH_ACCOUNT",
    "constraint": "SBATCH_CONSTRAINT",
    "gres": "SBATCH_GRES",
    "memory": "SBATCH_MEM_PER_NODE",
    "qos": "SBATCH_QOS",
    "queue": "SBATCH_PARTITION",
    "walltime": "SBATCH_TIMELIMIT",
}

# sbatch --parsable prints a line "12" or "12;cluster", a site may print others around it.
JOB_ID = r"(?ms)\A(?:.*^)?(?P<job_id>\d+)(?:;[^\n]*)?\s*?$"

# The name comes last: it is the only field that may contain a bar.
FIELDS = ("JobID", "State", "Reason", "StartTime", "EndTime", "exit_code", "NodeList", "Name")

# What users cannot make out from a reason alone.
EXPLAINED = {
    "JobLaunchFailure": "The node could not start a job, often because it does not see the folder "
    "of its logs. Choose a folder for job logs that the nodes share, or start JupyterLab with "
    "JUPYTER_RUNTIME_DIR set to such a folder."
}

QUEUED = {"PENDING", "REQUEUED", "REQUEUE_HOLD", "REQUEUE_FED", "RESV_DEL_HOLD", "SPECIAL_EXIT"}
FAILED = {
    "BOOT_FAIL",
    "DEADLINE",
    "FAILED",
    "LAUNCH_FAILED",
    "NODE_FAIL",
    "OUT_OF_MEMORY",
    "PREEMPTED",
    "RECONFIG_FAIL",
    "TIMEOUT",
}
LIMITS = {"OUT_OF_MEMORY": MEMORY, "TIMEOUT": TIME}
ENDED = FAILED | {"CANCELLED", "COMPLETED", "REVOKED"}
# Until the node says that nothing is left, which one that is dead, or whose epilog hangs, does not.
ENDING = {"COMPLETING", "STAGE_OUT"}

UNREACHABLE = re.compile(
    r"Unable to contact slurm controller|Socket timed out|Connection refused"
    r"|Unable to contact slurmdbd|Zero Bytes were transmitted|Slurmctld.*is DOWN",
    re.IGNORECASE,
)
# What stands before the words that matter, in "sbatch: error: Batch job submission failed: …".
PREFIX = re.compile(
    r"^(sbatch|squeue|scancel|sacct): (error: )?(Batch job submission failed: )?"
    r"|^allocation failure: |^slurm_load_jobs error: "
)
NOISE = re.compile(r"^Try \"?sbatch --help.*")


def submit_arguments(name: str) -> list[str]:
    """Of all places for the name, only the command line is overruled by nothing."""
    return ["--parsable", f"--job-name={name}"]


def own_jobs(name: str) -> list[str]:
    """Ask squeue, where a site prints numbers on lines of their own around the id."""
    return ["squeue", "--noheader", "--states=all", f"--name={name}", "--format=%j|%A"]


def list_jobs(user: str, names: Sequence[str]) -> list[str]:
    """One squeue for all clusters.

    Naming one user lets slurmctld send that user's jobs only. It would send all names in any case:
    squeue selects them itself, and would drop a job that an administrator renamed.
    """
    fields = ",".join(f"{field}:|" for field in FIELDS)
    return ["squeue", "--noheader", "--states=all", f"--user={user}", f"--Format={fields}"]


def parse_jobs(text: str) -> list[Job]:
    """Read the lines of squeue; a job array counts as many jobs as it has lines."""
    jobs = []
    for line in text.splitlines():
        values = line.removesuffix("|").split("|", len(FIELDS) - 1)
        if len(values) < len(FIELDS):
            continue
        job_id, state, reason, start, end, exit_code, node, name = values
        phase = _phase(state)
        jobs.append(
            Job(
                id=job_id,
                name=name,
                phase=phase,
                state=state,
                reason="" if reason == "None" else reason,
                start=time_of(start),
                end=time_of(end) if phase is not Phase.QUEUED else None,
                exit_code=_exit_code(exit_code) if phase is Phase.ENDED else None,
                node=node,
                failed=state in FAILED,
                orderly=state == "COMPLETED",
                ending=state in ENDING,
                limit=LIMITS.get(state, ""),
            )
        )
    return jobs


def ended_jobs(jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Query sacct, which knows a job also after squeue has forgotten it.

    Sites without accounting have none.
    """
    ids = ",".join(job_id for ids in jobs.values() for job_id in ids)
    fields = "JobIDRaw,State,Reason,Start,End,ExitCode,NodeList,JobName"
    options = ["--allocations", "--parsable2", "--noheader", f"--format={fields}"]
    return [["sacct", *options, f"--jobs={ids}"]]


def parse_ended(text: str) -> list[Job]:
    """Read the lines of sacct, whose states have more words: "CANCELLED by 1000"."""
    jobs = parse_jobs("\n".join(_plain_state(line) for line in text.splitlines()))
    return [job for job in jobs if job.phase is Phase.ENDED]


def no_accounting(text: str) -> bool:
    """Read "Slurm accounting storage is disabled", as sites without slurmdbd say."""
    return "accounting storage is disabled" in text


def cancel_jobs(user: str, name: str, ids: Sequence[str]) -> list[list[str]]:
    """Cancel by name, so that jobs whose ids were never learnt are found, and by id.

    ``--quiet``: some have ended already.
    """
    by_name = ["scancel", "--quiet", f"--user={user}", f"--name={name}"]
    return [by_name, *([["scancel", "--quiet", *ids]] if ids else [])]


def preflight(script: str) -> list[str]:
    """``--test-only`` submits nothing, although it uses up a job id."""
    return ["sbatch", "--test-only", script]


def verdict(returncode: int, text: str) -> Verdict:
    """Read "sbatch: Job 103 to start at 2026-11-23T12:20:56 using 1 processors on nodes n1 …"."""
    found = STARTS.search(text)
    if returncode == 0 and found:
        start = time_of(found["start"])
        when = f"{start:%H:%M on %d %B}" if start else found["start"]
        return Verdict(True, f"SLURM would start one job about {when}, on {found['nodes']}.")
    if returncode == 0:
        return Verdict(True, "SLURM would accept the job.")
    if unreachable(text):
        return Verdict(False, f"SLURM does not answer: {explain(text)}")
    return Verdict(False, f"SLURM would refuse the job: {explain(text)}")


def explain(text: str) -> str:
    """Return what sbatch wrote, without the noise around it.

    "sbatch: error: invalid partition specified: nosuch" and "sbatch: error: Batch job submission
    failed: Invalid partition name specified" become "invalid partition specified: nosuch; Invalid
    partition name specified".
    """
    return one_line(text, NOISE, PREFIX)


def unreachable(text: str) -> bool:
    """Whether slurmctld (or slurmdbd) is down or hung.

    A hung one may have accepted the job all the same.
    """
    return bool(UNREACHABLE.search(text))


def _phase(state: str) -> Phase:
    if state in QUEUED:
        return Phase.QUEUED
    return Phase.ENDED if state in ENDED else Phase.RUNNING


def _plain_state(line: str) -> str:
    job_id, _, rest = line.partition("|")
    state, _, tail = rest.partition("|")
    return f"{job_id}|{(state.split() or [''])[0]}|{tail}"


def _exit_code(text: str) -> str | None:
    """Return "exit:signal", as SLURM writes it elsewhere.

    Squeue writes the status of wait(2), 768 for 3:0.
    """
    if not text.isdigit():
        return text or None
    status = int(text)
    signal = status & 127
    return f"0:{signal}" if signal else f"{status >> 8}:0"
