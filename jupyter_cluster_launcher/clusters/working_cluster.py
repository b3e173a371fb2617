"""One cluster and the work on it, one thing at a time: launched, attached to, ended."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from ..controller.disk import on_disk
from ..errors import LauncherError
from ..models import Cluster
from . import ending
from .launching import launch
from .launching.prepared import Prepared
from .queued_cluster import QueuedCluster
from .reconcile import ENDING, Facts, Work
from .services import Services

FIRST_REPORT = 120.0  # seconds that a controller has for a report, once it watches its cluster
SILENT_START = "The cluster was created, but its controller has not reported"

log = logging.getLogger(__name__)


class WorkingCluster(QueuedCluster):
    """One cluster and what is being done with it."""

    def __init__(
        self,
        cluster: Cluster,
        services: Services,
        changed: Callable[[str], None],
        prepared: Prepared | None = None,
    ) -> None:
        """Hold ``cluster``; its launch uses the ``prepared`` controller, None where none is."""
        super().__init__(cluster, services, changed)
        self._work: asyncio.Task[None] | None = None
        self._prepared = prepared

    async def attached(self) -> None:
        """Return when attaching to an earlier server's controller has come to its end."""
        if self._work is not None:
            await asyncio.wait([self._work])

    async def settled(self) -> None:
        """Return when nothing is being done with the cluster any more."""
        while self._work is not None and not self._work.done():
            await asyncio.wait([self._work])

    def _begin(self, work: Work) -> None:
        """Begin ``work`` in place of what is being done."""
        self._known = replace(self._known, work=work)
        self._work = self._task(self._do(work, self._work))

    async def _do(self, work: Work, before: asyncio.Task[None] | None) -> None:
        """Do ``work``; what goes wrong in it is a fact like any other."""
        if before is not None:
            before.cancel()
            await asyncio.wait([before], timeout=5)
        try:
            if work is Work.ATTACH:
                await self._attach()
            elif work in ENDING:
                await self._end(work)
            else:
                await self._launch(again=work is Work.RECONNECT)
        except Exception as error:  # of whatever kind: else this work would never be over
            log.exception("Cluster %s: to %s failed", self.cluster.id, work.value)
            self._known = _failed(self._known, work, str(error) or type(error).__name__)
        self._known = replace(self._known, work=Work.NONE)
        self._work = None
        self.settle()

    async def _end(self, work: Work) -> None:
        """Stop the cluster, or clean up after it."""
        if self._prepared is not None:  # the launch may not even have begun to wait for it
            await self._prepared.cancel()
        await self._flush()  # saved first: the next server may have to finish it
        left = await ending.end(self.cluster, self._services, self.connection, self._known)
        store = self._services.store
        if work is Work.CLEAN_UP or left:  # the row stays, with all that was used
            found = await on_disk(store.completed, self.cluster.id, self.cluster.report)
            used = replace(self.cluster.report, used=found.used, core_seconds=found.core_seconds)
            self.cluster = replace(self.cluster, report=used)
        self._known = replace(self._known, over=work, left=left)

    async def _launch(self, again: bool) -> None:
        """Start the controller and create the cluster; ``again`` gives it another controller."""
        why = self._known.unreachable
        self._known = replace(self._known, reported=False, unreachable="")
        self._first.clear()
        try:
            if again:
                self._reconnected_at = time.monotonic()
                await self._services.controllers.end(self.cluster.controller)
                # Else a server that comes later takes this one for the last that was started.
                self.put(replace(self.cluster, controller=None))
                await self._flush()
            prepared = None if again else self._prepared
            steps = launch.steps(self.cluster, self._services, self.connection, prepared)
            async for known in steps:
                self.put(replace(self.cluster, **known))
                if "controller" in known:  # saved before the next step, unlike a mere message
                    await self._flush()
            self._watch()
            await self._wait_for_report()
        except Exception as error:
            reason = await on_disk(launch.reason, error, self.cluster, self._services)
            if again:
                await self.connection.end(None, self._services.limits.close)
                why = f"{why} The cluster may go on, but could not be reached again: {reason}"
                self._known = replace(self._known, unreachable=why)
            else:
                self._services.store.log_soon(self.cluster.id, f"\n{reason}\n")
                self._known = replace(self._known, failure=reason)

    async def _wait_for_report(self) -> None:
        """Return when the controller has reported, or ended.

        Raises ``LauncherError`` where it does not in time.
        """
        controller = self.connection.controller
        if controller is None:
            return
        first = asyncio.ensure_future(self._first.wait())
        try:
            either = {first, controller.ended}
            done, _ = await asyncio.wait(
                either, timeout=FIRST_REPORT, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            first.cancel()
        if not done:
            why = f" in a way that this server can read: {self._unread}" if self._unread else ""
            raise LauncherError(f"{SILENT_START}{why}.")

    async def _attach(self) -> None:
        """Attach to a controller that runs."""
        ref = self.cluster.controller
        assert ref is not None  # noqa: S101 - else there is no process that runs
        why = await self.connection.attach(ref, self._services.limits.start)
        self._known = replace(self._known, unreachable=why or "", reported=False)
        if why:
            self.connection.forget()
            return
        log.info("Attached to cluster %s (%s)", self.cluster.id, self.cluster.platform)
        self._last_words = None  # of a process that was taken for one that had ended
        self._watch()
        self._task(self.connection.ping())

    def _watch(self) -> None:
        """Notice when the controller ends on its own."""
        controller = self.connection.controller
        if controller is not None:

            def ended(_: asyncio.Task[None]) -> None:
                if self.connection.controller is controller:
                    self.settle()

            controller.ended.add_done_callback(ended)


def _failed(known: Facts, work: Work, error: str) -> Facts:
    """Return the facts after work that failed unexpectedly."""
    if work in ENDING:
        why = f"Parts of it may still run, because they could not be stopped: {error}"
        return replace(known, over=work, left=why)
    if work is Work.LAUNCH:
        return replace(known, failure=f"The cluster could not be started: {error}")
    return replace(known, unreachable=f"It could not be reached again: {error}")
