"""The life of one cluster: launched or attached to, listened to, ended.

Every change of the cluster goes through ``put``: saved first, then shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from ..controller.client import Controller, ControllerDiedError, remove_files
from ..controller.host import boot_id, end_group, interrupt, runs
from ..models import Cluster, ControllerRef, LauncherError, NotAvailableError, Report, State
from . import launch as launching
from . import ownership as elsewhere
from .cleanup import sweep
from .connection import CALL_LIMIT, CLOSE, SHUT_DOWN, Link
from .services import House

TAKE_OVER_EVERY = 60.0  # seconds between two controllers for one cluster

log = logging.getLogger(__name__)


class Life:
    """One cluster, its controller, and the tasks that look after both."""

    def __init__(
        self, cluster: Cluster, house: House, changed: Callable[[Life, str], None]
    ) -> None:
        """Hold ``cluster``; ``changed`` hears "created", "changed", "removed" after it is so."""
        self.cluster = cluster
        self._house, self._changed = house, changed
        self.link = Link(
            self._reported,
            lambda text: house.store.append_log(self.cluster.id, text),
            lambda error: house.explain(self.cluster, error),
        )
        self._work: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[None]] = set()
        self._taken_over: float | None = None
        self._gone = False

    def put(self, cluster: Cluster, action: str = "changed") -> None:
        """Replace the cluster: save it, show it, ring the bell; nothing comes after its end.

        A full disk may lose the record of a change, but not the cluster. Raises
        ``NotAvailableError`` where a new one cannot be saved.
        """
        cluster = replace(cluster, server=elsewhere.this_server())
        if self._gone or (action != "created" and cluster == self.cluster):
            return
        try:
            self._house.store.save(cluster)
        except OSError as error:
            if action == "created":
                raise NotAvailableError(
                    f"The cluster cannot be started, because nothing can be written in "
                    f"{self._house.store.root}: {error.strerror}."
                ) from None
            log.warning("The record of cluster %s could not be written: %s", cluster.id, error)
        self.cluster = cluster
        self._changed(self, action)

    def launch(self) -> None:
        """Begin to start the cluster; raises ``NotAvailableError`` where it cannot be saved."""
        try:
            self.put(self.cluster, "created")
        except NotAvailableError:
            self._house.store.remove(self.cluster.id)
            raise
        self._work = self._task(self._launch())

    async def attach(self) -> None:
        """Attach to the controller of an earlier server, or say what became of it."""
        cluster, ref = self.cluster, self.cluster.controller
        if cluster.state in (State.FAILED, State.CLOSED):
            return
        why = elsewhere.reason(cluster)
        if why:
            self.cluster = elsewhere.shown(cluster, why)
        elif ref is None or cluster.state in (State.STARTING, State.CLOSING):
            self._work = self._task(self._finish(ref))
        elif ref.boot_id != boot_id():
            self._lost("This computer was restarted.")
        else:
            self._work = self._task(self._attach(ref))
            await asyncio.wait([self._work])

    def close(self, leave: bool = False) -> asyncio.Task[None]:
        """Begin to close the cluster, or to remove what is left of one that has ended.

        ``leave`` ends the controller only, for a cluster that was joined. Raises
        ``WrongStateError`` where it is being closed already.
        """
        message = "Letting go of it" if leave else "Stopping"
        # What was wished is saved: the next server may have to finish it.
        self.put(replace(self.cluster.to(State.CLOSING, message), leave=leave))
        launching, self._work = self._work, None
        self._work = self._task(self._end(launching))
        return self._work

    def detach(self) -> None:
        """Let go of the cluster; it goes on without this server."""
        for task in self._others:
            task.cancel()
        self.link.forget()

    # A launch, step by step

    async def _launch(self) -> None:
        try:
            await self._create()
        except Exception as error:
            await self._fail(launching.told(error, self.cluster, self._house))

    async def _create(self) -> None:
        async for known in launching.steps(self.cluster, self._house, self.link.connect):
            self.put(replace(self.cluster, **known))
        self._watch()

    async def _attach(self, ref: ControllerRef) -> None:
        controller = self.link.connect(ref)
        why = None
        try:
            await controller.attach(self._house.limits.start)
        except ControllerDiedError:
            why = "Its Python process ended while no Jupyter server looked after it."
        except asyncio.TimeoutError:
            why = "Its Python process does not answer."
        except Exception as error:
            log.exception("Cluster %s could not be attached to", self.cluster.id)
            why = f"It could not be reached again: {error}"
        if why:
            self.link.forget()
            self._lost(why)
            return
        self.put(self.cluster.to(State.RUNNING))
        self._watch()
        await self.link.greet()

    async def _finish(self, ref: ControllerRef | None) -> None:
        """Close what a server left half started or half stopped: nobody else will."""
        if ref is not None and runs(ref.pid, ref.connection_file):
            interrupt(ref.pid)
            with contextlib.suppress(LauncherError, asyncio.TimeoutError):
                await self.link.connect(ref).attach(CALL_LIMIT)
        if self.cluster.state is State.CLOSING:
            await self._end(None)
        else:
            await self._fail(
                "The Jupyter server ended while this cluster was starting, so it was closed. "
                "Launch it again."
            )

    async def _end(self, launching: asyncio.Task[None] | None) -> None:
        """Close the cluster and remove every trace of it; what is left can be stopped again."""
        try:
            if launching is not None:
                launching.cancel()
                await asyncio.wait([launching], timeout=5)
            left = await self._close()
        except Exception as error:
            log.exception("The stop of cluster %s failed", self.cluster.id)
            left = f"The cluster could not be stopped: {error or type(error).__name__}. Try again."
        if left:
            self.put(self.cluster.to(State.FAILED, left))
            return
        self._gone = True
        self._house.store.remove(self.cluster.id)
        self._changed(self, "removed")

    async def _close(self) -> str:
        """End the controller and its cluster; return a sentence where something may be left."""
        ref, joined, leave = self.cluster.controller, self.cluster.report.joined, self.cluster.leave
        linked, closed = self.link.controller is not None, False
        if linked:
            close = None if leave else SHUT_DOWN if joined else CLOSE
            closed = await self.link.end(close, self._house.limits.close)
        elif ref is not None and ref.boot_id == boot_id():
            await end_group(ref.pid, ref.connection_file)
            remove_files(ref)
        shut_down = joined and not leave and not closed
        return await sweep(self.cluster, self._house, joined=shut_down, wait=True)

    async def _fail(self, message: str) -> None:
        """End what a launch began; record and log stay until the person dismisses them."""
        self._house.store.append_log(self.cluster.id, f"\n{message}\n")
        await self.link.end(CLOSE, self._house.limits.close)
        left = await sweep(self.cluster, self._house)
        self.put(self.cluster.to(State.FAILED, f"{message} {left}".strip()))

    # What the controller says

    def _reported(self, data: dict[str, Any]) -> None:
        """Take in a report; one that comes after the end says nothing new."""
        if self.cluster.state not in (State.STARTING, State.RUNNING):
            return
        report = Report.from_dict(data)
        if report.ended:
            self._task(self._ended(report.ended))
        self.put(replace(self.cluster, report=report).to(State.RUNNING))

    def hear(self, queue: dict[str, Any]) -> None:
        """Take in what the batch system says of the jobs, and tell the controller which ended."""
        news = set(queue["ended"]) - set(self.cluster.queue.get("ended", []))
        self.put(replace(self.cluster, queue=queue))
        if news:
            self._task(self._tell_ended(sorted(news)))

    async def _tell_ended(self, ids: list[str]) -> None:
        with contextlib.suppress(LauncherError):
            await self.link.call("jobs_ended", ids)

    async def _ended(self, why: str) -> None:
        """Clean up after a cluster that ended by itself, and keep the row that says why."""
        await self.link.end(CLOSE, self._house.limits.close)
        left = await sweep(self.cluster, self._house)
        if self.cluster.state is not State.CLOSING:  # else whoever stops it sees to the rest
            state = State.FAILED if left or self.cluster.report.broken else State.CLOSED
            self.put(self.cluster.to(state, f"{why} {left}".strip()))

    def _watch(self) -> None:
        if self.link.controller is not None:
            self._task(self._await_end(self.link.controller))

    async def _await_end(self, controller: Controller) -> None:
        """Notice when the controller ends by itself."""
        await controller.ended
        if self.link.controller is controller:
            self.link.forget()
            self._lost("Its Python process ended unexpectedly.")

    def _lost(self, why: str) -> None:
        """Record that the controller is gone: by its own decision, or nobody knows why."""
        if self.cluster.state is State.CLOSING:  # whoever stops it sees to the rest
            return
        gone = replace(self.cluster, report=replace(self.cluster.report, ready=0, usage=None))
        last_words = self._house.store.last_words(self.cluster.id)
        if last_words:
            self.put(gone)
            self._task(self._ended(last_words))
        elif self._can_be_taken_over():
            self._work = self._task(self._take_over(why))
        else:
            self.put(gone.to(State.LOST, why))

    def _can_be_taken_over(self) -> bool:
        """Return whether the cluster goes on without its controller, as at a gateway.

        A second controller that ends as soon would not be the last.
        """
        last, self._taken_over = self._taken_over, asyncio.get_running_loop().time()
        soon = last is not None and self._taken_over - last < TAKE_OVER_EVERY
        return self.cluster.by_name and bool(self.cluster.report.name) and not soon

    async def _take_over(self, why: str) -> None:
        """Give the cluster a new controller; it is left as it is where that fails."""
        ref = self.cluster.controller
        if ref is not None:
            await end_group(ref.pid, ref.connection_file)
            remove_files(ref)
        self.put(replace(self.cluster, state=State.STARTING, message="Finding the cluster again"))
        try:
            await self._create()
        except Exception as error:
            told = launching.told(error, self.cluster, self._house)
            await self.link.end(None, self._house.limits.close)
            message = f"{why} The cluster may go on, but could not be found again: {told}"
            self.put(replace(self.cluster, state=State.LOST, message=message))

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)
        return task
