"""What a server needs to end a cluster whose controller was killed, kept from its first moment.

The note is there as soon as the cluster object is, and complete once its scheduler has an address.
Until then, what the class starts on this computer is known by a mark: a value in Dask's
configuration, which Dask gives to all that it starts, also over SSH.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from typing import Any

import dask
from distributed.deploy.cluster import Cluster

from ..credentials import write_credentials
from ..private_files import make_private, write_private
from .encryption import variables
from .made import scheduler_class, will_be_here
from .scheduler import finds_by_name

STARTED = "started.json"  # in a cluster's directory
MARK = "cluster-launcher.cluster"  # the key in Dask's configuration
HERE = "localhost"  # the host of a scheduler that is started on this computer
PREFIX = "cluster-"  # of its value: digits alone would be read as a number


def mark(directory: str) -> None:
    """Mark what is started from here as the cluster's whose ``directory`` this is."""
    setting = {MARK: f"{PREFIX}{os.path.basename(directory)}"}
    dask.config.set(setting)
    os.environ.update(variables(setting))


def path(directory: str) -> str:
    """Return the path of the note in a cluster's directory."""
    return os.path.join(directory, STARTED)


def write(cluster: Any, settings: Mapping[str, Any], scheduler_id: str | None = None) -> None:
    """Note what has to end if this process is killed; ``settings`` are those of the resident.

    ``scheduler_id`` is of a scheduler that has an address, where the object does not know it.
    A scheduler in this process ends with it, and needs no note. Raises ``OSError``.
    """
    directory = settings["directory"]
    if will_be_here(cluster):
        return
    address = getattr(getattr(cluster, "scheduler_comm", None), "address", None)
    if address:
        write_credentials(getattr(cluster, "security", None), directory)
    note = {
        "class": settings.get("class"),
        "name": cluster.name,
        "by_name": finds_by_name(type(cluster)),
        "host": host(cluster),
        "address": address,
        "id": scheduler_id or (getattr(cluster, "scheduler_info", None) or {}).get("id"),
    }
    make_private(directory)
    write_private(path(directory), json.dumps(note))


def write_at_each_step(settings: Mapping[str, Any]) -> None:
    """Have a note written when a cluster object is made, and when its scheduler has an address."""
    begin: Any = Cluster.__init__
    start: Any = Cluster._start

    def note(cluster: Any) -> None:
        with contextlib.suppress(Exception):  # of whatever kind: the launch goes on
            write(cluster, settings)

    def begin_and_note(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        note(self)

    async def note_and_start(self: Any) -> None:
        note(self)
        await start(self)
        note(self)  # with the scheduler's id

    Cluster.__init__ = begin_and_note  # type: ignore[method-assign]
    Cluster._start = note_and_start  # type: ignore[method-assign]


def host(cluster: Any) -> str | None:
    """Return the host on which a scheduler is being started, None where that is not known."""
    if getattr(scheduler_class(cluster), "__module__", "") == "distributed.deploy.subprocess":
        return HERE
    specification = getattr(cluster, "scheduler_spec", None) or {}
    address = (specification.get("options") or {}).get("address")
    return address if isinstance(address, str) else None
