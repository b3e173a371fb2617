"""The arguments of dask-jobqueue's classes, and what each of them holds.

dask-jobqueue is in the environment of the kernel, not here: a test compares this with the classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import values
from .values import Convert


@dataclass(frozen=True)
class Section:
    """A section of dask-jobqueue's configuration.

    ``batch`` is the batch system of the launcher, None where it has none, ``commands`` must be
    there, and ``own`` are the arguments that the other classes do not have.
    """

    class_name: str
    batch: str | None
    commands: list[str]
    own: dict[str, Convert]


QUEUE: dict[str, Convert] = {"queue": values.word, "project": values.word, "walltime": values.time}
PBS: dict[str, Convert] = {**QUEUE, "account": values.word, "resource_spec": values.text}
SECTIONS: dict[str, Section] = {
    "slurm": Section(
        "SLURMCluster",
        "slurm",
        ["sbatch", "squeue", "scancel"],
        {**QUEUE, "account": values.word, "job_cpu": values.count, "job_mem": values.text},
    ),
    "sge": Section(
        "SGECluster",
        "sge",
        ["qsub", "qstat", "qdel"],
        {**QUEUE, "resource_spec": values.text},
    ),
    "pbs": Section("PBSCluster", "pbs", ["qsub", "qselect", "qstat", "qdel"], PBS),
    "moab": Section("MoabCluster", None, ["msub", "canceljob"], PBS),
    "lsf": Section(
        "LSFCluster",
        "lsf",
        ["bsub", "bjobs", "bkill"],
        {
            **QUEUE,
            "ncpus": values.count,
            "mem": values.count,
            "lsf_units": values.word,
            "use_stdin": values.flag,
        },
    ),
    "oar": Section(
        "OARCluster",
        None,
        ["oarsub", "oardel"],
        {**QUEUE, "resource_spec": values.text, "memory_per_core_property_name": values.word},
    ),
    "htcondor": Section(
        "HTCondorCluster",
        "htcondor",
        ["condor_submit", "condor_q", "condor_rm"],
        {
            "disk": values.size,
            "submit_command_extra": values.words,
            "cancel_command_extra": values.words,
            "job_extra_directives": values.mapping,
        },
    ),
}

# What dask-jobqueue reads from each section of its configuration, besides the old names.
COMMON: dict[str, Convert] = {
    "cores": values.count,
    "memory": values.size,
    "processes": values.count,
    "python": values.text,
    "interface": values.text,
    "death_timeout": values.number,
    "local_directory": values.text,
    "shared_temp_directory": values.text,
    "worker_command": values.text,
    "worker_extra_args": values.lines,
    "job_script_prologue": values.lines,
    "job_extra_directives": values.lines,
    "job_directives_skip": values.lines,
    "log_directory": values.text,
    "shebang": values.text,
    "scheduler_options": values.options,
}
# What the classes take as well, and no configuration sets.
BY_CODE: dict[str, Convert] = {
    "security": values.plain,
    "protocol": values.text,
    "nanny": values.flag,
    "silence_logs": values.plain,
    "config_name": values.text,
}
# Arguments of the classes that no platform file can give, and why.
IMPOSSIBLE = {
    **dict.fromkeys(("name", "job_name"), "The launcher gives each cluster a name of its own."),
    **dict.fromkeys(
        ("host", "dashboard_address"), "dask-jobqueue takes this in scheduler_options only."
    ),
    "n_workers": "The form has the number of jobs.",
    **dict.fromkeys(
        ("asynchronous", "loop", "job_cls", "scheduler", "scheduler_cls"),
        "A platform file cannot set this.",
    ),
}
# Old names, which dask-jobqueue uses where the new ones are empty.
RENAMED = {
    "extra": "worker_extra_args",
    "env_extra": "job_script_prologue",
    "header_skip": "job_directives_skip",
    "job_extra": "job_extra_directives",
}

# What dask-jobqueue's own jobqueue.yaml sets; all else in it is empty.
DEFAULTS: dict[str, tuple[Any, ...]] = {
    "name": ("dask-worker",),
    "death_timeout": (60,),
    "worker_command": ("distributed.cli.dask_worker",),
    "shebang": ("#!/usr/bin/env bash", "#!/usr/bin/env condor_submit"),
    "walltime": ("00:30:00", "00:30"),
    "use_stdin": (True,),
}


def arguments(section: str) -> dict[str, Convert]:
    """Return the arguments of a section's class that can stand in its configuration."""
    return {**COMMON, **SECTIONS[section].own}


def renamed(section: str) -> dict[str, str]:
    """Return the old names of a section's arguments, with the new ones."""
    if "account" in SECTIONS[section].own:
        return {**RENAMED, "project": "account"}
    return RENAMED


def known(section: str) -> set[str]:
    """Return the names of all arguments of a section's class."""
    return {*arguments(section), *BY_CODE, *IMPOSSIBLE, *RENAMED}
