"""Looks at the disk in a thread, so that no request waits in the event loop for a slow one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from .disk import begin

T = TypeVar("T")


class Looks(Generic[T]):
    """Looks of one kind. Whoever wants what is being looked at already gets the same answer."""

    def __init__(self) -> None:
        """Look at nothing yet."""
        self._running: dict[Hashable, asyncio.Future[T]] = {}

    async def at(self, what: Hashable, look: Callable[[], T]) -> T:
        """Return what ``look`` returns of ``what``, in a thread; raises as ``look``."""
        loop = asyncio.get_running_loop()
        running = self._running.get(what)
        if running is None or running.done() or running.get_loop() is not loop:
            running = self._running[what] = begin(look)
            running.add_done_callback(lambda done: self._done(what, done))
        return await asyncio.shield(running)

    def _done(self, what: Hashable, done: asyncio.Future[T]) -> None:
        if self._running.get(what) is done:
            del self._running[what]
        if not done.cancelled():
            done.exception()  # whoever waits gets it, if anyone still does
