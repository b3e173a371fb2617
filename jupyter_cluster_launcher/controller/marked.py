"""Processes of this user on this host that a cluster's class started, known by their environment.

The controller has the mark of its cluster in Dask's configuration (``resident/remote/notes.py``).
What it starts inherits that as a variable, and what Dask starts over SSH gets it in the variable
with the whole configuration, which the shell before it has in its command.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import time
from collections.abc import Iterator
from typing import Any

import psutil

VARIABLE = "DASK_CLUSTER_LAUNCHER__CLUSTER"
INHERITED = "DASK_INTERNAL_INHERIT_CONFIG"
PREFIX = "cluster-"
IN_COMMAND = re.compile(rf'\b{INHERITED}="?([\w=-]+)', re.ASCII)
LIMIT = 5.0  # seconds until none is left
SETTLE = 1.0  # seconds in which another may come: sshd goes on with what it has read
PAUSE = 0.1  # seconds between two looks


def kill(cluster_id: str) -> None:
    """Kill what the class of a cluster has started here, and return when none of it is left."""
    begun = seen = time.monotonic()
    while time.monotonic() < min(begun + LIMIT, seen + SETTLE):
        for process in marked(cluster_id):
            seen = time.monotonic()
            with contextlib.suppress(psutil.Error, OSError):
                process.kill()
        time.sleep(PAUSE)


def marked(cluster_id: str) -> list[psutil.Process]:
    """Return the processes of this user that have a cluster's mark and still run."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):  # gone, or not shown to this user
            if process.uids().real == os.getuid() and f"{PREFIX}{cluster_id}" in _marks(process):
                found.append(process)
    return found


def _marks(process: psutil.Process) -> Iterator[str]:
    environment = process.environ()
    yield environment.get(VARIABLE, "")
    inherited = [environment.get(INHERITED, ""), *IN_COMMAND.findall(" ".join(process.cmdline()))]
    for text in filter(None, inherited):
        with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):  # another's
            config: Any = json.loads(base64.urlsafe_b64decode(text))
            yield str(config["cluster-launcher"]["cluster"])
