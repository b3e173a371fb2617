"""The life of one cluster: launched or attached to, listened to, ended.

Every change of the cluster goes through ``put``: saved first, then shown.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from . import codegen, elsewhere
from .batch import Batch, refusal
from .controller import RESIDENT, Controller, ExecutionError, remove_files, spawn
from .environments import Environments
from .explain import explain
from .leftovers import sweep
from .models import Cluster, ControllerRef, LauncherError, Report, State, WrongStateError
from .processes import end_group, interrupt, runs
from .registry import Platforms
from .store import Store, boot_id

CLOSE = f"{RESIDENT}.close(globals().get('cluster'))"
SHUT_DOWN = f"{RESIDENT}.shut_down()"
TAKE_OVER_EVERY = 60.0  # seconds between two controllers for one cluster
CALL_LIMIT = 15.0  # seconds that a controller may take to scale, where nothing waits for workers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Times in seconds; ``orphan`` closes a cluster no server has spoken to, None for never."""

    start: float = 60.0
    close: float = 30.0
    orphan: float | None = 24 * 3600.0


@dataclass(frozen=True)
class House:
    """What all clusters of a server share."""

    store: Store
    platforms: Platforms
    environments: Environments
    batch: Batch
    limits: Limits


class Life:
    """One cluster, its controller, and the tasks that look after both."""

    def __init__(
        self, cluster: Cluster, house: House, changed: Callable[[Life, str], None]
    ) -> None:
        """Hold ``cluster``; ``changed`` hears "created", "changed", "removed" after it is so."""
        self.cluster = cluster
        self._house, self._changed = house, changed
        self._controller: Controller | None = None
        self._work: asyncio.Task[None] | None = None
        self._others: set[asyncio.Task[None]] = set()
        self._taken_over: float | None = None

    def put(self, cluster: Cluster, action: str = "changed") -> None:
        """Replace the cluster: save it, show it, ring the bell."""
        cluster = replace(cluster, server=elsewhere.this_server())
        if action == "created" or cluster != self.cluster:
            self._house.store.save(cluster)
            self.cluster = cluster
            self._changed(self, action)

    def launch(self) -> None:
        """Begin to start the cluster."""
        self.put(self.cluster, "created")
        self._work = self._task(self._launch())

    async def attach(self) -> None:
        """Attach to the controller of an earlier server, or say what became of it."""
        cluster, ref = self.cluster, self.cluster.controller
        if cluster.state in (State.FAILED, State.CLOSED):
            return
        why = elsewhere.reason(cluster)
        if why:
            self.cluster = elsewhere.shown(cluster, why)
        elif ref and ref.boot_id != boot_id():
            self._lost("This computer was restarted.")
        elif ref is None or cluster.state in (State.STARTING, State.CLOSING):
            self._work = self._task(self._finish(ref))
        else:
            await self._attach(ref)

    async def call(self, function: str, *args: Any, **kwargs: Any) -> Any:
        """Call a function of the resident and return the data that it returns.

        Raises ``WrongStateError`` with the reason it failed.
        """
        if self._controller is None:
            raise WrongStateError("This cluster has no controller any more.")
        try:
            return await self._controller.call(function, *args, timeout=CALL_LIMIT, **kwargs)
        except asyncio.TimeoutError:
            raise WrongStateError(
                "The cluster did not answer in time. Try again in a minute."
            ) from None
        except ExecutionError as error:
            raise WrongStateError(self._explain(error)) from None

    def close(self, leave: bool = False) -> asyncio.Task[None]:
        """Begin to close the cluster, or to remove what is left of one that has ended.

        ``leave`` ends the controller only, for a cluster that was joined. Raises
        ``WrongStateError`` where it is being closed already.
        """
        self.put(self.cluster.to(State.CLOSING, "Stopping"))
        launching, self._work = self._work, None
        self._work = self._task(self._end(launching, leave))
        return self._work

    def detach(self) -> None:
        """Let go of the cluster; it goes on without this server."""
        for task in self._others:
            task.cancel()
        if self._controller is not None:
            self._controller.detach()

    # A launch, step by step

    async def _launch(self) -> None:
        try:
            await self._create()
        except ExecutionError as error:
            await self._fail(self._explain(error))
        except asyncio.TimeoutError:
            await self._fail("Creating the cluster took too long and was given up.")
        except LauncherError as error:
            await self._fail(str(error))
        except Exception as error:
            log.exception("The launch of cluster %s failed", self.cluster.id)
            await self._fail(f"The cluster could not be started: {error}")

    async def _create(self) -> None:
        """Start the controller, create the cluster in it, begin to watch; saved at each step."""
        house, cluster = self._house, self.cluster
        platform, directory = (
            house.platforms.get(cluster.platform),
            house.store.directory(cluster.id),
        )
        env = house.platforms.controller_env(platform, directory)
        specs = house.environments.kernel_spec_manager
        ref = await spawn(cluster.kernel_name, specs, directory, cluster.cwd, env)
        self.put(replace(self.cluster, controller=ref))
        controller = self._connect(ref)
        await controller.attach(house.limits.start)
        await controller.load(*house.platforms.residents(platform))
        preparation = house.platforms.preparation(platform, cluster.options, directory)
        await controller.call("prepare", preparation)
        self.put(self.cluster.to(State.STARTING, "Creating the cluster"))
        # A cluster that has a name at a gateway already is not made a second time.
        known = cluster.report.name if cluster.by_name else None
        code = codegen.adopt(known) if known else cluster.create
        await controller.run(code, platform.get("timeout", 300))
        self.put(self.cluster.to(State.STARTING, "Waiting for the scheduler"))
        settings = {
            "directory": str(directory),
            "idle_timeout": cluster.idle_timeout,
            "orphan_timeout": house.limits.orphan,
        }
        await controller.start_watch("cluster", settings, house.limits.start)
        self._watch(controller)

    async def _attach(self, ref: ControllerRef) -> None:
        controller = self._connect(ref)
        try:
            await controller.attach(self._house.limits.start)
            self.put(self.cluster.to(State.RUNNING))
            await controller.call("heard", timeout=CALL_LIMIT)
            self._watch(controller)
        except (LauncherError, asyncio.TimeoutError) as error:
            self._forget_controller()
            self._lost(str(error) or "It does not answer.")

    async def _finish(self, ref: ControllerRef | None) -> None:
        """Close what a server left half started or half stopped: nobody else will."""
        if ref is not None and runs(ref.pid, ref.connection_file):
            interrupt(ref.pid)
            with contextlib.suppress(LauncherError, asyncio.TimeoutError):
                await self._connect(ref).attach(CALL_LIMIT)
        if self.cluster.state is State.CLOSING:
            await self._end(None, leave=False)
        else:
            await self._fail(
                "The Jupyter server ended while this cluster was starting, so it was closed. "
                "Launch it again."
            )

    async def _end(self, launching: asyncio.Task[None] | None, leave: bool) -> None:
        """Close the cluster and remove every trace of it."""
        if launching is not None:
            launching.cancel()
            await asyncio.wait([launching], timeout=5)
        controller, ref, joined = self._controller, self.cluster.controller, self._joined
        if controller is not None:
            close = SHUT_DOWN if joined else CLOSE
            await controller.end(None if leave else close, self._house.limits.close)
        elif ref is not None:
            await end_group(ref.pid, ref.connection_file)
            remove_files(ref)
        left = await sweep(
            self.cluster, self._house, joined=controller is None and joined and not leave, wait=True
        )
        if left:
            self.put(self.cluster.to(State.FAILED, left))
            return
        self._house.store.remove(self.cluster.id)
        self._changed(self, "removed")

    @property
    def _joined(self) -> bool:
        return self.cluster.report.joined

    async def _fail(self, message: str) -> None:
        """End what a launch began; record and log stay until the person dismisses them."""
        self._house.store.append_log(self.cluster.id, f"\n{message}\n")
        await self._end_controller()
        left = await sweep(self.cluster, self._house)
        self.put(self.cluster.to(State.FAILED, f"{message} {left}".strip()))

    async def _end_controller(self) -> None:
        controller, self._controller = self._controller, None
        if controller is not None:
            await controller.end(CLOSE, self._house.limits.close)

    # What the controller says

    def _connect(self, ref: ControllerRef) -> Controller:
        self._controller = Controller(
            ref,
            self._reported,
            lambda text: self._house.store.append_log(self.cluster.id, text),
        )
        return self._controller

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
        if news and self._controller is not None:
            self._task(self._tell_ended(sorted(news)))

    async def _tell_ended(self, ids: list[str]) -> None:
        with contextlib.suppress(LauncherError):
            await self.call("jobs_ended", ids)

    async def _ended(self, why: str) -> None:
        """Clean up after a cluster that ended by itself, and keep the row that says why."""
        await self._end_controller()
        await sweep(self.cluster, self._house)
        state = State.FAILED if self.cluster.report.broken else State.CLOSED
        with contextlib.suppress(WrongStateError):
            self.put(self.cluster.to(state, why))

    def _watch(self, controller: Controller) -> None:
        """Notice when the controller ends by itself."""

        async def watch() -> None:
            await controller.ended
            if self._controller is controller:
                self._forget_controller()
                self._lost("Its Python process ended unexpectedly.")

        self._task(watch())

    def _forget_controller(self) -> None:
        if self._controller is not None:
            self._controller.detach()
        self._controller = None

    def _lost(self, why: str) -> None:
        """Record that the controller is gone: by its own decision, or nobody knows why."""
        last_words = self._last_words()
        if not last_words and self._can_be_taken_over():
            self._work = self._task(self._take_over(why))
            return
        state = State.CLOSED if last_words else State.LOST
        gone = replace(self.cluster, report=replace(self.cluster.report, ready=0, usage=None))
        self.put(replace(gone, state=state, message=last_words or why))

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
            told = self._explain(error) if isinstance(error, ExecutionError) else str(error)
            controller, self._controller = self._controller, None
            if controller is not None:
                await controller.end(None, self._house.limits.close)
            message = f"{why} The cluster may go on, but could not be found again: {told}"
            self.put(replace(self.cluster, state=State.LOST, message=message))

    def _last_words(self) -> str | None:
        path = self._house.store.directory(self.cluster.id) / "ended.json"
        try:
            return str(json.loads(path.read_text(encoding="utf-8"))["ended"])
        except (OSError, ValueError, KeyError):
            return None

    def _explain(self, error: ExecutionError) -> str:
        if self.cluster.batch and error.name == "SubmissionError":
            return refusal(self.cluster.batch, str(error))
        title = self._house.environments.title(self.cluster.kernel_name)
        return explain(error.name, str(error), title)

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)
        return task
