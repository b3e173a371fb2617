"""Which Jupyter server owns a cluster: the one that holds the lock in the cluster's directory.

The operating system releases the lock when that server ends, however it ends. Between hosts that
share a home directory locks are not reliable. For them the owner touches the locked file about once
a minute: its age tells another host whether a server still looks after the cluster. What the file
says is for them, too: where it cannot be written, the lock holds all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import json
import logging
import os
import secrets
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...controller.boot import boot_id
from ...controller.disk import begin
from ...controller.guarded_files import NOTE, read_object, read_text, words
from ...controller.host import host, namespace
from .descriptor import Descriptor
from .store import RECORD

LOCK, WANTED = "owner.json", "wanted"
RENEW = 60.0  # seconds after which the owner touches its lock again
STALE = 600.0  # seconds after which another host takes an untouched lock for abandoned
MOMENT = 1.0  # seconds for which the event loop waits for a thread that uses the lock
WANTED_FOR = 30.0  # seconds that a request counts, longer than any server waits
SERVER = secrets.token_hex(8)  # this process, where the file system has no locks

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Lease:
    """What the lock's file says of a cluster's owner; ``namespace`` is as of ``host.namespace``."""

    host: str
    boot_id: str
    server: str
    namespace: str = ""


class Ownership:
    """The lock on one cluster, held by this server or not."""

    def __init__(self, directory: Path) -> None:
        """Hold nothing yet; ``directory`` is the cluster's."""
        self._path, self._wanted = directory / LOCK, directory / WANTED
        self._held = Descriptor()
        self._taking = threading.Lock()  # a thread whose caller has gone may still take it
        self._renewed = 0.0
        self._noted = True  # whether the file says that this server is the owner
        self._requests = False  # whether this server waits for the cluster itself
        self.reading = False  # whether the record is being read, for the row of a new owner

    @property
    def held(self) -> bool:
        """Whether this server owns the cluster, and has the row that the last owner left."""
        return self._held.number is not None and not self.reading

    def take(self) -> bool:
        """Become the owner; return whether this server is the owner now.

        Raises ``OSError`` where the directory has gone or cannot be written to.
        """
        self._held.closed.wait()
        with self._taking:
            if self._held.number is None:
                self._held.replace(None, self._taken())
            return self._held.number is not None

    def _taken(self) -> int | None:
        """Return the descriptor of the locked file, None where another server has it."""
        # Python opens files so that no child inherits them: a controller must not hold the lock.
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            locked = self._locks(descriptor)
            mine = self._is_free() if locked is None else locked
            if not (mine and self._is_current(descriptor)):
                os.close(descriptor)
                return None
            self._note(descriptor)
            if locked is None and not self._noted:  # there is nothing else that others see
                raise OSError(errno.EIO, "the file with its owner cannot be written")
        except BaseException:
            os.close(descriptor)
            raise
        self._renewed = time.monotonic()
        return descriptor

    def _note(self, descriptor: int) -> None:
        """Write the owner into the locked file, over what the last one wrote."""
        text = json.dumps(asdict(Lease(host(), boot_id(), SERVER, namespace()))).encode()
        try:
            # In this order: on a full disk what was cut off before could not be written again.
            written = os.pwrite(descriptor, text, 0)
            os.ftruncate(descriptor, len(text))
        except OSError as error:
            if self._noted:  # it is tried again and again
                log.warning("%s could not be written: %s", self._path, words(error))
            written = 0
        self._noted = written == len(text)

    def take_stale(self) -> bool:
        """Become the owner in place of a server on another host that is gone for long."""
        lease = self.lease()
        if lease is not None and not here(lease.host, lease.boot_id) and self.age() > STALE:
            self._path.unlink(missing_ok=True)  # a server of files may keep a dead host's lock
        return self.take()

    def renew(self) -> None:
        """Touch the lock where that is due, so that other hosts see that it has an owner.

        Where its file was deleted a new one is locked, which any other server could lock, too; if
        one has done so, that one is the owner.
        """
        # Without its directory no server can take it.
        with contextlib.suppress(OSError), self._held.used() as descriptor:
            if descriptor is None:
                return
            if not self._is_current(descriptor):
                self._held.replace(descriptor, self._taken())
            elif not self._noted or time.monotonic() - self._renewed >= RENEW:
                self._renewed = time.monotonic()
                os.utime(descriptor)
                if not self._noted:
                    self._note(descriptor)

    def release(self) -> None:
        """Let another server become the owner; called in a thread."""
        if self._held.give_up():
            self._held.close()

    def release_soon(self) -> asyncio.Future[Any]:
        """Own it no longer; return what is done when another server can become the owner."""
        if not self._held.give_up():  # or it is being released already
            return begin(self._held.closed.wait)
        try:
            return begin(self._held.close)
        except RuntimeError:  # no thread can be started
            self._held.close(MOMENT)  # this one is the event loop's
            raise

    def lease(self) -> Lease | None:
        """Return what the file says of the owner, present or last; None where it says nothing."""
        try:
            data = read_object(self._path)
            name, boot, server = (str(data[key]) for key in ("host", "boot_id", "server"))
            # Earlier versions did not write the last.
            return Lease(name, boot, server, str(data.get("namespace", "")))
        except (OSError, ValueError, KeyError):
            return None

    def age(self) -> float:
        """Return how many seconds ago a server last looked after the cluster."""
        for path in (self._path, self._path.with_name(RECORD)):  # older versions had no lock
            with contextlib.suppress(OSError):
                return time.time() - path.stat().st_mtime
        return 0.0

    # The lock goes from server to server on request. A request is a file: servers need no address
    # of each other, and on a hub no token, which one server of a user has not for another.

    def request(self, stop: bool) -> None:
        """Ask the owner for the cluster, with ``stop`` even while it is being launched."""
        self._requests = True
        with contextlib.suppress(OSError):
            self._wanted.write_text("stop" if stop else "use", encoding="utf-8")
            now = time.time()  # not the clock of a server of files
            os.utime(self._wanted, (now, now))

    def requested(self) -> str | None:
        """Return what another server of this host wants the cluster for: "stop", "use" or None.

        A server that ended while it waited wants nothing any more, and this server's own request
        is fulfilled once it is the owner.
        """
        if self._requests:
            return None
        try:
            if abs(time.time() - self._wanted.stat().st_mtime) > WANTED_FOR:
                return None
            return read_text(self._wanted, NOTE) or None
        except (OSError, ValueError):
            return None

    def withdraw(self) -> None:
        """Remove the request."""
        self._requests = False
        with contextlib.suppress(OSError):
            self._wanted.unlink()

    def _locks(self, descriptor: int) -> bool | None:
        """Return whether the file could be locked, None on a file system without locks."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True

    def _is_free(self) -> bool:
        """Return whether no other server owns the cluster, by the lease: there are no locks."""
        lease = self.lease()
        return lease is None or lease.server == SERVER or self.age() > 3 * RENEW

    def _is_current(self, descriptor: int) -> bool:
        """Return whether the file that was opened still is the cluster's."""
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self._path))
        except FileNotFoundError:
            return False


def here(name: str, boot: str) -> bool:
    """Return whether a host is this one: by its boot, as its name may change."""
    ours = boot_id()
    return name == host() or bool(boot and boot == ours)
