"""The connection to a kernel that was started before: code, replies and broadcasts.

Attaching by connection file is the only way to attach, whoever spawned the kernel, so a launch
exercises what a restarted server depends on.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient

from ..errors import LauncherError, NotAvailableError
from ..models import ControllerRef
from . import host as processes
from .disk import on_disk
from .guarded_files import words

MIME = "application/vnd.cluster-launcher.report+json"
ANSWER = "application/vnd.cluster-launcher.answer+json"
FULL = (
    "The controller of this cluster has not answered for a long time, so nothing more can be sent "
    "to it. Stop the cluster, or wait until it answers."
)
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


class NoConnectionFileError(LauncherError):
    """The file that says how to reach the controller is gone or broken."""


class KernelConnection:
    """A connection to the kernel of one cluster."""

    def __init__(
        self,
        ref: ControllerRef,
        on_report: Callable[[dict[str, Any]], None],
        on_output: Callable[[str], None],
    ) -> None:
        """Prepare to attach to ``ref``; reports and printed text go to the two callbacks."""
        self.ref = ref
        self.on_report, self.on_output = on_report, on_output
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

    @property
    def watched(self) -> bool:
        """Whether the end of the controller's process would be noticed, and has not been."""
        return bool(self._tasks) and not self.ended.done()

    async def attach(self, timeout: float = 60.0) -> None:
        """Connect, and wait until the kernel answers and its broadcasts arrive.

        Subscribing takes a moment, in which broadcasts would be lost. Raises
        ``asyncio.TimeoutError`` after ``timeout`` seconds, ``ControllerDiedError``, and
        ``NoConnectionFileError``.
        """
        try:
            load = self._client.load_connection_file
            await on_disk(load, self.ref.connection_file)
        except (OSError, ValueError) as error:
            raise NoConnectionFileError(
                f"Its connection file cannot be read: {words(error)}."
            ) from None
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
                self._send(self._client.shell_channel, self._client.kernel_info)
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
        raised, ``asyncio.TimeoutError`` after ``timeout`` seconds, ``ControllerDiedError`` if the
        process ended meanwhile, and ``NotAvailableError`` before ``attach`` has connected, or where
        the kernel takes in nothing.
        """
        if not self._connected:
            raise NotAvailableError(
                "This server is just connecting to the cluster. Try again in a moment."
            )
        message = self._send(
            self._client.shell_channel,
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

    def detach(self) -> None:
        """Leave the controller alone; it goes on without this server."""
        for task in self._tasks:
            task.cancel()
        if self._connected:
            self._client.stop_channels()
        self._tasks, self._connected = [], False

    def _send(self, channel: Any, send: Callable[..., str], *args: Any, **kwargs: Any) -> str:
        """Send a message on ``channel`` and return its id; raises ``NotAvailableError``.

        To a kernel that has been frozen for hours no more could be sent, and this would wait in the
        event loop until the kernel takes in what was sent before.

        ``jupyter_client`` sends past the event loop. Where a reply to an earlier message has just
        come in, that takes away the one notice of it, and this socket would be silent for ever:
        looking at the socket's state passes the notice on.
        """
        if not channel.socket.get(zmq.EVENTS) & zmq.POLLOUT:
            raise NotAvailableError(FULL)
        message = send(*args, **kwargs)
        for one in (self._client.shell_channel, self._client.control_channel):
            one.socket.get(zmq.EVENTS)
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
        if kind == "error":  # what is printed is in the log already
            self.on_output(ANSI.sub("", "\n".join(content["traceback"])) + "\n")
        elif kind == "display_data" and MIME in content["data"]:
            self.on_report(content["data"][MIME])
        elif kind == "display_data" and ANSWER in content["data"]:
            answer = content["data"][ANSWER]
            later = self._answers.get(answer["ticket"])
            if later is not None and not later.done():
                later.set_result(answer)
