"""One cluster of this server: launched or attached to, handed over, stopped."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

from ..errors import NotAvailableError
from ..models import Cluster, State
from . import ending
from .controlled_cluster import ControlledCluster
from .launching import launch
from .launching.prepared import Prepared
from .reconcile import ENDED, Facts, Wanted, Work, at_stop_of_server, loss, reconcile
from .saved import ownership
from .services import Services

log = logging.getLogger(__name__)


class ManagedCluster(ControlledCluster):
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
        super().__init__(cluster, services, lambda action: changed(self, action))
        self._work: asyncio.Task[None] | None = None
        self._prepared = prepared

    # What users and other servers ask for

    async def launch(self) -> None:
        """Begin to start the cluster; raises ``NotAvailableError`` where it cannot be saved."""
        try:
            await self.create()
        except NotAvailableError:
            await asyncio.to_thread(self._remove)
            raise
        log.info("Launching cluster %s (%s)", self.cluster.id, self.cluster.platform)
        self._begin(Work.LAUNCH)

    def close(self, leave: bool = False) -> None:
        """Begin to stop the cluster, or to remove what is left of one that has ended.

        This server owns it, see ``take_ended``. ``leave`` ends the controller only, for a cluster
        that was joined.
        """
        wanted = Wanted.LEAVE if leave else Wanted.STOP
        self._known = replace(self._known, wanted=wanted, over=Work.NONE, left="")
        self.settle(replace(self.cluster, leave=leave))

    def let_go(self) -> None:
        """Stop the cluster, or disconnect from it, because the server stops."""
        if self.ownership.held and self.cluster.state is not State.CLOSING:
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

    # Clusters of earlier and of other servers

    async def attach(self) -> None:
        """Control the cluster of an earlier server, or only show it if another server owns it."""
        await self.released()
        if not self.ownership.held and await self._take_over():
            self._known = Facts(self.cluster.state)
            await self._resume()

    async def _resume(self) -> None:
        """Go on with the cluster of an earlier server."""
        cluster = self.cluster
        if cluster.controller is None:
            directory = self._services.store.root / cluster.id
            ref = await asyncio.to_thread(self._services.controllers.left_behind, directory)
            cluster = replace(cluster, controller=ref)
        self.settle(cluster)
        if self.cluster.state is State.RUNNING:
            await self.attached()

    async def attached(self) -> None:
        """Return when attaching to an earlier server's controller has come to its end."""
        if self._work is not None:
            await asyncio.wait([self._work])

    async def settled(self) -> None:
        """Return when nothing is being done with the cluster any more."""
        while self._work is not None and not self._work.done():
            await asyncio.wait([self._work])

    # What the facts ask for

    def settle(self, cluster: Cluster | None = None, due: bool = False) -> None:
        """Do what the facts about ``cluster``, by default as it is, ask for."""
        if self.gone:
            return
        cluster = cluster or self.cluster
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
        if decision.release:
            self._let_go()
        if decision.work is not None:
            self._begin(decision.work)

    def _vanish(self) -> None:
        self.gone = True
        if not self.cluster.ended:
            self._keep_used(self.cluster, "stopped")
        self._work = self._task(self._leave())

    async def _leave(self) -> None:
        """Remove the files of the cluster, then its row."""
        await asyncio.to_thread(self._remove)
        log.info("Removed cluster %s", self.cluster.id)
        self._changed("removed")

    def _let_go(self) -> None:
        for task in self._tasks:
            task.cancel()
        self._work = None
        self.connection.forget()
        self._let_others_have_it()

    def _begin(self, work: Work) -> None:
        """Begin ``work`` in place of what is being done."""
        self._known = replace(self._known, work=work)
        self._work = self._task(self._do(work, self._work))

    async def _do(self, work: Work, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            before.cancel()
            await asyncio.wait([before], timeout=5)
        if work in (Work.LAUNCH, Work.RECONNECT):
            await self._launch(again=work is Work.RECONNECT)
        elif work is Work.ATTACH:
            await self._attach()
        else:
            if self._prepared is not None:  # the launch may not even have begun to wait for it
                await self._prepared.cancel()
            await self._flush()  # saved first: the next server may have to finish it
            left = await ending.end(self.cluster, self._services, self.connection, self._known)
            self._known = replace(self._known, over=work, left=left)
        self._known = replace(self._known, work=Work.NONE)
        self._work = None
        self.settle()

    async def _launch(self, again: bool) -> None:
        """Start the controller and create the cluster; ``again`` gives it another controller."""
        why = self._known.unreachable
        self._known = replace(self._known, reported=False, unreachable="")
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
        except Exception as error:
            reason = await asyncio.to_thread(launch.reason, error, self.cluster, self._services)
            if again:
                await self.connection.end(None, self._services.limits.close)
                why = f"{why} The cluster may go on, but could not be reached again: {reason}"
                self._known = replace(self._known, unreachable=why)
            else:
                self._services.store.append_log(self.cluster.id, f"\n{reason}\n")
                self._known = replace(self._known, failure=reason)
        else:
            self._watch()

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
