"""What a platform file says of a cluster class, besides its arguments."""

from __future__ import annotations

from typing import Any

from .. import encryption
from ..platform import FIXED
from .arguments import SECTIONS
from .outcome import Imported

LOOPBACK = "127.0.0.1:0"  # where a dashboard listens that is reached through the Jupyter server
MAXIMUM = 100  # workers or jobs: the bound of a platform whose configuration names none
JOBQUEUE = "dask_jobqueue"
GATEWAY = "dask_gateway"
LOCAL_MODULES = (
    "dask.distributed",
    "distributed",
    "distributed.deploy",
    "distributed.deploy.local",
)
TITLE_LENGTH = 60
# What to do about a class of which no platform file can be made.
INSTEAD = {
    "SSHCluster": "use `jupyter cluster-launcher platforms add ssh` and put your hosts there"
}
UNKNOWN = "it cannot change its number of workers"
ENCRYPTED = ("tls", "wss")  # how protocols that encrypt begin


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
    return name == "LocalCluster" and module in LOCAL_MODULES


def refusal(name: str) -> str:
    """Return why no platform file can be made for a class and what to do; empty for most."""
    return INSTEAD.get(name, UNKNOWN) if name in FIXED else ""


def class_entries(
    title: str,
    description: str,
    module: str,
    name: str,
    kwargs: dict[str, Any],
    where: str,
    said: Imported,
) -> dict[str, Any]:
    """Return the entries for a class; adds what keeps a scheduler private to ``kwargs``.

    ``said`` gets a sentence about the settings ``where`` if the clusters are not encrypted.
    """
    requires: dict[str, Any] = {"modules": [package(module)]}
    data: dict[str, Any] = {"version": 1, "title": title[:TITLE_LENGTH], "description": description}
    data |= {"requires": requires, "module": module, "class": name}
    if package(module) == GATEWAY:
        data["connect"] = "gateway"
    section = SECTIONS.get(section_of(module, name) or "")
    if section:
        requires["commands"] = section.commands
        data |= {"batch": section.batch} if section.batch else {}
    jobs = package(module) == JOBQUEUE
    if name in encryption.BY_ARGUMENT:
        kwargs.setdefault("dashboard_address", LOOPBACK)
    elif jobs:
        options = kwargs.get("scheduler_options", {})
        if isinstance(options, dict):
            kwargs["scheduler_options"] = {"dashboard_address": LOOPBACK, **options}
    if package(module) == GATEWAY or "security" in kwargs:
        return data
    if not jobs and name not in encryption.BY_ARGUMENT:
        said.notes.append(f"{where}: its traffic is not encrypted unless the class does so.")
        return data
    setting = _unencrypted(kwargs)
    if setting:
        said.notes.append(
            f"{where}: not encrypted: {setting} is set. To encrypt, remove that from the platform "
            "file, and add tls: true."
        )
    else:
        data["tls"] = True
    return data


def _unencrypted(kwargs: dict[str, Any]) -> str:
    """Return the argument that sets a protocol without encryption, empty where none does.

    The scheduler's own protocol counts, too, and without one, LocalCluster takes that of ``host``.
    """
    options = kwargs.get("scheduler_options")
    given = {"protocol": kwargs.get("protocol")}
    if isinstance(options, dict):
        given["scheduler_options.protocol"] = options.get("protocol")
    host = kwargs.get("host")
    if given["protocol"] is None and isinstance(host, str) and "://" in host:
        given["host"] = host
    return next(
        (
            name
            for name, value in given.items()
            if value is not None and not str(value).startswith(ENCRYPTED)
        ),
        "",
    )
