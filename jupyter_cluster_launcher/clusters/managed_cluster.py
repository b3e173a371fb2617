"""One cluster of this server: launched or attached to, handed over, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace

from ..controller.client import Controller, end_controller
from ..controller.host import boot_id, interrupt, runs
from ..controller.spawn import left_behind
from ..errors import LauncherError, NotAvailableError, WrongStateError
from ..models import Cluster, ControllerRef, State
from . import launch, ownership
from .connection import CALL_LIMIT
from .controlled_cluster import ControlledCluster
from .recorded_cluster import ENDED
from .services import Services

RECONNECT_AFTER = 60.0  # seconds between two controllers for one cluster

log = logging.getLogger(__name__)


class ManagedCluster(ControlledCluster):
    """One cluster from its launch, or from attaching to it, to its end."""

    def __init__(
        self,
        cluster: Cluster,
        services: Services,
        changed: Callable[[ManagedCluster, str], None],
    ) -> None:
        """Hold ``cluster``; call ``changed`` with "created", "changed", "removed" afterwards."""
        super().__init__(cluster, services, lambda action: changed(self, action))
        self.afar = False  # whether another host has it
        self._work: asyncio.Task[None] | None = None
        self._reconnected: float | None = None

    def launch(self) -> None:
        """Begin to start the cluster; raises ``NotAvailableError`` where it cannot be saved."""
        try:
            self.put(self.cluster, "created")
        except NotAvailableError:
            self._remove()
            raise
        log.info("Launching cluster %s (%s)", self.cluster.id, self.cluster.platform)
        self._work = self._task(self._launch())

    async def attach(self) -> None:
        """Control the cluster of an earlier server, or only show it if another server owns it."""
        if self.ownership.held:
            return
        record = self._services.store.read(self.cluster.id)
        unreadable = record is not None and not record.readable
        if (
            record is None
            or record.state in ENDED
            or (unreadable and record.state is not State.CLOSING)
        ):
            self._show(record)
            return
        afar = ownership.seen_from_afar(record, self.ownership)
        self.afar = afar is not None
        try:
            mine = afar is None and self.ownership.take()
        except OSError as error:
            log.warning("Cluster %s could not be locked: %s", record.id, error)
            mine = False
        if mine:  # its last owner may have changed it until now
            record = self._services.store.read(record.id)
        if not mine or record is None:
            self.ownership.release()
            self._show(afar or (record and ownership.shared(record)))
            return
        self._show(record)
        self._saved = record
        await self._resume()

    async def _resume(self) -> None:
        """Attach to the controller of an earlier server, or record what became of it."""
        cluster, ref = self.cluster, self.cluster.controller
        directory = self._services.store.root / cluster.id
        if ref is None or cluster.state in (State.STARTING, State.CLOSING):
            ref = ref or await asyncio.to_thread(left_behind, directory)
            self._work = self._task(self._finish(ref))
        elif ref.boot_id != boot_id():
            self._lost("This computer was restarted.")
        else:
            self._work = self._task(self._attach(ref))
            await asyncio.wait([self._work])

    async def attached(self) -> None:
        """Return when attaching to an earlier server's controller has come to its end."""
        if self._work is not None:
            await asyncio.wait([self._work])

    def try_again(self) -> None:
        """Attach to a controller that did not answer and still runs, however long that takes."""
        ref = self.cluster.controller
        idle = self._work is None or self._work.done()
        if not (self.ownership.held and self.cluster.state is State.LOST and ref and idle):
            return
        if ref.boot_id == boot_id() and runs(ref.pid, ref.connection_file):
            self._work = self._task(self._attach(ref, again=True))

    async def hand_over(self, stop: bool) -> None:
        """Hand the cluster over to another server of this host that requested it.

        Nothing is handed over in the middle of a step that another server could not finish: a
        launch only to be stopped, and no stop.
        """
        state = self.cluster.state
        if state in (State.RUNNING, State.LOST) or (stop and state is State.STARTING):
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=5)
            self.detach()
            self._show(ownership.shared(self.cluster))

    def close(self, leave: bool = False) -> asyncio.Task[None]:
        """Begin to stop the cluster, or to remove what is left of one that has ended.

        ``leave`` ends the controller only, for a cluster that was joined. Raises
        ``WrongStateError`` where it is being stopped already.
        """
        message = "Leaving the cluster" if leave else "Stopping"
        closing = replace(self.cluster.to(State.CLOSING, message), leave=leave)
        if not self.ownership.held:
            self._take_ended()
        self.put(closing)
        launching, self._work = self._work, None
        self._work = self._task(self._end(launching))
        return self._work

    def _take_ended(self) -> None:
        """Become the owner of a cluster that has ended, or that no server looks after any more."""
        try:
            owned = self.ownership.take_stale()
        except OSError as error:
            raise WrongStateError(f"The cluster cannot be removed: {error.strerror}.") from None
        if not owned:
            raise WrongStateError(
                "Another of your Jupyter servers is changing this cluster. Try again in a minute."
            )

    def detach(self) -> None:
        """Disconnect from the cluster; it goes on without this server."""
        for task in self._tasks:
            task.cancel()
        self.connection.forget()
        self._let_others_have_it()

    # A launch, step by step

    async def _launch(self) -> None:
        try:
            await self._create()
        except Exception as error:
            await self._fail(launch.reason(error, self.cluster, self._services))

    async def _create(self) -> None:
        async for known in launch.steps(self.cluster, self._services, self.connection.connect):
            self.put(replace(self.cluster, **known))
            await self._flush()  # saved before the next step
        self._watch()

    async def _attach(self, ref: ControllerRef, again: bool = False) -> None:
        why = await self.connection.attach(ref, self._services.limits.start)
        if why:
            self.connection.forget()
            if not again:
                self._lost(why)
            return
        log.info("Attached to cluster %s (%s)", self.cluster.id, self.cluster.platform)
        self.put(self.cluster.to(State.RUNNING))
        self._watch()
        await self.connection.ping()

    async def _finish(self, ref: ControllerRef | None) -> None:
        """Stop what an earlier server left half started or half stopped."""
        if ref is not None and runs(ref.pid, ref.connection_file):
            interrupt(ref.pid)
            with contextlib.suppress(LauncherError, asyncio.TimeoutError):
                await self.connection.connect(ref).attach(CALL_LIMIT)
        if self.cluster.state is State.CLOSING:
            await self._end(None)
        else:
            await self._fail(
                "The Jupyter server ended while this cluster was starting, so it was stopped. "
                "Launch it again."
            )

    async def _end(self, launching: asyncio.Task[None] | None) -> None:
        """Stop the cluster and remove every trace of it; a failed stop can be tried again."""
        try:
            await self._flush()  # saved first: the next server may have to finish it
            if launching is not None:
                launching.cancel()
                await asyncio.wait([launching], timeout=5)
            left = await self._close()
        except Exception as error:
            log.exception("Stopping cluster %s failed", self.cluster.id)
            left = f"The cluster could not be stopped: {error or type(error).__name__}. Try again."
        if left:
            self.put(self.cluster.to(State.FAILED, left))
            return
        self.gone = True
        self._remove()
        log.info("Removed cluster %s", self.cluster.id)
        self._changed("removed")

    # The controller's end

    def _watch(self) -> None:
        if self.connection.controller is not None:
            self._task(self._await_end(self.connection.controller))

    async def _await_end(self, controller: Controller) -> None:
        """Notice when the controller ends on its own."""
        await controller.ended
        if self.connection.controller is controller:
            self.connection.forget()
            self._lost("Its kernel ended unexpectedly.")

    def _lost(self, why: str) -> None:
        """Record that the controller is gone, on its own timer or for an unknown reason."""
        if self.cluster.state is State.CLOSING:  # the stop takes care of the rest
            return
        gone = replace(self.cluster, report=replace(self.cluster.report, ready=0, usage=None))
        last_words = self._services.store.last_words(self.cluster.id)
        if last_words:
            self.put(gone)
            self._task(self._ended(last_words))
        elif self._can_reconnect():
            self._work = self._task(self._reconnect(why))
        else:
            self.put(gone.to(State.LOST, why))

    def _can_reconnect(self) -> bool:
        """Return whether the cluster goes on without its controller, as at a gateway.

        A second controller that ends as soon would not be the last.
        """
        last, self._reconnected = self._reconnected, asyncio.get_running_loop().time()
        soon = last is not None and self._reconnected - last < RECONNECT_AFTER
        outlives = self._services.backend(self.cluster).outlives_controller
        return outlives and bool(self.cluster.report.name) and not soon

    async def _reconnect(self, why: str) -> None:
        """Give the cluster a new controller; it is left as it is where that fails."""
        await end_controller(self.cluster.controller)
        self.put(replace(self.cluster, state=State.STARTING, message="Reconnecting to the cluster"))
        try:
            await self._create()
        except Exception as error:
            reason = launch.reason(error, self.cluster, self._services)
            await self.connection.end(None, self._services.limits.close)
            message = f"{why} The cluster may go on, but could not be reached again: {reason}"
            self.put(replace(self.cluster, state=State.LOST, message=message))
