"""Processes of this user on this host that a cluster's class started, known by their environment.

The controller has the mark of its cluster in Dask's configuration (``resident/remote/notes.py``).
What it starts inherits that as a variable, and what Dask starts over SSH gets it in the variable
with the whole configuration.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import time
from collections.abc import Mapping
from typing import Any

import psutil

VARIABLE = "DASK_CLUSTER_LAUNCHER__CLUSTER"
INHERITED = "DASK_INTERNAL_INHERIT_CONFIG"
PREFIX = "cluster-"
LIMIT = 5.0  # seconds until none is left
PAUSE = 0.05  # seconds between two looks


def kill(cluster_id: str) -> None:
    """Kill what the class of a cluster has started here, and return when none of it is left."""
    deadline = time.monotonic() + LIMIT
    while (found := marked(cluster_id)) and time.monotonic() < deadline:
        for process in found:
            with contextlib.suppress(psutil.Error, OSError):
                process.kill()
        time.sleep(PAUSE)


def marked(cluster_id: str) -> list[psutil.Process]:
    """Return the processes of this user that have a cluster's mark and still run."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):  # gone, or not shown to this user
            if process.uids().real == os.getuid() and _mark(process.environ()) == (
                f"{PREFIX}{cluster_id}"
            ):
                found.append(process)
    return found


def _mark(environment: Mapping[str, str]) -> str | None:
    own = environment.get(VARIABLE)
    if own is not None:
        return own
    try:
        config: Any = json.loads(base64.urlsafe_b64decode(environment.get(INHERITED, "")))
        mark = config["cluster-launcher"]["cluster"]
    except (ValueError, TypeError, KeyError, RecursionError):  # another program's variable
        return None
    return mark if isinstance(mark, str) else None
