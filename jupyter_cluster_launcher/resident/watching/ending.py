"""The steps at the end of a controller, none of which may keep it from ending."""

from __future__ import annotations

import json
import math
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping

from ..private_files import write_private

# In the cluster's directory: why it ended and what it has used, for a server that comes later.
FILE = "ended.json"


def within(seconds: float, step: Callable[[], object]) -> bool:
    """Run a step in a thread of its own; return whether it was over within ``seconds``.

    What it raises is printed to the launch log. Where no thread can start, as at a container's
    limit, the step runs in this one, and this process ends if it takes longer.
    """

    def run() -> None:
        try:
            step()
        except BaseException:  # whatever it is, the process ends
            traceback.print_exc(file=sys.stderr)

    thread = threading.Thread(target=run, name="cluster-launcher-ending", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        _within_here(seconds, run)
        return True
    thread.join(seconds)
    return not thread.is_alive()


def _within_here(seconds: float, step: Callable[[], object]) -> None:
    """Run a step in this thread, and have the system end this process after ``seconds``.

    Only handlers of signals need the main thread, and none is needed: without one the alarm ends
    the process. Workers of this process see that, and a server ends what else is in its group.
    """
    before = signal.alarm(max(1, math.ceil(seconds)))
    try:
        step()
    finally:
        signal.alarm(before)


def note_ending(directory: str, ending: Mapping[str, object], limit: float) -> str:
    """Write how a cluster ended, whole or not at all; return why that failed, "" where it did not.

    It is given up after ``limit`` seconds.
    """
    trouble = ["the disk does not answer"]

    def write() -> None:
        path = os.path.join(directory, FILE)
        try:
            write_private(path, json.dumps(ending))
        except OSError as error:
            trouble[0] = error.strerror or type(error).__name__
        else:
            trouble[0] = ""

    within(limit, write)
    return trouble[0]
