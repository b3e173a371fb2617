"""Looks at the disk in a thread, so that no request waits in the event loop for a slow one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Looks(Generic[T]):
    """Looks of one kind. Whoever wants what is being looked at already gets the same answer."""

    def __init__(self) -> None:
        """Look at nothing yet."""
        self._running: dict[Hashable, asyncio.Task[T]] = {}

    async def at(self, what: Hashable, look: Callable[[], T]) -> T:
        """Return what ``look`` returns of ``what``, in a thread; raises as ``look``."""
        loop = asyncio.get_running_loop()
        running = self._running.get(what)
        if running is None or running.get_loop() is not loop:
            running = self._running[what] = loop.create_task(asyncio.to_thread(look))
            running.add_done_callback(lambda task: self._done(what, task))
        return await asyncio.shield(running)

    def _done(self, what: Hashable, task: asyncio.Task[T]) -> None:
        if self._running.get(what) is task:
            del self._running[what]
        if not task.cancelled():
            task.exception()  # whoever waits gets it, if anyone still does
