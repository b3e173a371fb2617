"""The single plots of a scheduler's dashboard."""

from __future__ import annotations

import json
import socket
import time
from http.client import HTTPConnection, HTTPException, HTTPResponse

LIMIT = 2.0  # seconds for an answer
SIZE = 1_000_000  # bytes of an answer
# Without bokeh, or not up yet, or another program at that port by now.
NO_LIST = (OSError, ValueError, HTTPException, RecursionError)
PAUSES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)  # seconds before each request, and then no more


class Plots:
    """Asks a dashboard for its plots until it answers, a few times."""

    def __init__(self) -> None:
        """Know none yet."""
        self._listed: dict[str, str] = {}
        self._tries, self._since = 0, 0.0

    def of(self, path: str | None) -> dict[str, str]:
        """Return the plots of the dashboard on a socket as far as they are known now."""
        now = time.monotonic()
        due = self._tries < len(PAUSES) and now - self._since >= PAUSES[self._tries]
        if path and due and not self._listed:
            self._tries, self._since = self._tries + 1, now
            self._listed = plots(path)
        return self._listed


class _SocketConnection(HTTPConnection):
    """A connection to a server on a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        """Connect; each answer may take ``LIMIT`` seconds."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(LIMIT)
        self.sock.connect(self._path)


def plots(path: str) -> dict[str, str]:
    """Return the single plots of a dashboard, {title: path}, as the scheduler itself lists them."""
    connection = _SocketConnection(path)
    try:
        connection.request("GET", "/individual-plots.json")
        return listed(connection.getresponse())
    except NO_LIST:
        return {}
    finally:
        connection.close()


def listed(answer: HTTPResponse) -> dict[str, str]:
    """Return the plots that a dashboard lists in its answer; raises one of ``NO_LIST``."""
    data = json.loads(answer.read(SIZE))
    if not isinstance(data, dict):
        raise ValueError("It is not a list of plots.")
    return {title: path for title, path in data.items() if isinstance(path, str)}
