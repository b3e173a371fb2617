"""Two servers, their clusters and all that can happen to them, in random orders.

Controllers and time are stand-ins; manager, records, locks and requests between servers are real.
"""

from __future__ import annotations

import asyncio
import errno
import itertools
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from batch_orders import BatchOrders
from fake_controllers import FakeControllers
from fake_processes import FakeProcess
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from virtual_time import VirtualLoop
from worlds import AtOnce, World, crash, write_platforms

from jupyter_cluster_launcher.clusters.controlled_cluster import SILENT
from jupyter_cluster_launcher.clusters.launching.prepared import MARK
from jupyter_cluster_launcher.clusters.reconcile import ENDED
from jupyter_cluster_launcher.clusters.saved.store import RECORD, Store
from jupyter_cluster_launcher.errors import LauncherError
from jupyter_cluster_launcher.models import Cluster, State

LONG = 300.0  # seconds after which all that is under way has ended: longer than any time limit
NAMES = ("A", "B")
KINDS = ("local", "gateway", "batch")
SERVERS, PLATFORMS = st.sampled_from(NAMES), st.sampled_from(KINDS)
PICK = st.integers(0, 5)
SECONDS = st.sampled_from([0.0, 0.3, 0.6, 1.2, 3.0, 11.0, 65.0])

log = logging.getLogger("jupyter_cluster_launcher")


