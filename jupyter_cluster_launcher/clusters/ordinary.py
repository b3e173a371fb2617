"""What Dask logs when nothing is wrong: kept out of the log of a healthy cluster."""

from __future__ import annotations

import re

# When workers are stopped, one may send a heartbeat to a scheduler that has let go of it, find the
# connection closed, end while it connects, be asked to close when it does so already, or have to be
# killed because it is busy.
ORDINARY = re.compile(
    r"[\d-]{10} [\d:]{8},\d{3} - distributed\.(?:"
    r"scheduler - WARNING - Received heartbeat from unregistered worker "
    r"|worker - WARNING - Scheduler was unaware of this worker; shutting down"
    r"|worker - ERROR - Failed to communicate with scheduler during heartbeat"
    r"|worker - ERROR - Invalid Worker\.status transition: Status\.clos\w+ -> Status\.clos\w+"
    r"|nanny - WARNING - Worker process still alive after [\d.]+ seconds, killing"
    r"|comm\.tcp - WARNING - Listener on .*: TLS handshake failed with remote .*: EOF occurred"
    r")"
)
TRACEBACK = "Traceback (most recent call last):"
LINKS = ("The above exception was the direct cause", "During handling of the above exception")


def without_ordinary(text: str) -> str:
    """Return a log without what Dask writes about workers that are stopped, with its tracebacks."""
    lines = text.splitlines(keepends=True)
    kept, position = [], 0
    while position < len(lines):
        if ORDINARY.match(lines[position]):
            position = _after_tracebacks(lines, position + 1)
        else:
            kept.append(lines[position])
            position += 1
    return "".join(kept)


def _after_tracebacks(lines: list[str], position: int) -> int:
    """Return the position after a chain of tracebacks, or the same where there is none."""
    while position < len(lines) and lines[position].startswith(TRACEBACK):
        position += 1
        while position < len(lines) and lines[position][:1].isspace():
            position += 1
        position += 1  # the exception
        following = lines[position : position + 3]
        if len(following) == 3 and following[1].startswith(LINKS):
            position += 3
    return position
