"""Which Jupyter server owns a cluster: the one that holds the lock in the cluster's directory.

The operating system releases the lock when that server ends, however it ends. Between hosts that
share a home directory locks are not reliable. For them the owner touches the locked file about once
a minute: its age tells another host whether a server still looks after the cluster.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ...controller.boot import boot_id
from ...controller.guarded_files import NOTE, read_object, read_text
from ...controller.host import host, namespace
from ...models import Cluster, State
from .store import RECORD

LOCK, WANTED = "owner.json", "wanted"
RENEW = 60.0  # seconds after which the owner touches its lock again
STALE = 600.0  # seconds after which another host takes an untouched lock for abandoned
WANTED_FOR = 30.0  # seconds that a request counts, longer than any server waits
SERVER = secrets.token_hex(8)  # this process, where the file system has no locks

SHARED = (
    "It is managed by another of your Jupyter servers. A change that you make here moves it to "
    "this one."
)


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
        self._descriptor: int | None = None
        self._renewed = 0.0
        self._requests = False  # whether this server waits for the cluster itself
        self.reading = False  # whether the record is being read, for the row of a new owner

    @property
    def held(self) -> bool:
        """Whether this server owns the cluster, and has the row that the last owner left."""
        return self._descriptor is not None and not self.reading

    def take(self) -> bool:
        """Become the owner; return whether this server is the owner now.

        Raises ``OSError`` where the directory has gone or cannot be written to.
        """
        if self._descriptor is not None:
            return True
        # Python opens files so that no child inherits them: a controller must not hold the lock.
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not (self._locks(descriptor) and self._is_current(descriptor)):
                os.close(descriptor)
                return False
            owner = Lease(host(), boot_id(), SERVER, namespace())
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(asdict(owner)).encode(), 0)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor, self._renewed = descriptor, time.monotonic()
        return True

    def take_stale(self) -> bool:
        """Become the owner in place of a server on another host that is gone for long."""
        lease = self.lease()
        if lease is not None and not _here(lease.host, lease.boot_id) and self.age() > STALE:
            self._path.unlink(missing_ok=True)  # a server of files may keep a dead host's lock
        return self.take()

    def renew(self) -> None:
        """Touch the lock where that is due, so that other hosts see that it has an owner."""
        if self._descriptor is not None and time.monotonic() - self._renewed >= RENEW:
            with contextlib.suppress(OSError):
                os.utime(self._descriptor)
            self._renewed = time.monotonic()

    def release(self) -> None:
        """Let another server become the owner."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

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

    def _locks(self, descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks: the lease has to do on one host as well
            lease = self.lease()
            return lease is None or lease.server == SERVER or self.age() > 3 * RENEW
        return True

    def _is_current(self, descriptor: int) -> bool:
        """Return whether the file that was opened still is the cluster's."""
        try:
            return os.path.samestat(os.fstat(descriptor), os.stat(self._path))
        except FileNotFoundError:
            return False


def seen_from_afar(cluster: Cluster, ownership: Ownership) -> Cluster | None:
    """Return the row of a cluster on another host, None for one of this host; it is never saved.

    One that no server has looked after for long is ``lost``, so that users can dismiss it.
    """
    where = cluster.controller or ownership.lease()
    if where is None or _here(where.host, where.boot_id):
        return None
    if ownership.age() > STALE:
        message = (
            f"It ran on another host, {where.host}, where no Jupyter server of yours looks after "
            "it any more. To use it again, start one there. Clean up deletes its files; what may "
            "still run there shuts itself down later."
        )
        return replace(cluster, state=State.LOST, message=message)
    message = f"It runs on another host, {where.host}."
    return replace(cluster, state=State.ELSEWHERE, message=message)


def seen_from_a_container(cluster: Cluster, ownership: Ownership) -> Cluster | None:
    """Return the row of a cluster whose owner runs in another container of this host, else None.

    The lock is the same there, but neither sees the processes and sockets of the other.
    """
    lease = ownership.lease()
    if lease is None or not lease.namespace or lease.namespace == namespace():
        return None
    message = f"It runs in another container, {lease.host}."
    return replace(cluster, state=State.ELSEWHERE, message=message)


def shared(cluster: Cluster) -> Cluster:
    """Return the row of a cluster that another server of this host owns; it is never saved."""
    report = replace(cluster.report, usage=None)  # only its owner knows the load of this moment
    running = cluster.state is State.RUNNING
    return replace(cluster, report=report, message=SHARED if running else cluster.message)


def _here(name: str, boot: str) -> bool:
    """Return whether a host is this one: by its boot, as its name may change."""
    ours = boot_id()
    return name == host() or bool(boot and boot == ours)
