"""Managers of clusters whose controllers are stand-ins; records, locks and backends are real."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from fake_controllers import FakeControllers
from fakes import Titles, write_platform

from jupyter_cluster_launcher.backends import Backends
from jupyter_cluster_launcher.backends.base import Backend
from jupyter_cluster_launcher.backends.facts import Context
from jupyter_cluster_launcher.clusters.managed_cluster import ManagedCluster
from jupyter_cluster_launcher.clusters.manager import ClusterManager
from jupyter_cluster_launcher.clusters.saved.store import Store
from jupyter_cluster_launcher.clusters.services import Limits, Services
from jupyter_cluster_launcher.errors import NotAvailableError
from jupyter_cluster_launcher.models import Cluster, State
from jupyter_cluster_launcher.platforms.catalog import Catalog
from jupyter_cluster_launcher.platforms.platform import Platform

SLURM: Any = {
    "module": "dask_jobqueue",
    "class": "SLURMCluster",
    "batch": "slurm",
    "workers": {"title": "Jobs", "scale": "jobs", "default": 2, "minimum": 0, "maximum": 8},
}


class Saves(Store):
    """A store that counts."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.saved: list[Cluster] = []

    def save(self, cluster: Cluster) -> None:
        self.saved.append(cluster)
        super().save(cluster)


class AtOnce(Saves):
    """A store that writes at once what it is to write soon."""

    def save_soon(self, cluster: Cluster) -> None:
        with contextlib.suppress(OSError):
            self.save(cluster)


class _Environments(Titles):
    """An environment in which everything is installed."""

    kernel_spec_manager = None  # no kernel is started

    async def run_resident(self, *_: Any, **__: Any) -> dict[str, Any]:
        """Know nothing of the site."""
        return {}


class _Catalog(Catalog):
    """Platforms that can all work."""

    async def check_available(self, platform: Platform, kernel_name: str, tls: bool) -> None:
        """Find nothing missing."""


class Engine(Backend):
    """An engine that can refuse to confirm an end, and whose clusters outlive their controllers."""

    outlives_controller = True

    def __init__(self, backend_context: Context, controllers: FakeControllers) -> None:
        super().__init__(backend_context)
        self.controllers = controllers

    async def cleanup(
        self, cluster: Cluster, directory: Path, shut_down: bool = False, wait: bool = False
    ) -> None:
        if self.controllers.engine_refuses:
            raise NotAvailableError(self.controllers.engine_refuses)

    def join_code(self, name: str) -> str:
        return f"cluster = join({name!r})\n"


class World:
    """A server's manager, and what it does to the outside."""

    def __init__(
        self,
        store: Saves,
        platforms: Path,
        controllers: FakeControllers | None = None,
        limits: Limits | None = None,
    ) -> None:
        environments = _Environments()
        backends = Backends(Context(environments))
        self.controllers = controllers or FakeControllers()
        backends._made["gateway"] = Engine(Context(environments), self.controllers)
        self.events: list[tuple[str, str]] = []
        self.store, self.backends = store, backends
        catalog = _Catalog(environments, backends.unavailable, [str(platforms)])
        services = Services(
            store, catalog, environments, backends, limits or Limits(), self.controllers
        )
        self.manager = ClusterManager(services, lambda *event: self.events.append(event))

    def add(self, cluster: Cluster) -> ManagedCluster:
        """Let the manager have a cluster; one that runs has a controller."""
        directory = self.store.directory(cluster.id)
        runs = cluster.state is State.RUNNING and cluster.controller is None
        if runs:
            cluster = replace(cluster, controller=self.controllers.begin(directory).ref)
        managed = ManagedCluster(cluster, self.manager.services, self.manager._changed)
        if runs and cluster.controller is not None:
            managed.connection.connect(cluster.controller)
        assert managed.ownership.take()
        self.manager._clusters[cluster.id] = managed
        return managed


def write_platforms(folder: Path, kinds: Collection[str]) -> None:
    """Write a platform for each kind, with the kind's name."""
    for kind in kinds:
        write_platform(folder, kind, kind=kind, **(SLURM if kind == "batch" else {}))


async def crash(world: World) -> None:
    """End a server as by SIGKILL: it saves and closes nothing, and loses its locks."""
    manager = world.manager
    world.controllers.crashing = True
    tasks: list[asyncio.Task[Any]] = [*manager._tasks, *manager.preparer._tasks]
    tasks += manager._others._updating.values()
    if manager.preparer._current is not None:
        started = manager.preparer._current._started
        tasks.append(started)
        if manager.preparer._current.usable and started.done():
            started.result().detach()
    for managed in manager._clusters.values():
        tasks += managed._tasks
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await world.backends.stop()  # a server that is killed polls no batch system
    for managed in manager._clusters.values():
        managed.gone = True  # nothing is saved any more
        managed.connection.forget()
        managed.ownership.release()
    world.controllers.crashing = False


async def until(world: World, cluster_id: str, state: State) -> Cluster:
    """Return a server's row when it has a state."""
    for _ in range(3000):
        found = [one for one in world.manager.list() if one.id == cluster_id]
        if found and found[0].state is state:
            return found[0]
        await asyncio.sleep(0.1)
    raise AssertionError(f"not {state.value}: {found}")


async def launched(first: World, second: World, **request: Any) -> str:
    """Return the id of a cluster that runs on the first server, and is shown by both."""
    row = await first.manager.start({"platform": "local", **request})
    for world in (first, second):
        await until(world, row.id, State.RUNNING)
    return row.id
