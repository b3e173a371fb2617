"""Sections of dask-jobqueue's configuration as platform files."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from .arguments import DEFAULTS, SECTIONS
from .classes import JOBQUEUE, MAXIMUM, class_entries
from .outcome import Imported, described, is_empty
from .translating import translated

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
# What dask-jobqueue refuses to be without, where no configuration sets it.
NEEDED: dict[str, Any] = {"cores": 1, "memory": "4GB"}
DISK = {"disk": "4GB"}  # the same for HTCondor


def jobqueue(sections: Any) -> Iterator[Imported]:
    """Yield the platforms in the sections of dask-jobqueue's configuration."""
    if is_empty(sections):
        yield Imported(notes=["jobqueue: there are no sections in it."], unset=True)
        return
    if not isinstance(sections, dict):
        yield Imported(left_out=[f"jobqueue: this is {described(sections)}, without sections."])
        return
    usual = [f"jobqueue.{name}" for name, settings in sections.items() if _is_default(settings)]
    if usual:
        sentence = (
            f"{', '.join(usual)}: nothing is set but defaults of dask-jobqueue, so there is "
            "nothing to import."
        )
        yield Imported(notes=[sentence], unset=True)
    for name, settings in sections.items():
        if not _is_default(settings):
            yield _section(name, settings)


def _is_default(settings: Any) -> bool:
    """Return whether a section sets nothing, or what stands in dask-jobqueue's own file."""
    if not isinstance(settings, dict):
        return is_empty(settings)
    return all(
        is_empty(value) or value in DEFAULTS.get(key.replace("-", "_"), ())
        for key, value in settings.items()
    )


def _section(section: str, settings: Any) -> Imported:
    where = f"jobqueue.{section}"
    said = Imported(section)
    if not isinstance(settings, dict):
        said.left_out.append(f"{where}: this is {described(settings)}, without settings.")
        return said
    if section not in SECTIONS:
        said.left_out.append(
            f"{where}: it does not say which batch system it is for. Rename the section in a copy "
            f"of the file, to one of {', '.join(SECTIONS)}, and import the copy."
        )
        return said
    arguments = translated(section, settings, where, said)
    if not arguments:
        said.left_out.append(f"{where}: nothing is left of it, so there is no platform for it.")
        return said
    _add_needed(arguments, section, settings, said)
    fields = {name for name in arguments if name in OPTIONS and _fits(name, arguments[name])}
    kwargs = {name: value for name, value in arguments.items() if name not in fields}
    known = SECTIONS[section]
    if not known.batch:
        said.notes.append(f"{where}: clusters start, but rows do not show the state of their jobs.")
    data = class_entries(
        section.upper(), f"From {where}", JOBQUEUE, known.class_name, kwargs, where, said
    )
    workers = {"title": "Jobs", "scale": "jobs", "default": 1, "minimum": 0, "maximum": MAXIMUM}
    data |= {"kwargs": kwargs, "workers": workers}
    # Fields in the order in which users think of them.
    data["options"] = {
        name: {**OPTIONS[name], "default": arguments[name]} for name in OPTIONS if name in fields
    }
    said.data = data
    return said


def _add_needed(
    arguments: dict[str, Any], section: str, settings: dict[str, Any], said: Imported
) -> None:
    """Add what dask-jobqueue refuses to be without and the settings do not give."""
    needed = {**NEEDED, **(DISK if "disk" in SECTIONS[section].own else {})}
    added = {name: value for name, value in needed.items() if name not in arguments}
    if added:
        arguments |= added
        # A value that was left out is set all the same.
        unusable = any(not is_empty(settings.get(name)) for name in added)
        lacking = "it has no usable " if unusable else "it sets no "
        said.notes.append(
            f"jobqueue.{section}: {lacking}{' and no '.join(added)}, and dask-jobqueue starts "
            f"nothing without. The form starts with {' and '.join(map(str, added.values()))}: "
            "change that in the platform file."
        )


def _fits(name: str, value: Any) -> bool:
    """Return whether a value can be the default of a field; others stay fixed arguments.

    HTCondor's directives are a mapping, and what users enter has no control characters.
    """
    texts = value if isinstance(value, list) else [value]
    return not isinstance(value, dict) and not any(
        unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for one in texts for c in str(one)
    )
