"""Decides when a controller is prepared for a launch, kept, used and ended: one per server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any

from ...controller import memory
from ...errors import LauncherError
from ...models import Cluster
from ..services import Services
from .prepared import Prepared, fit_of

NEEDED = 512 * 2**20  # bytes of memory below which nothing is prepared
LOOK_EVERY = 5.0  # seconds between two looks at a prepared controller and at the memory


class Preparer:
    """The prepared controller of a server, if there is one."""

    def __init__(self, services: Services, launching: Callable[[], bool]) -> None:
        """Prepare nothing yet.

        ``launching`` returns whether a launch is under way, which is not to be slowed down.
        """
        self._services, self._launching = services, launching
        self._enabled = services.limits.prepared > 0
        self._current: Prepared | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def touch(self, request: dict[str, Any]) -> None:
        """Prepare for a launch on a platform with a kernel, or keep what is prepared for it.

        ``request`` has the shape that the contract gives to a preparation. Raises
        ``BadInputError``, ``UnknownError`` and ``NotAvailableError`` where nothing could be
        launched there.
        """
        if not self._enabled:
            return
        services = self._services
        platform = await services.catalog.get(request["platform"])
        kernel_name = await services.environments.on_this_host(request.get("kernel_name"))
        await services.catalog.check_available(platform, kernel_name, platform.tls)
        backend = services.backends.for_platform(platform)
        needs = backend.needs(platform, {})
        fit = fit_of(backend, kernel_name, needs.batch)
        old = self._current
        if old is not None and old.usable and old.fit == fit:
            old.touch()
        elif not self._launching() and memory.available() >= NEEDED:
            before = self._end()
            self._current = Prepared(services, fit, needs.preparation, before)
            self._keeping = self._task(self._keep(self._current))

    async def _keep(self, prepared: Prepared) -> None:
        """End a prepared controller when it is not needed any more or memory is short."""
        while prepared.left > 0 and prepared.usable and memory.available() >= NEEDED:  # noqa: ASYNC110
            # Nothing announces that memory gets short.
            await asyncio.sleep(min(LOOK_EVERY, prepared.left))
        self._end()

    @contextlib.contextmanager
    def used_for(self, cluster: Cluster) -> Iterator[tuple[Cluster, Prepared | None]]:
        """Yield a cluster to launch, and the prepared controller for it, None where none fits.

        The cluster gets the controller's id, and has it from now on unless the launch cannot begin.
        Its first record names a controller that has started.
        """
        prepared, backend = self._current, self._services.backend(cluster)
        fit = fit_of(backend, cluster.kernel_name, cluster.batch)
        if prepared is None or not prepared.usable or prepared.fit != fit:
            yield cluster, None
            return
        self._let_go()
        try:
            yield replace(cluster, id=prepared.id, controller=prepared.ref), prepared
        except LauncherError:
            self._task(prepared.end())
            raise

    async def stop(self) -> None:
        """End what is prepared, and prepare nothing any more.

        What cannot be ended in time, such as on a disk that hangs, ends by its own watch.
        """
        self._enabled = False
        self._end()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._services.limits.close)

    def _end(self) -> asyncio.Task[None] | None:
        """Begin to end what is prepared, if anything is."""
        prepared = self._let_go()
        return None if prepared is None else self._task(prepared.end())

    def _let_go(self) -> Prepared | None:
        prepared, self._current = self._current, None
        if self._keeping is not None:
            self._keeping.cancel()
        return prepared

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
