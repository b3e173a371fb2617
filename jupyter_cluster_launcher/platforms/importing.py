"""Dask configuration as platform files: ``labextension.factory`` and the sections of ``jobqueue``.

Data in, data out. What has no counterpart is returned as a sentence for the user.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

LOOPBACK = "127.0.0.1:0"  # where a dashboard listens that is reached through the Jupyter server
MAXIMUM = 100  # workers or jobs: the bound of a platform whose configuration names none

# The sections of dask-jobqueue: the cluster's class, the batch system of the launcher, if it has
# one, and the commands that must be there.
SECTIONS: dict[str, tuple[str, str | None, list[str]]] = {
    "slurm": ("SLURMCluster", "slurm", ["sbatch", "squeue", "scancel"]),
    "sge": ("SGECluster", "sge", ["qsub", "qstat", "qdel"]),
    "pbs": ("PBSCluster", "pbs", ["qsub", "qselect", "qstat", "qdel"]),
    "moab": ("MoabCluster", None, ["msub", "canceljob"]),
    "lsf": ("LSFCluster", "lsf", ["bsub", "bjobs", "bkill"]),
    "oar": ("OARCluster", None, ["oarsub", "oardel"]),
    "htcondor": ("HTCondorCluster", "htcondor", ["condor_submit", "condor_q", "condor_rm"]),
}

# Arguments of dask-jobqueue that users change from launch to launch: their fields in the form.
OPTIONS: dict[str, dict[str, Any]] = {
    "processes": {"type": "integer", "title": "Workers per job", "minimum": 1},
    "cores": {"type": "integer", "title": "Cores per job", "minimum": 1},
    "memory": {"type": "string", "title": "Memory per job", "maxLength": 20},
    "disk": {"type": "string", "title": "Disk space per job", "maxLength": 20},
    "account": {"type": "string", "title": "Account", "pattern": r"^\S+$"},
    "project": {"type": "string", "title": "Project", "pattern": r"^\S+$"},
    "queue": {"type": "string", "title": "Queue or partition", "pattern": r"^\S+$"},
    "walltime": {"type": "string", "title": "Time limit", "pattern": "^[0-9:-]+$"},
    "resource_spec": {"type": "string", "title": "Resources"},
    "interface": {"type": "string", "title": "Network interface", "advanced": True},
    "local_directory": {"type": "string", "title": "Folder for spilled data", "advanced": True},
    "log_directory": {
        "type": "string",
        "as": "path",
        "title": "Folder for job logs",
        "advanced": True,
    },
    "job_extra_directives": {
        "type": "array",
        "items": {"type": "string"},
        "title": "Further directives of the batch system",
        "advanced": True,
    },
    "job_script_prologue": {
        "type": "array",
        "items": {"type": "string"},
        "title": "Commands before the worker starts",
        "advanced": True,
    },
    "worker_extra_args": {
        "type": "array",
        "items": {"type": "string"},
        "title": "Further arguments of the workers",
        "advanced": True,
    },
}

RENAMED = {
    "extra": "worker_extra_args",
    "env_extra": "job_script_prologue",
    "header_skip": "job_directives_skip",
    "job_extra": "job_extra_directives",
}
NAMED = "The launcher gives each cluster a name of its own."


@dataclass(frozen=True)
class Imported:
    """A platform file to be, by its name, and a sentence for each thing that is left out."""

    name: str
    data: dict[str, Any] | None
    left_out: list[str] = field(default_factory=list)


def imported(config: Mapping[str, Any]) -> Iterator[Imported]:
    """Yield the platforms in a Dask configuration."""
    known = {"labextension", "jobqueue"}
    others = [
        f"{key}: Dask reads this from its own configuration, in each kernel."
        for key in sorted(map(str, config.keys() - known))
    ]
    if others:
        yield Imported("", None, others)
    if "labextension" in config:
        yield _labextension(_mapping(config["labextension"]))
    for section, settings in _mapping(config.get("jobqueue")).items():
        yield _jobqueue(str(section), _mapping(settings))


def _mapping(value: Any) -> dict[str, Any]:
    return {str(key): one for key, one in value.items()} if isinstance(value, Mapping) else {}


def _labextension(settings: dict[str, Any]) -> Imported:
    factory, default = _mapping(settings.get("factory")), _mapping(settings.get("default"))
    left_out = [
        f"labextension.{key}: the launcher has no such setting."
        for key in sorted(settings.keys() - {"factory", "default"})
    ]
    if factory.get("args"):
        left_out.append("labextension.factory.args: give them by name, as kwargs.")
    if not factory.get("module") or not factory.get("class"):
        left_out.append("labextension.factory: it must name a module and a class.")
        return Imported("labextension", None, left_out)
    module, name = str(factory["module"]), str(factory["class"])
    kwargs = _mapping(factory.get("kwargs"))
    adapt = _mapping(default.get("adapt"))
    if adapt:
        left_out.append(
            "labextension.default.adapt: users choose adaptive scaling in the form; its maximum "
            "bounds the number of workers."
        )
    count = _count(default.get("workers"), _count(kwargs.pop("n_workers", None), 1))
    maximum = max(_count(adapt.get("maximum"), MAXIMUM), count, 1)
    workers = {"title": "Workers", "default": count, "minimum": 0, "maximum": maximum}
    data = {"version": 1, "title": name, "description": "From the settings of dask-labextension"}
    here = name == "LocalCluster" and module in ("dask.distributed", "distributed")
    data |= _kind(module, name, kwargs, here)
    workers |= {"keyword": "n_workers"} if here else {"scale": "workers"}
    return Imported("labextension", data | {"kwargs": kwargs, "workers": workers}, left_out)


def _kind(module: str, name: str, kwargs: dict[str, Any], here: bool) -> dict[str, Any]:
    """Return what makes the cluster; adds what keeps a scheduler private to ``kwargs``."""
    package = module.removeprefix("dask.").partition(".")[0]
    data: dict[str, Any] = {"requires": {"modules": [package]}}
    data |= {"module": module, "class": name}
    if package == "dask_gateway":
        data["connect"] = "gateway"
    systems = {title: (batch, commands) for title, batch, commands in SECTIONS.values()}
    if package == "dask_jobqueue" and name in systems:
        batch, commands = systems[name]
        data["requires"]["commands"] = commands
        data |= {"batch": batch} if batch else {}
    if here:
        kwargs.setdefault("dashboard_address", LOOPBACK)
    elif package == "dask_jobqueue":
        options = _mapping(kwargs.get("scheduler_options"))
        kwargs["scheduler_options"] = {"dashboard_address": LOOPBACK, **options}
    if (here or package == "dask_jobqueue") and "security" not in kwargs:
        data["tls"] = True
    return data


def _jobqueue(section: str, settings: dict[str, Any]) -> Imported:
    if section not in SECTIONS:
        sentence = f"jobqueue.{section}: name the batch system in the platform file yourself."
        return Imported(section, None, [sentence])
    left_out: list[str] = []
    kwargs: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for key, given in settings.items():
        name = RENAMED.get(key.replace("-", "_"), key.replace("-", "_"))
        value = _value(name, given)
        if name in ("name", "job_name"):
            left_out.append(f"jobqueue.{section}.{key}: {NAMED}")
        elif value in (None, [], {}, ""):
            continue
        elif name in OPTIONS and _fits(OPTIONS[name], value):
            options[name] = {**OPTIONS[name], "default": value}
        else:
            kwargs[name] = value
    name, batch, _ = SECTIONS[section]
    if not batch:
        left_out.append(
            f"jobqueue.{section}: clusters start, but rows do not show the state of their jobs."
        )
    data = {"version": 1, "title": section.upper(), "description": "From jobqueue." + section}
    data |= _kind("dask_jobqueue", name, kwargs, here=False)
    workers = {"title": "Jobs", "scale": "jobs", "default": 1, "minimum": 0, "maximum": MAXIMUM}
    data |= {"kwargs": kwargs, "workers": workers}
    # Fields in the order in which users think of them.
    data["options"] = {one: options[one] for one in OPTIONS if one in options}
    return Imported(section, data, left_out)


def _value(name: str, value: Any) -> Any:
    """Return a value as the argument has it."""
    if name == "walltime" and isinstance(value, int):  # YAML reads 1:30:00 as a number of seconds
        return f"{value // 3600:02}:{value // 60 % 60:02}:{value % 60:02}"
    if name == "memory" and isinstance(value, int):
        return str(value)
    return value


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    """Return whether a value can be the default of a field; others stay fixed arguments."""
    kinds: dict[str, type] = {"integer": int, "string": str, "array": list}
    fits = isinstance(value, kinds[schema["type"]]) and not isinstance(value, bool)
    return fits and (schema["type"] != "array" or all(isinstance(one, str) for one in value))


def _count(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
