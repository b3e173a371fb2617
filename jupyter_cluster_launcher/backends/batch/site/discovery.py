"""Queries a batch system for what it offers to a user: rarely, and never for long.

A form is plain where that fails. The module of a batch system has what to query, and what the
answers mean, in ``DISCOVERY``; most have none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

from ....controller.host import interfaces, is_elsewhere, local_address
from ..polling.commands import run
from ..system import BatchSystem

PATIENCE = 5.0  # seconds for the answer to a command
KEPT = 300.0  # seconds for which an answer is good enough for a check
SLOW = 600.0  # seconds for which the answers of slow commands are kept
LOOPBACK = "127."


@dataclass(frozen=True)
class Variant:
    """A launch in another way: with other ``options``, or fewer ``jobs``; ``title`` names that."""

    title: str
    jobs: int
    options: dict[str, Any]


class Discovery(Protocol):
    """Pure functions: what to query a batch system for, and the options that the texts lead to.

    ``texts`` is what the commands wrote that succeeded, by name.
    """

    def commands(self, user: str) -> dict[str, list[str]]:
        """Return the quick commands, by the name of what they write."""
        ...

    def slow_commands(self, user: str, texts: Mapping[str, str]) -> dict[str, list[str]]:
        """Return the commands that take longer, whose answers hold longer."""
        ...

    def addresses(self, texts: Mapping[str, str]) -> list[str]:
        """Return the addresses or names of a few nodes."""
        ...

    def options(
        self, properties: Mapping[str, Any], texts: Mapping[str, str], interfaces: Interfaces
    ) -> dict[str, dict[str, Any]]:
        """Return the options of a platform file that the batch system says more about."""
        ...

    def too_much(self, values: Mapping[str, Any], texts: Mapping[str, str]) -> list[str]:
        """Return what of a launch is more than is allowed, a sentence each."""
        ...

    def closed(self, values: Mapping[str, Any], texts: Mapping[str, str]) -> str | None:
        """Return why no job of a launch would start although it would be accepted, or None."""
        ...

    def variants(
        self, values: Mapping[str, Any], jobs: int, texts: Mapping[str, str]
    ) -> list[Variant]:
        """Return the ways of a launch whose starts are worth comparing."""
        ...

    def estimate_script(self, script: str, cores: int) -> str:
        """Return the job script that `estimate` tests, for jobs of ``cores`` cores."""
        ...

    def estimate(self, script: str, variant: Variant) -> list[str]:
        """Return the command that tests when a variant would start, with the script in a file."""
        ...

    def start(self, returncode: int | None, text: str) -> datetime | None:
        """Return when the jobs would start by the output of `estimate`, None if they cannot."""
        ...


def discovery(system: BatchSystem) -> Discovery | None:
    """Return what a batch system's module can find out, None for nothing."""
    return cast("Discovery | None", getattr(system, "DISCOVERY", None))


@dataclass(frozen=True)
class Interfaces:
    """This host's network interfaces but loopback; ``near`` is the one that leads to the nodes.

    ``elsewhere`` says that there are nodes which are other hosts.
    """

    names: tuple[str, ...] = ()
    near: str | None = None
    elsewhere: bool = False


@dataclass
class Discoverer:
    """Keeps what one batch system offers to ``user``; ``interval`` is in seconds."""

    system: BatchSystem
    discovery: Discovery
    user: str
    interval: float
    texts: dict[str, str] = field(default_factory=dict)
    interfaces: Interfaces = field(default_factory=Interfaces)
    _slow: dict[str, str] = field(default_factory=dict)
    _asked: float = float("-inf")
    _asked_slow: float = float("-inf")
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self, fresh: bool = False) -> None:
        """Query anew what is old; with ``fresh``, or without an answer, that is the interval."""
        async with self._asking:
            now = asyncio.get_running_loop().time()
            if now - self._asked < (self.interval if fresh or not self.texts else KEPT):
                return
            found = await self._outputs(self.discovery.commands(self.user))
            if now - self._asked_slow > SLOW:
                self._slow = await self._outputs(self.discovery.slow_commands(self.user, found))
                # What did not answer is queried again with the next.
                self._asked_slow = now if self._slow else self._asked_slow
            self.texts = {**found, **self._slow}
            names = self.discovery.addresses(found)
            looking = asyncio.ensure_future(asyncio.to_thread(_interfaces, names))
            done, _ = await asyncio.wait([looking], timeout=PATIENCE)  # for the name server
            self.interfaces = looking.result() if done else self.interfaces
            self._asked = now

    async def _outputs(self, commands: Mapping[str, list[str]]) -> dict[str, str]:
        outputs = await asyncio.gather(
            *(run(self.system, command, PATIENCE) for command in commands.values())
        )
        named = zip(commands, outputs, strict=True)
        return {name: output.text for name, output in named if output.returncode == 0}


def _interfaces(addresses: Sequence[str]) -> Interfaces:
    """Return this host's interfaces, and which of them leads to ``addresses``."""
    here = {name: ip for name, ip in interfaces().items() if not ip.startswith(LOOPBACK)}
    ways = [local_address(address) for address in addresses] if here else []
    near = [name for way in ways for name, ip in here.items() if ip == way]
    elsewhere = any(is_elsewhere(address) for address in addresses)
    return Interfaces(tuple(here), near[0] if near else None, elsewhere)
