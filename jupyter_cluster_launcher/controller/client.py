"""The hidden kernel that owns one cluster: attached to, run in, and ended.

Attaching by connection file is the only way to attach, whoever spawned the kernel, so a launch
exercises what a restarted server depends on. Nothing here knows Dask.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient

from ..models import ControllerRef, LauncherError
from . import host as processes
from .archive import ARCHIVE, importing, write_archive
from .startup import forgetting

MIME = "application/vnd.cluster-launcher.report+json"
ANSWER = "application/vnd.cluster-launcher.answer+json"
RESIDENT = "__cluster_launcher"  # the variable in the controller
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")

log = logging.getLogger(__name__)


class ExecutionError(LauncherError):
    """Code in the controller raised: the exception's name, its text, the whole traceback."""

    def __init__(self, name: str, text: str, traceback: str) -> None:
        """Keep what the kernel reported about an exception."""
        super().__init__(text or name)
        self.name, self.text, self.traceback = name, text, traceback


class ControllerDiedError(LauncherError):
    """The controller's process ended by itself."""


async def end_controller(ref: ControllerRef | None) -> None:
    """Kill the process group of a controller of this boot of the host, and remove its sockets."""
    if ref is not None and ref.boot_id == processes.boot_id():
        await processes.end_group(ref.pid, ref.connection_file)
        shutil.rmtree(ref.socket_dir, ignore_errors=True)


