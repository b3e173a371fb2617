"""The kernel around the resident: publishing reports, answering calls, ending the process."""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
import time
from multiprocessing import util
from typing import Any

from IPython import get_ipython

from ..report import Report

MIME = "application/vnd.cluster-launcher.report+json"
ANSWER = "application/vnd.cluster-launcher.answer+json"
PUBLISHING = 0.5  # seconds; what is published leaves from another thread


class Answer:
    """The plain data that a method returned to the server; displayed as nothing else."""

    def __init__(self, data: Any) -> None:
        """Hold ``data``, which must be JSON."""
        self.data = data

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, Any]:
        return {ANSWER: self.data}


def publish(report: Report) -> None:
    """Send a report to whichever servers listen to this kernel."""
    shell = get_ipython()
    if shell is not None:
        shell.display_pub.publish(data={MIME: report}, metadata={})


def send_answer(answer: dict[str, Any]) -> None:
    """Send the answer to a call whose method went on in another thread."""
    shell = get_ipython()
    if shell is not None:
        shell.display_pub.publish(data={ANSWER: answer}, metadata={})


def variable(name: str) -> Any:
    """Return a variable of the code that runs in this kernel, None where there is none."""
    shell = get_ipython()
    return shell.user_ns.get(name) if shell is not None else None


def print_to_log() -> None:
    """Print to the files that this process was started with, instead of to whoever listens.

    Line by line, and whatever encoding the system has: others write to the same files.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, f"__{name}__")
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
            setattr(sys, name, stream)


def keep_sockets(directory: str) -> None:
    """Have the sockets between processes made below ``directory``, which the server removes.

    Python would make a directory for them in /tmp, and not remove it when this process is killed.
    """
    before = tempfile.tempdir
    tempfile.tempdir = directory
    try:
        util.get_temp_dir()
    finally:
        tempfile.tempdir = before


def end_process() -> None:
    """Kill this process and its workers; published reports leave first.

    They are in a group that this process leads, or the command that the kernelspec has around it.
    """
    time.sleep(PUBLISHING)
    group = os.getpgrp()
    if group in (os.getpid(), os.getsid(0)):
        os.killpg(group, signal.SIGKILL)
    else:
        os.kill(os.getpid(), signal.SIGKILL)
