"""Which packages a kernel's environment has, without importing any of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from .kernelspecs import KernelCommand

ABSENT_FOR = 5.0  # seconds for which a missing package is not looked for again by a launch
RENEW_AFTER = 60.0  # seconds after which the list of platforms has found packages checked again
PROBE = """
import importlib.util, json, os, sys
sys.path[:0] = filter(None, [os.path.expanduser(sys.argv[1])])
def found(name):
    # A folder that happens to have the name of a package has a spec, but no origin.
    name = name.partition(".")[0]
    if name in sys.modules:
        return True  # __main__ has no spec, and to look for one raises ValueError
    spec = importlib.util.find_spec(name)
    return spec is not None and spec.origin is not None
absent = [name for name in sys.argv[2:] if not found(name)]
print(json.dumps({"absent": absent, "prefix": sys.prefix}))
"""


class Runner(Protocol):
    """What runs code in a kernel's environment."""

    async def look(self, kernel_name: str) -> KernelCommand:
        """Return how the Python of a kernel is started."""
        ...

    async def run_json(self, kernel_name: str, code: str, arguments: Sequence[str]) -> Any:
        """Run code and return the JSON of the last line that it printed."""
        ...


@dataclass
class Known:
    """What one environment was found to have."""

    # By module: when it was looked for, and whether it is there.
    found: dict[str, tuple[float, bool]] = field(default_factory=dict)
    prefix: str | None = None  # the folder of the environment, None until it is known
    # The query under way, which everything that needs to know more awaits.
    query: asyncio.Task[None] | None = None

    def lacks(self, module: str) -> bool:
        """Return whether a module is not known to be there."""
        return module not in self.found or not self.found[module][1]

    def age(self, module: str, now: float) -> float:
        """Return for how many seconds the answer is known, infinite where there is none."""
        return now - self.found[module][0] if module in self.found else float("inf")


class Packages:
    """The packages of the environments behind the kernelspecs of one server."""

    def __init__(self, runner: Runner, clock: Callable[[], float] = time.monotonic) -> None:
        """Query environments through ``runner``; answers age by the seconds of ``clock``."""
        self._runner, self._clock = runner, clock
        self._known_by_environment: dict[tuple[Any, ...], Known] = {}

    async def missing(
        self, kernel_name: str, modules: Sequence[str], folder: str | None = None
    ) -> list[str]:
        """Return which of some modules a kernel's environment lacks.

        They may be in ``folder``, too. What was found once is known at once, so that a launch
        awaits no process; what is absent is looked for again, so that a launch is not refused for
        a package that was installed meanwhile. Raises ``BadInputError`` for a kernel that cannot
        run a cluster, and ``NotAvailableError`` where the environment does not answer.
        """
        known = self._known(await self._runner.look(kernel_name), folder)

        def unsure() -> bool:
            now = self._clock()
            return any(known.lacks(m) and known.age(m, now) > ABSENT_FOR for m in modules)

        while known.query and unsure():  # concurrent calls share one process
            await asyncio.shield(known.query)
        if unsure():
            await asyncio.shield(self._query(known, kernel_name, modules, folder))
        return [name for name in modules if known.lacks(name)]

    def prefix(self, command: KernelCommand, folder: str | None = None) -> str | None:
        """Return ``sys.prefix`` of a kernel's environment, None before ``missing`` has answered."""
        return self._known(command, folder).prefix

    async def refresh(self, kernel_name: str, wanted: Mapping[str | None, Collection[str]]) -> None:
        """Look for modules again for a list that the user opened; ``wanted`` has them by folder.

        What was absent is looked for before this returns. Where all were there, they are checked
        in the background now and then, so that the next list shows a package that was removed.
        Raises as ``missing``.
        """
        await asyncio.gather(*(self._refresh(kernel_name, set(n), f) for f, n in wanted.items()))

    async def _refresh(self, kernel_name: str, modules: set[str], folder: str | None) -> None:
        known = self._known(await self._runner.look(kernel_name), folder)
        now = self._clock()
        if any(known.lacks(name) for name in modules):
            await asyncio.shield(known.query or self._query(known, kernel_name, modules, folder))
            await self.missing(kernel_name, sorted(modules), folder)
        elif not known.query and any(known.age(m, now) > RENEW_AFTER for m in modules):
            self._query(known, kernel_name, modules, folder)

    def _known(self, command: KernelCommand, folder: str | None) -> Known:
        """Return what is known of an environment, which several kernelspecs may share."""
        key = (*command.argv, *sorted(command.env.items()), folder)
        return self._known_by_environment.setdefault(key, Known())

    def _query(
        self, known: Known, kernel_name: str, modules: Collection[str], folder: str | None
    ) -> asyncio.Task[None]:
        """Begin to look for modules, and again for all that were looked for before."""
        names, now = sorted({*known.found, *modules}), self._clock()

        async def query() -> None:
            try:
                answer = await self._runner.run_json(kernel_name, PROBE, [folder or "", *names])
                known.found.update({name: (now, name not in answer["absent"]) for name in names})
                known.prefix = answer["prefix"]
            finally:
                known.query = None

        known.query = task = asyncio.get_running_loop().create_task(query())
        # What awaits it gets the error; in the background nothing does.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task
