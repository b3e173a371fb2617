"""What a platform file says of a cluster class, besides its arguments."""

from __future__ import annotations

from typing import Any

from .arguments import SECTIONS

LOOPBACK = "127.0.0.1:0"  # where a dashboard listens that is reached through the Jupyter server
MAXIMUM = 100  # workers or jobs: the bound of a platform whose configuration names none
JOBQUEUE = "dask_jobqueue"
TITLE_LENGTH = 60


def package(module: str) -> str:
    """Return the package that must be installed for a module."""
    return module.removeprefix("dask.").partition(".")[0]


def section_of(module: str, name: str) -> str | None:
    """Return the section of dask-jobqueue's configuration for a class; None for other classes."""
    if package(module) != JOBQUEUE:
        return None
    return next((key for key, one in SECTIONS.items() if one.class_name == name), None)


def is_local(module: str, name: str) -> bool:
    """Return whether a class runs its workers on the computer of the server."""
    return name == "LocalCluster" and module in ("dask.distributed", "distributed")


def class_entries(
    title: str, description: str, module: str, name: str, kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Return the entries for a class; adds what keeps a scheduler private to ``kwargs``."""
    requires: dict[str, Any] = {"modules": [package(module)]}
    data: dict[str, Any] = {"version": 1, "title": title[:TITLE_LENGTH], "description": description}
    data |= {"requires": requires, "module": module, "class": name}
    if package(module) == "dask_gateway":
        data["connect"] = "gateway"
    section = SECTIONS.get(section_of(module, name) or "")
    if section:
        requires["commands"] = section.commands
        data |= {"batch": section.batch} if section.batch else {}
    local, jobs = is_local(module, name), package(module) == JOBQUEUE
    if local:
        kwargs.setdefault("dashboard_address", LOOPBACK)
    elif jobs:
        options = kwargs.get("scheduler_options", {})
        if isinstance(options, dict):
            kwargs["scheduler_options"] = {"dashboard_address": LOOPBACK, **options}
    if (local or jobs) and "security" not in kwargs:
        data["tls"] = True
    return data
