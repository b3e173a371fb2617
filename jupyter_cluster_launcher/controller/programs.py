"""Ends programs that are run for what they print, with all that they have started themselves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import Process

LIMIT = 2.0  # seconds to wait for the end: what waits for a disk ends only with that


async def kill(process: Process) -> None:
    """Kill a program that was started with ``start_new_session``, and return soon.

    What is started may be a script, and what hangs a child of it, with the same output.
    """
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    # Some versions of Python also wait here for whatever else has its output open.
    ending = asyncio.ensure_future(process.wait())
    try:
        await asyncio.wait({ending}, timeout=LIMIT)
    finally:
        ending.cancel()
        # A process that has left the session may go on for days: this end is closed all the same.
        process._transport.close()  # type: ignore[attr-defined] # nothing else closes its pipes
