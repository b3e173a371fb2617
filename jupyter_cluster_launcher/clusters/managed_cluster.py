"""One cluster of this server: launched or attached to, handed over, stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace

from ..controller.disk import on_disk
from ..controller.guarded_files import words
from ..errors import NotAvailableError
from ..models import Cluster, State, now
from .launching.prepared import Prepared
from .reconcile import (
    ENDED,
    Facts,
    Process,
    Wanted,
    Work,
    at_stop_of_server,
    loss,
    reconcile,
)
from .saved.others_rows import shared
from .services import Services
from .working_cluster import WorkingCluster

log = logging.getLogger(__name__)


class ManagedCluster(WorkingCluster):
    """One cluster from its launch, or from attaching to it, to its end."""

    def __init__(
        self,
        cluster: Cluster,
        services: Services,
        changed: Callable[[ManagedCluster, str], None],
        prepared: Prepared | None = None,
    ) -> None:
        """Hold ``cluster``; call ``changed`` with "created", "changed", "removed" afterwards.

        Its launch uses the ``prepared`` controller of that id, None where there is none.
        """
        super().__init__(cluster, services, lambda action: changed(self, action), prepared)

    # What users and other servers ask for

    async def launch(self) -> None:
        """Begin to start the cluster; raises ``NotAvailableError`` where it cannot be saved."""
        try:
            await self.create()
        except NotAvailableError:
            try:
                await on_disk(self._remove)
            except Exception:  # nothing works there, or there is no thread
                with contextlib.suppress(RuntimeError):
                    self.ownership.release_soon()
            raise
        log.info("Launching cluster %s (%s)", self.cluster.id, self.cluster.platform)
        self._begin(Work.LAUNCH)

    def close(self, leave: bool = False) -> None:
        """Begin to stop the cluster, or to remove what is left of one that has ended.

        This server owns it, see ``take_ended``. ``leave`` ends the controller only, for a cluster
        that was joined.
        """
        if self._releasing is not None:
            self._releasing.cancel()
        wanted = Wanted.LEAVE if leave else Wanted.STOP
        self._known = replace(self._known, wanted=wanted, over=Work.NONE, left="")
        self.settle(replace(self.cluster, leave=leave))

    def let_go(self) -> None:
        """Stop the cluster, or disconnect from it, because the server stops.

        One that is being handed over is not stopped: another server wants it.
        """
        mine = self.ownership.held and not self.handed_over
        if mine and self.cluster.state is not State.CLOSING:
            wanted = at_stop_of_server(self.cluster)
            if wanted is Wanted.DETACH:
                self.detach()
            else:
                self.close(leave=wanted is Wanted.LEAVE)

    def detach(self) -> None:
        """Disconnect from the cluster; it goes on without this server."""
        self._known = replace(self._known, wanted=Wanted.DETACH)
        if self.ownership.held:
            self.settle()
        else:
            self._let_go()

    async def hand_over(self, stop: bool) -> None:
        """Hand the cluster over to another server of this host that requested it.

        Nothing is handed over in the middle of a step that another server could not finish: a
        launch only to be stopped, and no stop. Nor what cannot be saved: the other server would go
        on from an old record.
        """
        # A flush takes a while, in which the user may have stopped it here.
        if self._can_go(stop) and await self._flush() and self._can_go(stop):
            for task in self._tasks:
                task.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=5)
            self.detach()
            self.handed_over = True
            self._show(shared(self.cluster))

    def _can_go(self, stop: bool) -> bool:
        """Return whether another server could go on with the cluster, or ``stop`` it."""
        state = self.cluster.state
        if self.deleted and not stop:  # it could not connect any more
            return False
        return state in (State.RUNNING, State.LOST) or (stop and state is State.STARTING)

    # Clusters of earlier and of other servers

    async def attach(self) -> None:
        """Control the cluster of an earlier server, or only show it if another server owns it."""
        await self.released()
        if not self.ownership.held and await self._take_over():
            self._known = Facts(self.cluster.state)
            # Also where the row stays as it was, and nothing else would.
            self._services.backend(self.cluster).poll_soon(self.cluster)
            await self._resume()

    async def _resume(self) -> None:
        """Go on with the cluster of an earlier server."""
        controllers, ref = self._services.controllers, self.cluster.controller
        if self._process(self.cluster) is not Process.RUNS:
            directory = self._services.store.root / self.cluster.id
            last = await on_disk(controllers.left_behind, directory)
            if ref is None:
                ref = last
            elif last and last.pid != ref.pid and controllers.runs(last):
                # Started after the record was written, for which there was no space then.
                with contextlib.suppress(NotAvailableError):  # it is being killed
                    await controllers.end(last)
        # Meanwhile a batch system may have answered: what it said is not put back.
        if self._must_read_last_words(replace(self.cluster, controller=ref)):
            await self._read_last_words(replace(self.cluster, controller=ref))
        self.settle(replace(self.cluster, controller=ref))
        if self.cluster.state is State.RUNNING:
            await self.attached()

    async def look_after(self) -> None:
        """Do what is due at each scan with a cluster that this server owns."""
        if self.cluster.state is State.LOST:  # the disk may not have answered before
            await self._read_last_words(self.cluster)
        if not await self.keep():
            self._let_go()
        if not self.ownership.held:
            return
        if self.cluster.state in ENDED:
            self._let_others_have_it()
        else:
            self.settle(due=True)
            self.cancel_unwanted()

    # What the facts ask for

    def settle(self, cluster: Cluster | None = None, due: bool = False) -> None:
        """Do what the facts about ``cluster``, by default as it is, ask for."""
        if self.gone:
            return
        cluster = cluster or self.cluster
        if self._must_read_last_words(cluster):
            self.put(cluster)
            self._task(self._settle_with_last_words(due))
            return
        facts = self._facts(cluster, due)
        decision = reconcile(facts)
        if decision.remove:
            self._vanish()
            return
        if decision.failure:
            self._known = replace(self._known, failure=decision.failure)
        if decision.work is Work.RECONNECT:
            self._known = replace(self._known, unreachable=loss(facts))
        if decision.disconnect:
            self.connection.forget()
        self.put(self._decided(cluster, facts, decision))
        if decision.state in ENDED:
            self._known = Facts(decision.state)
            self._end_left(self.cluster.queue)
        if decision.release:
            self._let_go()
        if decision.work is not None:
            self._begin(decision.work)

    async def _settle_with_last_words(self, due: bool) -> None:
        """Settle when it is known why the controller ended: the disk may be slow."""
        await self._read_last_words(self.cluster)
        self.settle(due=due)

    def _vanish(self) -> None:
        self.gone = True
        self._leave_jobs()
        self._work = self._task(self._leave())  # whatever comes after raises
        if not self.cluster.ended:
            self._keep_used(self.cluster, "stopped")

    async def _leave(self) -> None:
        """Remove the files of the cluster, then its row."""
        async with self._taking:
            try:
                await on_disk(self._remove)
            except Exception as error:  # of whatever kind: else the row would say so for ever
                log.warning("Cluster %s cannot be removed", self.cluster.id, exc_info=True)
                why = str(error) or type(error).__name__
                if isinstance(error, OSError):
                    why = words(error)
                self._stay(f"Its files cannot be removed: {why}. Dismiss it to try again.")
                return
        log.info("Removed cluster %s", self.cluster.id)
        self._changed("removed")

    def _stay(self, why: str) -> None:
        """Show a row that could not go: from its record it would only come back."""
        self.gone, self._known = False, Facts(State.FAILED)
        ended = self.cluster.ended or now()  # as the history has it
        self.put(replace(self.cluster.to(State.FAILED, why), ended=ended))

    def _let_go(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._work = None
        self._known = replace(self._known, work=Work.NONE)  # else a later stop waits for it
        self.connection.forget()
        self._let_others_have_it()
