"""The processes of this host, as far as tests look at them."""

from __future__ import annotations

import contextlib
import os

import psutil


def running(pid: int) -> bool:
    """Return whether a process exists and is not a zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def group(pid: int) -> list[int]:
    """Return the processes of a group that still run."""
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError):
            if os.getpgid(process.pid) == pid and running(process.pid):
                members.append(process.pid)
    return members
