"""Starts the hidden kernel that will own a cluster, so that it outlives this server."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager

from ..models import ControllerRef
from . import host as processes
from .archive import ARCHIVE, write_archive
from .boot import boot_id
from .guarded_files import read_object
from .log_files import LOG
from .preload import silent
from .startup import ipython_directory

CONNECTION = "connection.json"
SOCKETS = "/tmp"  # noqa: S108 - a directory only for this user is made in it


class _Spawner(AsyncKernelManager):
    """A kernel manager that only spawns: the connection file must outlive it and this server."""

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

    ``env`` is added to the environment of this server. The resident is written into ``directory``,
    the cluster's, which must stay as long as the controller. The controller ends after ``orphan``
    seconds without a server, None for never. Raises ``OSError``, and what ``jupyter_client``
    raises where the kernel cannot be started.
    """
    connection_file = directory / CONNECTION
    write_archive(directory / ARCHIVE)
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
    log = os.open(directory / LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        await manager.start_kernel(
            independent=True,
            env={**inherited, **ipython_directory(sockets, directory, orphan), **env},
            cwd=cwd,
            stdout=log,
            stderr=log,
        )
    except BaseException:
        # A launch that is cancelled just now may have a process already, which is in no record.
        child = getattr(manager.provisioner, "process", None)
        if child is not None:
            child.kill()
            processes.remember(child)
        shutil.rmtree(sockets, ignore_errors=True)
        raise
    finally:
        os.close(log)
    connection_file.chmod(0o600)
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
