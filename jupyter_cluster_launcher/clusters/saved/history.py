"""What the clusters of the user have used that have ended, one line of JSON for each.

It is kept longer than their records, in the user's data directory: the size of the next cluster
follows from it. Nothing in it is secret, and no path of the user.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir

from ...controller.disk import InOrder
from ...controller.guarded_files import opened, words
from ...used import Used
from . import records
from .typed import typed

FILE = "history.jsonl"
LOCK = ".history-lock"
SIZE = 400_000  # bytes of the file, above which only the last lines are kept
KEPT = 500  # lines, each of about 500 bytes
PATIENCE = 5.0  # seconds to wait for another server that writes; else lines may be lost
PAUSE = 0.01  # seconds between two tries

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """A cluster that has ended; times are ISO 8601 in UTC.

    ``state`` is closed (it ended by itself), stopped (by its user or with the server), failed or
    lost; ``message`` is the sentence about it, and may be empty. ``unit`` is what was counted,
    "workers" or "jobs", and ``requested`` how many of them. ``short`` says that some ended for lack
    of memory, ``decimal`` that memory was requested in GB or MB. ``used`` is None where nothing is
    known.
    """

    id: str
    name: str
    platform: str
    platform_title: str
    launched: str
    ended: str
    state: str
    message: str = ""
    unit: str = "workers"
    requested: int = 0
    core_hours: float = 0.0
    short: bool = False
    decimal: bool = False
    used: Used | None = None


class History:
    """The file with the entries, made with mode 0600 when it is first needed."""

    def __init__(self, path: Path) -> None:
        """Keep entries in the file ``path``."""
        self._path = path
        self._known: tuple[Any, tuple[Entry, ...]] = (None, ())
        # Of its own: a data directory that hangs must not hold back the records.
        self._thread = InOrder()

    def add_soon(self, entry: Entry) -> None:
        """Add an entry in a thread: a home directory may be a slow network file system."""
        self._thread.soon(partial(self.add, entry))

    def finish(self, limit: float) -> bool:
        """Wait at most ``limit`` seconds for entries that are to be added; return if they are."""
        return self._thread.finish(limit)

    def add(self, entry: Entry) -> None:
        """Add an entry; where that is not possible it is lost, and the log says so."""
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked():
                if self._append(json.dumps(asdict(entry))) > SIZE:
                    self._shorten()
        except OSError as error:
            log.warning("%s cannot be written: %s", self._path, words(error))

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries, newest first; a line that cannot be read is passed over."""
        try:
            status = self._path.stat()
            stamp = (status.st_ino, status.st_size, status.st_mtime_ns)
            if stamp != self._known[0]:
                found = {one.id: one for one in filter(None, map(_entry, self._lines()))}
                self._known = (stamp, tuple(reversed(found.values())))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read: %s", self._path, words(error))
            return ()
        return self._known[1]

    def _lines(self) -> list[bytes]:
        """Return the lines; of a file that is too large, those at its end."""
        with opened(self._path) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 2 * SIZE))
            return file.read(2 * SIZE).splitlines()

    def _append(self, line: str) -> int:
        """Write a line at the end of the file, and return the size of the file in bytes."""
        # Without blocking: a named pipe that is not read fills up.
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, 0o600)
        try:
            os.fchmod(descriptor, 0o600)  # a copied home may have left it open to others
            size = os.fstat(descriptor).st_size
            # A full disk may have cut off the line before.
            cut = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
            text = f"{chr(10) if cut else ''}{line}\n".encode()
            os.write(descriptor, text)  # at once: another server may write, too
            return size + len(text)
        finally:
            os.close(descriptor)

    def _shorten(self) -> None:
        """Keep the last lines."""
        lines = [line for line in self._lines() if _entry(line)][-KEPT:]
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".history-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.writelines(line + b"\n" for line in lines)
            Path(temporary).replace(self._path)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other servers from writing meanwhile, where the file system has locks."""
        flags = os.O_RDWR | os.O_CREAT | os.O_NONBLOCK | os.O_CLOEXEC
        lock = os.open(self._path.with_name(LOCK), flags, 0o600)
        try:
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(PAUSE)
                except OSError:  # no locks here
                    break
            yield
        finally:
            os.close(lock)  # which unlocks it


def _entry(line: bytes) -> Entry | None:
    """Return the entry of a line, None where it cannot be read."""
    try:
        entry = typed(Entry, json.loads(line))
        for when in (entry.launched, entry.ended):
            if datetime.fromisoformat(when).tzinfo is None:
                return None
        if entry.used is not None:
            records.check_used(entry.used, "used.")
    except (ValueError, OverflowError, RecursionError):
        return None
    return entry


def default_path() -> Path:
    """Return where this user's servers keep the history."""
    return Path(jupyter_data_dir()) / "cluster-launcher" / FILE