class Controller:
    """A connection to the kernel of one cluster."""

    def __init__(
        self,
        ref: ControllerRef,
        on_report: Callable[[dict[str, Any]], None],
        on_output: Callable[[str], None],
    ) -> None:
        """Prepare to attach to ``ref``; reports and printed text go to the two callbacks."""
        self.ref = ref
        self._on_report, self._on_output = on_report, on_output
        self._client = AsyncKernelClient()
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}  # by ticket
        self._tasks: list[asyncio.Task[None]] = []
        self._connected = False
        self._subscribed = asyncio.Event()

    @property
    def alive(self) -> bool:
        """Whether the controller's process is there."""
        return processes.runs(self.ref.pid, self.ref.connection_file)

    async def attach(self, timeout: float = 60.0) -> None:
        """Connect, and wait until the kernel answers and its broadcasts arrive.

        Subscribing takes a moment, in which broadcasts would be lost. Raises
        ``asyncio.TimeoutError`` after ``timeout`` seconds and ``ControllerDiedError``.
        """
        try:
            self._client.load_connection_file(self.ref.connection_file)
        except (OSError, ValueError):
            raise ControllerDiedError("Its connection file is missing.") from None
        self.ended = asyncio.create_task(processes.ended(self.ref.pid, self.ref.connection_file))
        self._tasks = [self.ended]
        deadline = asyncio.get_running_loop().time() + timeout
        # Before the kernel listens, a failed connection is tried again only after a while.
        while not self._listened_to():
            await self._pause(self.ended, 0.01, deadline)
        self._client.start_channels(stdin=False, hb=False)
        self._connected = True
        self._tasks += [
            asyncio.create_task(self._listen()),
            asyncio.create_task(self._collect(self._client.get_shell_msg)),
            asyncio.create_task(self._collect(self._client.get_control_msg)),
        ]
        subscribed = asyncio.create_task(self._subscribed.wait())
        try:
            while not subscribed.done():
                self._send(self._client.kernel_info)
                await self._pause(subscribed, 0.25, deadline)
        finally:
            subscribed.cancel()

    def _listened_to(self) -> bool:
        """Return whether the kernel has opened the sockets that are connected to."""
        client = self._client
        ports = (client.shell_port, client.iopub_port, client.control_port)
        return all(os.path.exists(f"{client.ip}-{port}") for port in ports)

    async def _pause(self, news: asyncio.Task[Any], seconds: float, deadline: float) -> None:
        """Wait for some seconds at most, or for ``news``; raises as ``attach``."""
        await asyncio.wait({news, self.ended}, timeout=seconds, return_when="FIRST_COMPLETED")
        if self.ended.done():
            raise ControllerDiedError("Its kernel ended before the cluster was created.")
        if asyncio.get_running_loop().time() > deadline:
            raise asyncio.TimeoutError

    async def run(self, code: str, timeout: float | None = None, answer: str = "None") -> Any:
        """Run code in the controller, wait for its end, and return what ``answer`` is then.

        ``answer`` names an ``Answer`` in the controller. Raises ``ExecutionError`` if the code
        raised, ``asyncio.TimeoutError`` after ``timeout`` seconds, and ``ControllerDiedError`` if
        the process ended meanwhile.
        """
        message = self._send(
            self._client.execute,
            code,
            store_history=False,
            user_expressions={"answer": answer},
            allow_stdin=False,
            stop_on_error=False,  # what was sent meanwhile is another matter
        )
        content = await self._reply(message, timeout)
        if content["status"] == "error":
            lines = ANSI.sub("", "\n".join(content.get("traceback", [])))
            raise ExecutionError(content.get("ename", ""), content.get("evalue", ""), lines)
        return content["user_expressions"]["answer"].get("data", {}).get(ANSWER)

    async def load(self, module: str, directory: Path, orphan_timeout: float | None = None) -> None:
        """Have the controller import a module of the resident and begin to watch over itself.

        The resident is written into ``directory``, the cluster's, which must stay as long as the
        controller. ``orphan_timeout`` is in seconds. Raises ``OSError`` where that is impossible,
        and as ``run``.
        """
        path = directory / ARCHIVE
        write_archive(path)
        code = importing(RESIDENT, path, module)
        watch = f"{RESIDENT}.begin({str(directory)!r}, {orphan_timeout!r})"
        await self.run(
            f"{forgetting(self.ref.socket_dir)}\n"
            f"{code}\n{RESIDENT} = {RESIDENT}().RESIDENT()\n{watch}",
            timeout=30,
        )

    async def call(self, function: str, *args: Any, timeout: float = 60.0, **kwargs: Any) -> Any:
        """Call a method of the resident with plain data, and return the data it returns.

        A call that cannot begin within ``timeout`` seconds is not carried out later. Raises as
        ``run``.
        """
        self._touch()
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

    def _touch(self) -> None:
        """Show the controller that a server is there, also while it is busy with other code.

        Unlike a message, that needs no answer; unlike this server's process number, it counts for
        each server of the user, and in containers.
        """
        with contextlib.suppress(OSError):  # the directory may be gone: there are calls as well
            os.utime(self.ref.connection_file)

    async def start_watch(self, variable: str, settings: dict[str, Any], timeout: float) -> None:
        """Begin to watch the cluster that the create code left in ``variable``."""
        arguments = ", ".join([variable, *_keywords(settings)])
        await self.run(f"{RESIDENT}.start({arguments})", timeout)

    async def end(self, close: str | None, timeout: float) -> bool:
        """End the controller: run ``close`` in it, request its shutdown, kill what is left.

        ``close`` gets ``timeout`` seconds, after an interrupt that frees a kernel that is busy. An
        exception it raises is printed to the log and does not stop the rest. Returns whether
        ``close`` was there and did its work.
        """
        try:
            if self._connected and self.alive:
                return await self._close_politely(close, timeout)
            return False
        finally:
            self.detach()
            await end_controller(self.ref)

    def detach(self) -> None:
        """Leave the controller alone; it goes on without this server."""
        for task in self._tasks:
            task.cancel()
        if self._connected:
            self._client.stop_channels()
        self._tasks, self._connected = [], False

    async def _close_politely(self, close: str | None, timeout: float) -> bool:
        done = False
        if close:
            if any(not reply.done() for reply in self._replies.values()):
                processes.interrupt(self.ref.pid)
            try:
                await self.run(close, timeout)
                done = True
            except asyncio.TimeoutError:
                self._on_output("\nThe cluster did not close in time and was killed.\n")
            except ExecutionError:
                pass  # the kernel has broadcast it, so it stands in the log
            except LauncherError as error:
                self._on_output(f"\n{error}\n")
        # Its answer is enough. A kernel with children takes up to half a minute to end by itself.
        with contextlib.suppress(asyncio.TimeoutError, LauncherError):
            await self._reply(self._send(self._client.shutdown), 2.0)
        return done

    def _send(self, send: Callable[..., str], *args: Any, **kwargs: Any) -> str:
        """Send a message and return its id.

        ``jupyter_client`` sends past the event loop. Where a reply to an earlier message has just
        come in, that takes away the one notice of it, and this socket would be silent for ever:
        looking at the socket's state passes the notice on.
        """
        message = send(*args, **kwargs)
        for channel in (self._client.shell_channel, self._client.control_channel):
            channel.socket.get(zmq.EVENTS)
        return message

    async def _reply(self, message: str, timeout: float | None) -> dict[str, Any]:
        reply = self._replies.setdefault(message, asyncio.get_running_loop().create_future())
        try:
            return await self._first(reply, timeout)
        finally:
            # What was given up is still being worked on; whoever ends this controller has to know.
            if reply.done():
                self._replies.pop(message, None)

    async def _first(
        self, answer: asyncio.Future[dict[str, Any]], timeout: float | None
    ) -> dict[str, Any]:
        """Return an answer when it comes; raises as ``run``."""
        either: set[asyncio.Future[Any]] = {answer, self.ended}
        await asyncio.wait(either, timeout=timeout, return_when="FIRST_COMPLETED")
        if answer.done():
            return answer.result()
        if self.ended.done():
            raise ControllerDiedError("Its kernel ended unexpectedly.")
        raise asyncio.TimeoutError

    async def _collect(self, receive: Callable[[], Any]) -> None:
        """Hand each reply to whoever waits for it."""
        while True:
            message = await receive()
            reply = self._replies.pop(message["parent_header"].get("msg_id", ""), None)
            if reply is not None and not reply.done():
                reply.set_result(message["content"])

    async def _listen(self) -> None:
        """Take in what the kernel broadcasts; what cannot be taken in is logged and left out."""
        while True:
            message = await self._client.get_iopub_msg()
            self._subscribed.set()
            try:
                self._take(message["msg_type"], message["content"])
            except Exception:  # of whatever kind: the next message may be the one that matters
                log.exception(
                    "A message of cluster %s could not be taken in",
                    Path(self.ref.connection_file).parent.name,
                )

    def _take(self, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            self._on_output(content["text"])
        elif kind == "error":
            self._on_output(ANSI.sub("", "\n".join(content["traceback"])) + "\n")
        elif kind == "display_data" and MIME in content["data"]:
            self._on_report(content["data"][MIME])
        elif kind == "display_data" and ANSWER in content["data"]:
            answer = content["data"][ANSWER]
            later = self._answers.get(answer["ticket"])
            if later is not None and not later.done():
                later.set_result(answer)


def _keywords(arguments: Mapping[str, Any]) -> list[str]:
    """Return keyword arguments as code; their values are plain data."""
    return [f"{key}={value!r}" for key, value in arguments.items()]
