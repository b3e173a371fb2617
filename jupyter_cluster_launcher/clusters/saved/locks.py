"""Locks between the servers of a user on one host."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import logging
import os
import threading
from collections.abc import Callable

from ...controller.disk import begin
from ...controller.guarded_files import words

PAUSE = 0.01  # seconds between two tries
LOOK = 1.0  # seconds for a try: one has a fair chance, however short the patience

log = logging.getLogger(__name__)


class Lock:
    """A file that one server locks at a time; the disk is left to threads, also to unlock it."""

    def __init__(self, opened: Callable[[], int]) -> None:
        """Lock nothing yet; ``opened`` returns the descriptor of the file."""
        self._opened = opened
        self._descriptor: int | None = None
        self._over = False
        self._look: asyncio.Future[bool] | None = None  # a try that goes on
        self._using = threading.Lock()  # what is released may still be being locked

    async def take(self, patience: float) -> bool:
        """Lock the file; return whether that was possible in time, also where there are no locks.

        ``patience`` is in seconds. Raises ``OSError`` where the file cannot be opened, or the disk
        does not answer.
        """
        clock = asyncio.get_running_loop().time
        end = clock() + patience
        while True:
            if self._look is None:
                self._look = begin(self._locks)
                self._look.add_done_callback(lambda done: done.cancelled() or done.exception())
            if not self._look.done():
                await asyncio.wait({self._look}, timeout=max(LOOK, end - clock()))
            if not self._look.done():  # a disk that hangs: no second thread waits for it
                raise OSError(errno.ETIMEDOUT, "the disk does not answer")
            look, self._look = self._look, None
            if look.result():
                return True
            if clock() >= end:
                return False
            await asyncio.sleep(PAUSE)

    def release(self) -> None:
        """Unlock the file in a thread; the lock cannot be taken again."""
        begin(self._close)

    def _locks(self) -> bool:
        with self._using:
            if self._over:
                return False
            if self._descriptor is None:
                self._descriptor = self._opened()
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            except OSError as error:
                log.info("This server goes on without a lock: %s", words(error))
            return True

    def _close(self) -> None:
        with self._using, contextlib.suppress(OSError):
            self._over = True
            if self._descriptor is not None:
                os.close(self._descriptor)  # which unlocks it
