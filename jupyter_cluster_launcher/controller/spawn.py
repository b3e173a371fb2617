"""Starts the hidden kernel that will own a cluster, so that it outlives this server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from ..models import ControllerRef
from . import host as processes
from .archive import ARCHIVE, write_archive
from .boot import boot_id
from .disk import begin
from .guarded_files import read_object
from .log_files import LOG
from .preload import silent
from .startup import ipython_directory

CONNECTION = "connection.json"
SOCKETS = "/tmp"  # noqa: S108 - a directory only for this user is made in it


class _Spawner(AsyncKernelManager):
    """A kernel manager that only spawns: the connection file must outlive it and this server."""

    def write_connection_file(self, **kwargs: Any) -> None:
        """Write the connection file next to the sockets, then in one step where it has to stand.

        jupyter_client looks at the file and its folders a dozen times, and each look may wait for a
        slow network file system.
        """
        path = self.connection_file
        with tempfile.TemporaryDirectory(dir=os.path.dirname(self.ip)) as folder:
            self.connection_file = os.path.join(folder, CONNECTION)
            super().write_connection_file(**kwargs)
            content = Path(self.connection_file).read_bytes()
        self.connection_file = path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)

    async def begin(self, **kwargs: Any) -> None:
        """Start the kernel; ``kwargs`` are as of ``start_kernel``."""
        await self.start_kernel(**kwargs)

    def cleanup_connection_file(self) -> None:
        """Leave the connection file: the next server attaches by it."""

    def cleanup_ipc_files(self) -> None:
        """Leave the sockets: they are removed with the cluster."""

    def _connect_control_socket(self) -> None:
        """Connect nothing: a client sends all messages to the kernel."""


async def spawn(
    kernel_name: str,
    kernel_spec_manager: Any,
    directory: Path,
    cwd: str | None,
    env: Mapping[str, str],
    orphan: float | None = None,
) -> ControllerRef:
    """Start the kernel of a controller and return how to attach to it.

    ``env`` is added to the environment of this server. The controller's files are written into
    ``directory``, the cluster's, which must stay as long as the controller. The controller ends
    after ``orphan`` seconds without a server, None for never. Raises ``OSError``, and what
    ``jupyter_client`` raises where the kernel cannot be started.
    """
    # In a thread: kernelspecs and directories may be on a slow network file system.
    start = begin(_start, kernel_name, kernel_spec_manager, directory, cwd, env, orphan)
    try:
        return await asyncio.shield(start)
    except asyncio.CancelledError:
        # The thread goes on, and the process that it starts is in no record.
        start.add_done_callback(_undo)
        await asyncio.wait([start])
        raise


def _undo(start: asyncio.Future[ControllerRef]) -> None:
    """Kill a controller that has just started, with what it runs in."""
    if not start.cancelled() and start.exception() is None:
        ref = start.result()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(ref.pid, signal.SIGKILL)  # each is a session of its own
        shutil.rmtree(ref.socket_dir, ignore_errors=True)


def _start(
    kernel_name: str,
    kernel_spec_manager: Any,
    directory: Path,
    cwd: str | None,
    env: Mapping[str, str],
    orphan: float | None,
) -> ControllerRef:
    """Start a controller, as ``spawn``."""
    connection_file = directory / CONNECTION
    sockets = tempfile.mkdtemp(prefix="cluster-", dir=_socket_directory())
    manager = _Spawner(
        kernel_name=kernel_name,
        kernel_spec_manager=kernel_spec_manager,
        connection_file=str(connection_file),
        transport="ipc",
        ip=f"{sockets}/k",
    )
    # A kernel with JPY_PARENT_PID set ends with that process, however independent it was started.
    inherited = silent(os.environ)
    inherited.pop("JPY_PARENT_PID", None)
    try:
        write_archive(Path(sockets, ARCHIVE))
        log = os.open(directory / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            start = manager.begin(
                independent=True,
                env={**inherited, **ipython_directory(sockets, directory, orphan), **env},
                cwd=cwd,
                stdout=log,
                stderr=log,
            )
            asyncio.run(start)
        finally:
            os.close(log)
    except BaseException:
        shutil.rmtree(sockets, ignore_errors=True)
        raise
    # Only kernels of the local provisioner come this far, and theirs is an ordinary child.
    provisioner: Any = manager.provisioner
    pid = processes.remember(provisioner.process)
    return ControllerRef(str(connection_file), sockets, pid, processes.host(), boot_id())


def left_behind(directory: Path) -> ControllerRef | None:
    """Return the controller of a server that ended before it could record it, None without one.

    Its connection file, in the cluster's ``directory``, is in its command line.
    """
    path = directory / CONNECTION
    try:
        sockets = os.path.dirname(read_object(path)["ip"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    # Its sockets are removed with it, also where it has ended: no process has the number 0.
    pid = processes.leader(str(path)) or 0
    return ControllerRef(str(path), sockets, pid, processes.host(), boot_id())


def _socket_directory() -> str:
    """Return a directory of this host in whose paths sockets can be bound.

    Sites point ``TMPDIR`` at network file systems, where sockets do not work reliably, and on
    macOS the path of a user's temporary directory is too long.
    """
    return SOCKETS if os.access(SOCKETS, os.W_OK | os.X_OK) else tempfile.gettempdir()
