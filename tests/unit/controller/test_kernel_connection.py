"""The connection to a kernel, without a kernel."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.controller.client import Controller
from jupyter_cluster_launcher.controller.host import host
from jupyter_cluster_launcher.errors import NotAvailableError
from jupyter_cluster_launcher.models import ControllerRef

PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
WAITING = 1000  # messages that zmq keeps for a peer


@pytest.fixture
def deaf() -> Iterator[ControllerRef]:
    """A controller that takes in nothing: its sockets are there, and nobody reads from them."""
    with contextlib.ExitStack() as stack:
        # The paths of sockets are short.
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp"))
        connection: dict[str, Any] = {"transport": "ipc", "ip": f"{folder}/k", "key": "x"}
        for number, name in enumerate(PORTS, 1):
            one = stack.enter_context(socket.socket(socket.AF_UNIX))
            one.bind(f"{folder}/k-{number}")
            one.listen()
            connection |= {name: number}
        path = Path(folder, "connection.json")
        path.write_text(json.dumps({**connection, "signature_scheme": "hmac-sha256"}))
        yield ControllerRef(str(path), folder, os.getpid(), host(), boot_id())


async def test_a_kernel_that_is_frozen_for_hours(deaf: ControllerRef) -> None:
    """Guards against a server that answers no request any more: it sends until it blocks."""
    one = Controller(deaf, lambda _: None, lambda _: None)
    one._client.load_connection_file(deaf.connection_file)
    one.ended = asyncio.get_running_loop().create_future()  # type: ignore[assignment]
    one._client.start_channels(stdin=False, hb=False)
    one._connected = True
    try:
        for _ in range(WAITING):
            with pytest.raises(asyncio.TimeoutError):
                await one.run("", 0)
        for _ in range(WAITING):
            with pytest.raises(NotAvailableError, match="has not answered for a long time"):
                await one.run("", 0)
        assert len(one._replies) == WAITING
    finally:
        one.detach()


async def test_a_touch_that_hangs(deaf: ControllerRef, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a thread for each ping and each call of a cluster whose disk hangs."""
    answers, touched = threading.Event(), list[str]()

    def utime(path: str) -> None:
        touched.append(path)
        answers.wait(60)

    monkeypatch.setattr(os, "utime", utime)
    one = Controller(deaf, lambda _: None, lambda _: None)
    for _ in range(100):
        one.touch()
    while not touched:
        await asyncio.sleep(0.01)
    assert touched == [deaf.connection_file]
    answers.set()
    assert one._touching is not None
    await one._touching
    one.touch()
    await one._touching
    assert len(touched) == 2
