"""Workers elsewhere that crashed: their nannies restart them, and say so in their own logs only.

A scheduler sees that a worker went and that another one came under its name. That is also what
it sees of a worker that a user restarts, so the nanny's log decides.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..logs import text
from ..protocols import LogEntries
from .deaths import Deaths, death_of, ended, named, process_at, remember

# As distributed's nannies log it, of a process that did not end in an orderly way.
DIED = re.compile(
    r"Worker process (\d+) (?:exited with status (\d+)|was killed by (?:signal (\d+)|unknown))"
)
# Logged before the end of a worker that somebody restarts while a task keeps it busy.
RESTARTING = "Worker process still alive after"
UNKNOWN = "Crashed or killed."
RESTARTED = "Its nanny restarted it."

Ask = Callable[["list[str]", float], Mapping[str, LogEntries]]


class Crashes:
    """Finds the workers that came in the place of one that crashed, and notes its death."""

    def __init__(self, deaths: Deaths) -> None:
        """Note into ``deaths``."""
        self._deaths, self._since = deaths, time.time()
        self._places: dict[str, str] = {}  # the last address of each name
        self._known: set[str] = set()  # processes, as of ``process_at``
        self._noting = threading.Lock()  # two looks may find the same process in one log

    def follow(self, workers: Mapping[str, object], ask: Ask) -> None:
        """Look at the present workers, names by address; return at once.

        ``ask`` returns what the nannies of workers at addresses logged since a time, by address.
        """
        came: dict[str, str] = {}
        for address, name in workers.items():
            before = self._places.get(str(name), address)
            if before != address and before not in workers:
                came[address] = before
        remember(self._places, {str(name): address for address, name in workers.items()})
        if came:
            names = {address: str(workers[address]) for address in came}
            threading.Thread(
                target=self._look,
                args=(came, names, ask),
                name="cluster-launcher-crashes",
                daemon=True,
            ).start()

    def _look(self, came: Mapping[str, str], names: Mapping[str, str], ask: Ask) -> None:
        with contextlib.suppress(Exception):  # one that has gone again, or has no nanny
            logs = ask(list(came), self._since)
            with self._noting:
                for address, before in came.items():
                    self._note(before, names[address], logs.get(address) or [])

    def _note(self, before: str, name: str, log: Any) -> None:
        """Note the deaths that the ``log`` of the nanny of the worker ``before`` has, newest first.

        All nannies of a job may have one log, which does not say whose process it was.
        """
        known, restarting = self._known | self._deaths.processes, 0
        for level, line in reversed(list(log)):
            match = DIED.search(line)
            if match is None:
                restarting += RESTARTING in line
                continue
            pid = int(match[1])
            process = process_at(before, pid)
            self._known.add(process)
            if restarting and match[2] is None:
                restarting -= 1
            elif process not in known:
                reason = f"{_reason(match)} {RESTARTED}"
                death = death_of(before, named(name, pid), reason, False)
                self._deaths.note(death, text([(level, line)]))


def _reason(match: re.Match[str]) -> str:
    if match[2]:
        return ended(int(match[2]))
    return ended(-int(match[3])) if match[3] else UNKNOWN
