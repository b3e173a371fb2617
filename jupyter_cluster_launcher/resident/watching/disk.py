"""What is done in a cluster's directory all the time, in a thread that may wait for it.

A home directory may be on a network file system that does not answer for hours. The timers read
what was found last, and never wait.
"""

from __future__ import annotations

import contextlib
import os
import threading

from ..process.log_file import LOG, shorten
from ..process.prepared import is_unused
from .contact import Contact
from .ending import within

PERIOD = 0.3  # seconds between two looks
LIMIT = 2.0  # seconds for a look that something waits for


class Disk(threading.Thread):
    """Looks into the directory until ``done`` is set."""

    def __init__(self, directory: str, done: threading.Event) -> None:
        """Look at nothing yet; ``directory`` is the cluster's."""
        super().__init__(name="cluster-launcher-disk", daemon=True)
        self.directory, self.contact = directory, Contact(directory)
        self.launched = False  # set by a launch: what is found later may be older
        self._unused: bool | None = None  # None where it is not known
        self._done = done

    @property
    def unused(self) -> bool:
        """Whether this process was prepared for a launch and none has come, as far as is known."""
        return bool(self._unused) and not self.launched

    def is_unused(self) -> bool:
        """Return the same after another look, for an end that nothing takes back."""
        if self.unused:
            within(LIMIT, self._look_for_launch)
        return self.unused

    def is_abandoned(self, seconds: float) -> bool:
        """Return whether no server was there for so many seconds, after another look if so."""
        if self.contact.ago() > seconds:  # this process may have been frozen since the last look
            within(LIMIT, self.contact.look)
        return self.contact.ago() > seconds

    def run(self) -> None:
        """Look for as long as the process runs."""
        while True:
            self.look()
            if self._done.wait(PERIOD):
                return

    def look(self) -> None:
        """Look once for a contact and for a launch, and keep the log within its limit."""
        for step in (self.contact.look, self._look_for_launch, self._shorten_log):
            with contextlib.suppress(Exception):  # the other steps, and the next look, go on
                step()

    def _look_for_launch(self) -> None:
        if self._unused is not False:  # what was launched once is never unused again
            self._unused = is_unused(self.directory)

    def _shorten_log(self) -> None:
        shorten(os.path.join(self.directory, LOG))
