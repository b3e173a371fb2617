"""One cluster of this server: launched or attached to, watched, stopped.

Every change of the cluster goes through ``put``: saved first, then shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from ..controller.client import Controller, end_controller
from ..controller.host import boot_id, interrupt, runs
from ..controller.spawn import left_behind
from ..models import (
    Cluster,
    ControllerRef,
    LauncherError,
    NotAvailableError,
    Queue,
    State,
    WrongStateError,
)
from . import launch, ownership, records
from .connection import CALL_LIMIT, CLOSE, SHUT_DOWN, Connection
from .services import Services

RECONNECT_AFTER = 60.0  # seconds between two controllers for one cluster
ANSWER_LIMIT = 10.0  # seconds that a controller has for an answer before its row says so
SILENT = "Its controller does not answer. It may be busy, or this host is overloaded."
ENDED = (State.FAILED, State.CLOSED)  # in which a cluster needs no owner any more

log = logging.getLogger(__name__)


class ManagedCluster:
    """One cluster, the connection to its controller, and the tasks that look after both."""

    def __init__(
        self,
        cluster: Cluster,
        services: Services,
        changed: Callable[[ManagedCluster, str], None],
    ) -> None:
        """Hold ``cluster``; call ``changed`` with "created", "changed", "removed" afterwards."""
        self.cluster = cluster
        self._services, self._changed = services, changed
        self.ownership = ownership.Ownership(services.store.root / cluster.id)
        self.afar = False  # whether another host has it
        self._saved: Cluster | None = None
        self.connection = Connection(
            self._reported,
            lambda text: services.store.append_log(self.cluster.id, text),
            lambda error: services.explain(self.cluster, error),
        )
        self._work: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._notified: set[str] = set()  # the ended jobs that the controller was notified of
        self._reconnected: float | None = None
        self.gone = False

    def put(self, cluster: Cluster, action: str = "changed") -> None:
        """Replace the cluster: save it, show it, emit the event; nothing comes after its end.

        A full disk may lose the record of a change, but not the cluster. Raises
        ``NotAvailableError`` where a new one cannot be saved.
        """
        if self.gone or (action != "created" and cluster == self.cluster):
            return
        if action == "created":
            self._create_record(cluster)
        elif not self._own():
            return
        elif _steady(cluster) != _steady(self._saved):
            self._saved = cluster
            self._services.store.save_soon(cluster)
        if cluster.state is not self.cluster.state:
            _log_state(cluster)
        self.cluster = cluster
        if cluster.state in ENDED:  # any server may dismiss it
            self._let_others_have_it()
        self._changed(self, action)

    def _create_record(self, cluster: Cluster) -> None:
        store = self._services.store
        try:
            store.directory(cluster.id)
            self.ownership.take()
            store.save(cluster)
        except OSError as error:
            raise NotAvailableError(
                f"The cluster cannot be launched, because nothing can be written in "
                f"{store.root}: {error.strerror}."
            ) from None
        self._saved = cluster

    def _own(self) -> bool:
        """Return whether this server owns the cluster, or does from now on.

        What it owned already goes on without its directory.
        """
        if self.ownership.held:
            return True
        try:
            self._services.store.directory(self.cluster.id)
            return self.ownership.take()
        except OSError as error:
            log.warning("Cluster %s could not be locked: %s", self.cluster.id, error)
            return False

    def _let_others_have_it(self) -> None:
        """Release the lock, after the record is as it is shown here."""
        if self.ownership.held:
            if self.cluster != self._saved:
                self._services.store.save_soon(self.cluster)
            self._services.store.flush(self.cluster.id)
            self.ownership.release()

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
        """Take over the cluster of an earlier server, or show what another one has of it."""
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

    def _show(self, record: Cluster | None) -> None:
        """Show the cluster as its record has it, None where that has gone."""
        if record is None:
            self.gone = True
            self._changed(self, "removed")
        else:
            known = self._services.backends.recognized(record)
            if known != self.cluster:
                self.cluster = known
                self._changed(self, "changed")

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

    async def check(self) -> None:
        """Warn in the row of a controller that does not answer, until it does again."""
        if self.cluster.state is not State.RUNNING or self.connection.controller is None:
            return
        before = self.cluster.report
        answers = await self.connection.answers(ANSWER_LIMIT)
        report = self.cluster.report
        if self.cluster.state is not State.RUNNING or (not answers and report != before):
            return  # a report that came meanwhile is an answer, too
        warnings = tuple(text for text in report.warnings if text != SILENT)
        warnings += () if answers else (SILENT,)
        self.put(replace(self.cluster, report=replace(report, warnings=warnings)))

    async def hand_over(self, stop: bool) -> None:
        """Let another server of this host have the cluster, which asked for it.

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

    def update_queue(self, queue: Queue) -> None:
        """Record what the batch system answered about the jobs."""
        self.put(replace(self.cluster, queue=queue))
        self._notify_ended()

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

    async def _flush(self) -> None:
        await asyncio.to_thread(self._services.store.flush, self.cluster.id)

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
        self._changed(self, "removed")

    def _remove(self) -> None:
        self._services.store.remove(self.cluster.id, self.ownership.release)

    async def _close(self) -> str:
        """End the controller and its cluster; return a sentence where something may be left."""
        joined, leave, closed = self.cluster.report.joined, self.cluster.leave, False
        if self.connection.controller is not None:
            close = None if leave else SHUT_DOWN if joined else CLOSE
            closed = await self.connection.end(close, self._services.limits.close)
        else:
            directory = self._services.store.root / self.cluster.id
            ref = self.cluster.controller or await asyncio.to_thread(left_behind, directory)
            await end_controller(ref)
        return await self._clean_up(shut_down=joined and not leave and not closed, wait=True)

    async def _clean_up(self, shut_down: bool = False, wait: bool = False) -> str:
        """End what the controller left behind; return a sentence where something may be left."""
        directory = self._services.store.root / self.cluster.id
        try:
            backend = self._services.backend(self.cluster)
            await backend.cleanup(self.cluster, directory, shut_down, wait)
        except LauncherError as error:
            return str(error)
        return ""

    async def _fail(self, message: str) -> None:
        """End what a launch began; record and log stay until the user dismisses them."""
        self._services.store.append_log(self.cluster.id, f"\n{message}\n")
        await self.connection.end(CLOSE, self._services.limits.close)
        left = await self._clean_up()
        self.put(self.cluster.to(State.FAILED, f"{message} {left}".strip()))

    # What the controller reports

    def _reported(self, data: dict[str, Any]) -> None:
        """Record a report; one that comes after the end says nothing new."""
        if self.cluster.state not in (State.STARTING, State.RUNNING):
            return
        try:
            report = records.report(data)
        except ValueError as error:
            log.warning("A report of cluster %s cannot be read: %s", self.cluster.id, error)
            return
        if report.ended:
            self._task(self._ended(report.ended))
        self.put(replace(self.cluster, report=report).to(State.RUNNING))
        self._notify_ended()

    def _notify_ended(self) -> None:
        """Notify the controller of jobs that the batch system has ended, once each."""
        ended = self._services.backend(self.cluster).newly_ended(self.cluster)
        news = [job_id for job_id in ended if job_id not in self._notified]
        if news and self.connection.controller is not None:
            self._notified |= set(news)
            self._task(self._notify(news))

    async def _notify(self, ids: list[str]) -> None:
        with contextlib.suppress(LauncherError):
            await self.connection.call("jobs_ended", ids)

    async def _ended(self, why: str) -> None:
        """Clean up after a cluster that ended on its own, and keep the row that says why."""
        await self.connection.end(CLOSE, self._services.limits.close)
        left = await self._clean_up()
        if self.cluster.state is not State.CLOSING:  # else the stop takes care of the rest
            state = State.FAILED if left or self.cluster.report.broken else State.CLOSED
            self.put(self.cluster.to(state, f"{why} {left}".strip()))

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

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _steady(cluster: Cluster | None) -> Cluster | None:
    """Return a cluster without its meters, which are not worth a record of their own."""
    if cluster is None:
        return None
    return replace(cluster, report=replace(cluster.report, usage=None, closes_at=None))


def _log_state(cluster: Cluster) -> None:
    trouble = cluster.state in (State.FAILED, State.LOST)
    level = logging.WARNING if trouble else logging.INFO
    log.log(level, "Cluster %s is %s. %s", cluster.id, cluster.state.value, cluster.message)
