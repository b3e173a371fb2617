"""Locks between the servers of a user on one host."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl

PAUSE = 0.01  # seconds between two tries


async def locked(descriptor: int, patience: float) -> bool:
    """Lock an open file, until it is closed; return whether that was possible in time.

    ``patience`` is in seconds. Raises ``OSError`` for a file system without locks.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + patience
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        if clock() >= end:
            return False
        await asyncio.sleep(PAUSE)
