"""A controller that is started before its launch, while the user fills in the form.

It has a directory of its own under an id that becomes its cluster's, and no record: nothing shows
it as a cluster. A file in that directory says so, for its own watch and for the next server.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...backends.base import Backend
from ...controller.client import Controller
from ...controller.disk import on_disk
from ...controller.spawn import CONNECTION
from ...errors import NotAvailableError
from ...models import ControllerRef
from ..saved.store import RECORD
from ..services import Services

MARK = "prepared"  # the file in its directory; the resident removes it when a launch uses it
AFTER = 30.0  # seconds after which it ends by itself, once its server should have ended it
ABANDONED = 600.0  # seconds after which no server can need one that it has not touched

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fit:
    """What cannot be changed once a controller has started: a launch needs the same."""

    kernel_name: str
    resident: str
    # Dask and others read variables when they are imported: the server's, and what is added.
    inherited: Mapping[str, str]
    env: Mapping[str, str]


def fit_of(backend: Backend, kernel_name: str, batch: str | None) -> Fit:
    """Return what a launch needs; ``batch`` is as in ``Needs``."""
    return Fit(kernel_name, backend.resident, dict(os.environ), backend.environment(batch))


class Prepared:
    """One such controller."""

    def __init__(
        self,
        services: Services,
        fit: Fit,
        preparation: dict[str, Any],
        before: asyncio.Task[None] | None,
    ) -> None:
        """Begin to start it after ``before`` is done; ``preparation`` is as in ``Needs``."""
        self.id, self.fit = secrets.token_hex(6), fit
        self._services = services
        self._ref: ControllerRef | None = None
        start = self._start(preparation, before)
        self._started = asyncio.get_running_loop().create_task(start)
        self._touched = asyncio.get_running_loop().time()

    @property
    def usable(self) -> bool:
        """Whether it starts, or has started and is there."""
        if not self._started.done():
            return True
        failed = self._started.cancelled() or self._started.exception() is not None
        return not failed and self._started.result().watched

    @property
    def ref(self) -> ControllerRef | None:
        """How to attach to it, None before it has started."""
        return self._ref if self._started.done() else None

    @property
    def left(self) -> float:
        """The seconds until it is to be ended if nothing touches it."""
        return self._touched + self._services.limits.prepared - asyncio.get_running_loop().time()

    def touch(self) -> None:
        """Keep it for longer."""
        self._touched = asyncio.get_running_loop().time()
        if self._started.done() and self.usable:
            self._started.result().touch()

    async def _start(
        self, preparation: dict[str, Any], before: asyncio.Task[None] | None
    ) -> Controller:
        if before is not None:
            await asyncio.wait([before])
        services = self._services
        directory = await on_disk(services.store.directory, self.id)
        await on_disk((directory / MARK).touch, 0o600)
        orphan = min(services.limits.orphan or ABANDONED, services.limits.prepared + AFTER)
        controllers, kernels = services.controllers, services.environments.kernel_spec_manager
        name = self.fit.kernel_name
        # In its own directory, which has no module that could be imported in place of another.
        self._ref = ref = await controllers.spawn(
            name, kernels, directory, str(directory), self.fit.env, orphan
        )
        controller = controllers.connect(ref, lambda report: None, lambda text: None)
        try:
            await controller.attach(services.limits.start)
            await controller.load(self.fit.resident, directory, orphan)
            settings = {**preparation, "directory": str(directory), "sockets": ref.socket_dir}
            await controller.call("warm_up", settings, timeout=services.limits.start)
        except BaseException:
            controller.detach()
            raise
        return controller

    async def controller(self) -> Controller | None:
        """Return the controller once it has started; None, with nothing left of it, if it failed.

        Where this is cancelled, the start is cancelled, too.
        """
        connection = self._services.store.root / self.id / CONNECTION
        try:
            controller = await self._started
            # Without it, no later server could attach to the cluster.
            await on_disk(connection.stat)
        except Exception as error:
            log.info("A launch starts its own controller, for the prepared one failed: %s", error)
        else:
            return controller
        if self.usable:
            self._started.result().detach()
        await self.end_process()
        return None

    async def cancel(self) -> None:
        """Start it no further; what there is of its process is in its directory."""
        self._started.cancel()
        await asyncio.wait([self._started])

    async def end(self) -> None:
        """End it and remove all that it left; what is in the way is left to a later server."""
        await self.cancel()
        if self.usable:
            self._started.result().detach()
        try:
            await self.end_process()
            await on_disk(self._services.store.remove, self.id)
        except (NotAvailableError, OSError) as error:
            log.warning("A controller that was prepared is still there: %s", error)

    async def end_process(self) -> None:
        """Kill its process and what that started, if there is any; raises as ``end_group``."""
        controllers, directory = self._services.controllers, self._services.store.root / self.id
        ref = self._ref or await on_disk(controllers.left_behind, directory)
        await controllers.end(ref)


def _is_abandoned(directory: Path) -> bool:
    """Return whether no server has touched a directory for long, or made a cluster of it."""
    # Of files from before the clock was set back the times are yet to come.
    ages = [abs(time.time() - path.stat().st_mtime) for path in directory.iterdir()]
    return not (directory / RECORD).exists() and min(ages, default=0.0) > ABANDONED


async def sweep(services: Services) -> None:
    """Remove prepared controllers whose server and whose own watch were killed."""
    controllers, store = services.controllers, services.store
    for mark in await on_disk(lambda: list(store.root.glob(f"*/{MARK}"))):
        directory = mark.parent
        with contextlib.suppress(OSError, NotAvailableError):  # gone meanwhile, or in use
            if await on_disk(_is_abandoned, directory):
                await controllers.end(await on_disk(controllers.left_behind, directory))
                await on_disk(store.remove, directory.name)
