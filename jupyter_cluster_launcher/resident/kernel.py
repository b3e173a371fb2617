"""The kernel around the resident: publishing reports, answering calls, ending the process."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from multiprocessing import util
from typing import Any

from IPython import get_ipython

from .report import Report

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
    """Kill this process and, where it leads a group, its workers; published reports leave first."""
    time.sleep(PUBLISHING)
    kill = os.killpg if os.getpgrp() == os.getpid() else os.kill
    kill(os.getpid(), signal.SIGKILL)