class Errors(logging.Handler):
    """Keeps what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))


class Filling(AtOnce):
    """A store whose disk can be full: what it does not take stays pending, as in its thread."""

    full: bool = False  # of all servers, which have one disk

    def save(self, cluster: Cluster) -> None:
        if Filling.full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super().save(cluster)

    def save_soon(self, cluster: Cluster) -> None:
        self._writer._pending[cluster.id] = cluster
        self.flush(cluster.id)


class Orders(BatchOrders):
    """Users, servers, controllers and engines that do what they like."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        write_platforms(self.folder / "platforms", KINDS)
        self.loop, self.errors = VirtualLoop(), Errors()
        log.addHandler(self.errors)
        self.loop.set_exception_handler(self._uncaught)
        self.controllers = FakeControllers()
        self.use_slurm()
        # Rows are sorted by their ids: with others a story would not be the same again.
        self.ids = itertools.count(1)
        self.naming = patch("secrets.token_hex", lambda _: f"{next(self.ids):012x}")
        self.naming.start()
        self.servers: dict[str, World] = {}
        self.requests: dict[str, set[asyncio.Task[Any]]] = {name: set() for name in NAMES}
        self.launched: set[str] = set()
        self.stopped: set[str] = set()
        self.start_server("A")

    def _uncaught(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.errors.found.append(f"{context.get('message')} {context.get('exception')!r}")

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run work to its end."""
        return self.loop.run_until_complete(work)

    def ask(self, name: str, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        """Send a request to a server, and go on."""

        async def request() -> None:
            try:
                await work()
            except LauncherError:
                pass  # a sentence for the user
            except Exception as error:
                self.errors.found.append(f"{type(error).__name__}: {error}")

        task = self.loop.create_task(request())
        self.requests[name].add(task)
        task.add_done_callback(self.requests[name].discard)

    def rows(self, name: str) -> list[Cluster]:
        """Return the rows of a server."""
        return self.servers[name].manager.list()

    def picked(self, name: str, number: int) -> str | None:
        """Return the id of one of a server's rows, None where it has none."""
        rows = self.rows(name) if name in self.servers else []
        return rows[number % len(rows)].id if rows else None

    def change(self, name: str, number: int, request: dict[str, Any]) -> None:
        cluster_id = self.picked(name, number)
        if cluster_id is not None:
            manager = self.servers[name].manager
            self.ask(name, lambda: manager.change(cluster_id, request))

    # Servers

    @rule(name=SERVERS)
    def start_server(self, name: str) -> None:
        if name not in self.servers:
            store = Filling(self.folder / "clusters")
            world = World(store, self.folder / "platforms", self.controllers)
            self.servers[name] = world
            self.run(world.manager.attach())

    @rule(name=SERVERS)
    def stop_server(self, name: str) -> None:
        if name in self.servers:
            kept = [one.id for one in self.rows(name) if not one.keep_running]
            self.stopped |= set(kept)
            self._cancel_requests(name)
            self.run(self.servers.pop(name).manager.stop())

    @rule(name=SERVERS)
    def kill_server(self, name: str) -> None:
        if name in self.servers:
            self._cancel_requests(name)
            self.run(crash(self.servers.pop(name)))

    def _cancel_requests(self, name: str) -> None:
        for task in self.requests[name]:
            task.cancel()
        self.run(asyncio.sleep(0))

    # Users

    @initialize(kinds=st.lists(PLATFORMS, min_size=1, max_size=2), seconds=SECONDS)
    def begin(self, kinds: list[str], seconds: float) -> None:
        """Begin with clusters: many a story has no other launch."""
        for kind in kinds:
            self.launch("A", kind, False)
        self.wait(seconds)

    @rule(name=SERVERS, platform=PLATFORMS, keep=st.booleans())
    def launch(self, name: str, platform: str, keep: bool) -> None:
        if name in self.servers and len(self.rows(name)) < 4:
            world, request = self.servers[name], {"platform": platform, "keep_running": keep}
            self.ask(name, lambda: self._launch(world, request))

    async def _launch(self, world: World, request: dict[str, Any]) -> None:
        self.launched.add((await world.manager.start(request)).id)

    @rule(name=SERVERS, platform=PLATFORMS)
    def touch(self, name: str, platform: str) -> None:
        """Begin to fill in the form."""
        if name in self.servers:
            preparer = self.servers[name].manager.preparer
            self.ask(name, lambda: preparer.touch({"platform": platform}))

    @rule(name=SERVERS, number=PICK, workers=st.sampled_from([0, 1, 3, 8]))
    def scale(self, name: str, number: int, workers: int) -> None:
        self.change(name, number, {"workers": workers})

    @rule(name=SERVERS, number=PICK)
    def adapt(self, name: str, number: int) -> None:
        self.change(name, number, {"adapt": {"minimum": 1, "maximum": 3}})

    @rule(name=SERVERS, number=PICK, keep=st.booleans())
    def keep(self, name: str, number: int, keep: bool) -> None:
        self.change(name, number, {"keep_running": keep})

    @rule(name=SERVERS, number=PICK)
    def stop(self, name: str, number: int) -> None:
        cluster_id = self.picked(name, number)
        if cluster_id is not None:
            self.stopped.add(cluster_id)
            manager = self.servers[name].manager
            self.will_stop(manager.get(cluster_id))
            self.ask(name, lambda: manager.close(cluster_id))

    # Controllers and engines

    def _process(self, number: int, act: Callable[[FakeProcess], None]) -> None:
        async def happen() -> None:
            running = self.controllers.running()
            if running:
                act(running[number % len(running)])

        self.run(happen())

    @rule(number=PICK)
    def kill_controller(self, number: int) -> None:
        self._process(number, lambda process: process.over.set())

    @rule(number=PICK)
    def end_controller(self, number: int) -> None:
        self._process(number, lambda process: process.end("Stopped after 1 hour without work."))

    @rule(number=PICK)
    def freeze(self, number: int) -> None:
        self._process(number, lambda process: setattr(process, "frozen", True))

    @rule(number=PICK)
    def thaw(self, number: int) -> None:
        def act(process: FakeProcess) -> None:
            process.frozen = False
            process.report()

        self._process(number, act)

    @rule(number=PICK)
    def report(self, number: int) -> None:
        self._process(number, lambda process: process.report())

    @rule(words=st.sampled_from(["", "Refused."]))
    def create_code(self, words: str) -> None:
        self.controllers.refuses = words

    @rule(words=st.sampled_from(["", "The engine does not answer."]))
    def engine(self, words: str) -> None:
        self.controllers.engine_refuses = words

    @rule(name=SERVERS, number=PICK, keep=st.booleans())
    def fill_disk(self, name: str, number: int, keep: bool) -> None:
        """Fill the disk, so that a change of this moment cannot be saved."""
        Filling.full = True
        self.keep(name, number, keep)

    @rule()
    def empty_disk(self) -> None:
        Filling.full = False

    # Time

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        self.run(asyncio.sleep(seconds))

    @precondition(lambda self: self.servers)
    @rule()
    def wait_long(self) -> None:
        """Let everything come to an end, and compare what users see with what is there."""
        Filling.full = False
        self.run(asyncio.sleep(LONG))
        self.end_prepared()
        directories = self.directories()
        controllers = {one.directory.name: one for one in self.controllers.running()}
        assert set(controllers) <= directories, "a controller that nobody knows"
        self.no_job_is_left(directories)
        seen = [{row.id: row for row in self.rows(name)} for name in self.servers]
        for world, rows in zip(self.servers.values(), seen, strict=True):
            assert set(rows) == directories, "rows are what there is"
            for row in rows.values():
                self.is_true(row, controllers.get(row.id))
                self.jobs_are_true(world, row, controllers.get(row.id))
                self.is_saved(row)
        states = [{key: row.state for key, row in rows.items()} for rows in seen]
        assert states[1:] == states[:-1], "both servers show the same"

    def end_prepared(self) -> None:
        """End what killed servers had prepared, as its own watch does."""
        kept = [world.manager.preparer._current for world in self.servers.values()]
        assert kept == [None] * len(kept), "a prepared controller for ever"
        for mark in self.folder.glob(f"clusters/*/{MARK}"):
            if not (mark.parent / RECORD).exists():
                for process in self.controllers.running():
                    if process.directory == mark.parent:
                        process.over.set()
                shutil.rmtree(mark.parent)

    def directories(self) -> set[str]:
        """Return the ids of the clusters that have a directory."""
        root = self.folder / "clusters"
        return {path.name for path in root.iterdir()} if root.exists() else set()

    def is_true(self, row: Cluster, process: FakeProcess | None) -> None:
        """Assert that a row at rest says what is the case."""
        about = f"{row.state.value} ({row.message})"
        assert row.state in (State.RUNNING, State.LOST, *ENDED) or (
            process is not None and process.frozen
        ), f"{about} for ever"
        if row.state is State.RUNNING:
            assert process is not None, about
            assert process.frozen == (SILENT in row.report.warnings), about
        elif row.state is State.LOST:
            assert process is None or process.frozen, f"{about}, but it answers"
            assert row.message
        elif row.state in ENDED:
            assert process is None, about
            assert row.message

    def is_saved(self, row: Cluster) -> None:
        """Assert that a later server would go on from what a row at rest says."""
        saved = Store(self.folder / "clusters").read(row.id)
        assert saved is not None
        for what in ("state", "name", "keep_running", "requested", "adapt", "controller"):
            assert getattr(saved, what) == getattr(row, what), f"{what} of {row.state.value}"

    # What always holds

    @invariant()
    def no_error(self) -> None:
        assert self.errors.found == []

    @invariant()
    def no_row_vanishes(self) -> None:
        left = self.directories()
        assert self.launched - self.stopped <= left, "only a stop removes a cluster"

    @invariant()
    def one_owner(self) -> None:
        owned = [one.id for world in self.servers.values() for one in world.manager.owned()]
        assert len(owned) == len(set(owned))

    def teardown(self) -> None:
        try:
            self._leave_nothing()
        finally:
            Filling.full = False
            for world in self.servers.values():
                self.run(crash(world))
            self.leave_slurm()
            self.naming.stop()
            self.loop.close()
            log.removeHandler(self.errors)
            shutil.rmtree(self.folder, ignore_errors=True)  # a thread may still write into it

    async def _repaired(self) -> None:
        self.repair_slurm()

    def _leave_nothing(self) -> None:
        """Stop all that is left, after which nothing may be there any more."""
        self.start_server("A")
        self.controllers.engine_refuses = ""
        self.run(self._repaired())
        for process in self.controllers.running():
            process.frozen = False
            process.report()
        self.wait_long()
        for name in list(self.servers):
            for row in self.rows(name):
                self.ask(name, partial(self.servers[name].manager.close, row.id))
        self.run(asyncio.sleep(LONG))
        self.no_error()
        assert [row.state for name in self.servers for row in self.rows(name)] == []
        assert self.directories() == set()
        assert self.controllers.running() == []
        self.no_job_is_left(set())


# Seconds: two for each story, and what every test has.
TestOrders = pytest.mark.timeout(180 + settings().max_examples)(Orders.TestCase)
# Half of a profile's examples, each of which is a whole story.
TestOrders.settings = settings(
    max_examples=settings().max_examples // 2,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
