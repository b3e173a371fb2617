"""When a Jupyter server was last there."""

from __future__ import annotations

import contextlib
import os
import time

FILE = "connection.json"  # the file of the cluster's directory that servers touch


class Contact:
    """The last contact with a server, by the monotonic clock.

    Servers touch a file with each call, since the call itself does not arrive while the kernel is
    busy with the create code.
    """

    def __init__(self, directory: str) -> None:
        """Take this moment for a contact; ``directory`` is the cluster's."""
        self._path = os.path.join(directory, FILE)
        self._seen: int | None = None
        self.at = time.monotonic()

    def note(self) -> None:
        """Note that a server is there."""
        self.at = time.monotonic()

    def ago(self) -> float:
        """Return how many seconds ago a server was last there, as far as that is known."""
        return time.monotonic() - self.at

    def look(self) -> None:
        """Look whether a server has touched the file; this may wait for the disk."""
        with contextlib.suppress(OSError):
            # It is only compared, whatever the clock says.
            touched = os.stat(self._path).st_mtime_ns
            if touched != self._seen:
                self._seen = touched
                self.note()
