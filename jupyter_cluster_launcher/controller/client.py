"""The hidden kernel that owns one cluster: its resident loaded, called, and ended with it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import LauncherError, NotAvailableError
from ..models import ControllerRef
from . import host as processes
from .archive import ARCHIVE, importing
from .boot import boot_id
from .disk import begin
from .kernel_connection import ExecutionError, KernelConnection
from .startup import forgetting

RESIDENT = "__cluster_launcher"  # the variable in the controller


async def end_controller(ref: ControllerRef | None) -> None:
    """Kill the process group of a controller of this boot of the host, and remove its sockets."""
    if ref is not None and ref.boot_id == boot_id():
        try:
            await processes.end_group(ref.pid, ref.connection_file)
        finally:
            shutil.rmtree(ref.socket_dir, ignore_errors=True)


class RemainsError(NotAvailableError):
    """Processes of a controller have not ended; ``closed`` says what `Controller.end` returns."""

    def __init__(self, why: NotAvailableError, closed: bool) -> None:
        """Say why, in the words of ``why``."""
        super().__init__(str(why))
        self.closed = closed


class Controller(KernelConnection):
    """The controller of one cluster."""

    _touching: asyncio.Future[None] | None = None

    async def load(self, module: str, directory: Path, orphan_timeout: float | None = None) -> None:
        """Have the controller import a module of the resident and watch over its cluster.

        ``directory`` is the cluster's. ``spawn`` has written the resident next to the sockets: on
        this host's disk, since each module is read by itself. ``orphan_timeout`` is in seconds.
        Raises as ``run``.
        """
        code = importing(RESIDENT, Path(self.ref.socket_dir, ARCHIVE), module)
        watch = f"{RESIDENT}.begin({str(directory)!r}, {orphan_timeout!r})"
        await self.run(
            f"{forgetting(self.ref.socket_dir)}\n"
            f"{code}\n{RESIDENT} = {RESIDENT}().RESIDENT()\n"
            f"{RESIDENT}.use_log()\n{watch}",
            timeout=30,
        )

    async def call(self, function: str, *args: Any, timeout: float = 60.0, **kwargs: Any) -> Any:
        """Call a method of the resident with plain data, and return the data it returns.

        A call that cannot begin within ``timeout`` seconds is not carried out later. Raises as
        ``run``.
        """
        self.touch()
        loop, ticket = asyncio.get_running_loop(), uuid.uuid4().hex
        later = self._answers[ticket] = loop.create_future()
        # Attributes, and no arguments: residents of an earlier version know neither.
        deadline = time.monotonic() + timeout
        parts = [repr(function), *map(repr, args), *_keywords(kwargs)]
        code = (
            f"{RESIDENT}.ticket, {RESIDENT}.deadline = {ticket!r}, {deadline!r}\n"
            f"{RESIDENT}.call({', '.join(parts)})"
        )
        try:
            answer = await self.run(code, timeout, f"{RESIDENT}.answer")
            if answer != {"ticket": ticket}:
                return answer
            content = await self._first(later, deadline - time.monotonic())
        finally:
            self._answers.pop(ticket, None)
        if "error" in content:
            name, text = content["error"]
            raise ExecutionError(name, text, "")
        return content["data"]

    def touch(self) -> None:
        """Show the controller soon that a server is there, also while it is busy with other code.

        Unlike a message, that needs no answer; unlike this server's process number, it counts for
        each server of the user, and in containers. What hangs is not begun a second time.
        """
        if self._touching is None or self._touching.done():
            self._touching = begin(_touch, self.ref.connection_file)

    async def start_watch(self, variable: str, settings: dict[str, Any], timeout: float) -> None:
        """Begin to watch the cluster that the create code left in ``variable``."""
        arguments = ", ".join([variable, *_keywords(settings)])
        await self.run(f"{RESIDENT}.start({arguments})", timeout)

    async def end(self, close: str | None, timeout: float) -> bool:
        """End the controller: run ``close`` in it, request its shutdown, kill what is left.

        ``close`` gets ``timeout`` seconds, after an interrupt that frees a kernel that is busy. An
        exception it raises is printed to the log and does not stop the rest. Returns whether
        ``close`` was there and did its work. Raises ``RemainsError`` where processes do not end.
        """
        closed = False
        try:
            if self._connected and self.alive:
                closed = await self._close_politely(close, timeout)
            return closed
        finally:
            self.detach()
            try:
                await end_controller(self.ref)
            except NotAvailableError as error:
                raise RemainsError(error, closed) from None

    async def _close_politely(self, close: str | None, timeout: float) -> bool:
        done = False
        if close:
            if any(not reply.done() for reply in self._replies.values()):
                processes.interrupt(self.ref.pid)
            # One that is stopped takes in nothing, and would be waited for in vain.
            processes.resume(self.ref.pid)
            try:
                await self.run(close, timeout)
                done = True
            except asyncio.TimeoutError:
                self.on_output("\nThe cluster did not close in time and was killed.\n")
            except ExecutionError:
                pass  # the kernel has broadcast it, so it stands in the log
            except LauncherError as error:
                self.on_output(f"\n{error}\n")
        # Its answer is enough. A kernel with children takes up to half a minute to end by itself.
        with contextlib.suppress(asyncio.TimeoutError, LauncherError):
            await self._reply(self._send(self._client.control_channel, self._client.shutdown), 2.0)
        return done


def _touch(path: str) -> None:
    with contextlib.suppress(OSError):  # the directory may be gone: there are calls as well
        os.utime(path)


def _keywords(arguments: Mapping[str, Any]) -> list[str]:
    """Return keyword arguments as code; their values are plain data."""
    return [f"{key}={value!r}" for key, value in arguments.items()]
