"""What batch systems offer to the user, for the form and for checks of a launch."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..system import batch_system
from .discovery import Discoverer, discovery

if TYPE_CHECKING:
    from ....platforms.platform import Platform

ANSWER_LIMIT = 1.0  # seconds that the list of platforms waits for a batch system


class Offers:
    """What each batch system offers to ``user``, polled at most every ``interval`` seconds."""

    def __init__(self, user: str, interval: float) -> None:
        """Begin with nothing known."""
        self._user, self._interval = user, interval
        self._discoverers: dict[str, Discoverer] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def of(self, platform: Platform) -> Discoverer | None:
        """Return what finds out about a platform's batch system, None where nothing can."""
        name = str(platform.batch)
        if name not in self._discoverers:
            try:
                system = batch_system(name)
            except LookupError:
                return None
            known = discovery(system)
            if known is None:
                return None
            self._discoverers[name] = Discoverer(system, known, self._user, self._interval)
        return self._discoverers[name]

    async def options(
        self, platform: Platform, properties: Mapping[str, Any], fresh: bool
    ) -> dict[str, Any]:
        """Return the options ``properties`` of a platform with the choices and limits there are."""
        found = self.of(platform)
        if found is None:
            return {}
        await found.refresh(fresh)
        return found.discovery.options(properties, found.texts, found.interfaces)

    async def answers(self, platform: Platform) -> bool:
        """Return whether the batch system works here; one that is slow counts as working."""
        found, name = self.of(platform), str(platform.batch)
        if found is None:
            return True
        task = self._tasks.get(name)
        if task is None or task.done():
            task = self._tasks[name] = asyncio.ensure_future(found.refresh())
        done, _ = await asyncio.wait([task], timeout=ANSWER_LIMIT)
        return not done or bool(found.texts)

    def excess(self, platform: Platform, values: Mapping[str, Any]) -> list[str]:
        """Return what of a launch is not allowed, as far as is known, a sentence each."""
        found = self.of(platform)
        if found is None:
            return []
        closed = found.discovery.closed(values, found.texts)
        return [*found.discovery.too_much(values, found.texts), *([closed] if closed else [])]

    async def closed(self, platform: Platform, values: Mapping[str, Any]) -> str | None:
        """Return why jobs would not start now although they would be accepted, or None."""
        found = self.of(platform)
        if found is None:
            return None
        await found.refresh(fresh=True)
        return found.discovery.closed(values, found.texts)

    def elsewhere(self, platform: Platform) -> bool:
        """Return whether nodes are known to be other hosts."""
        found = self.of(platform)
        return found is not None and found.interfaces.elsewhere

    async def stop(self) -> None:
        """Query no more."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
