"""The clusters of one Jupyter server, and everything a user can do with them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from ..backends.facts import Check, Found, Start
from ..controller.disk import on_disk
from ..errors import BadInputError, NotAvailableError, WrongStateError
from ..jobs import Queue
from ..models import Cluster, State
from ..platforms import options
from ..platforms.platform import Platform
from . import contact, logs, stopping, workers
from .changes import Changes
from .launching import again, limits, preflight, prepared
from .launching.preparer import Preparer
from .launching.presets import FIELDS, Preset, Presets
from .launching.request import check_preset, named, plan
from .managed_cluster import ManagedCluster
from .reconcile import ENDED
from .services import Services


class ClusterManager(Changes):
    """Launches, scales, stops and lists clusters, and attaches to those of an earlier server."""

    def __init__(
        self, services: Services, emit: Callable[[str, str], None], keep_running: bool = False
    ) -> None:
        """Manage clusters with ``services``; ``emit(id, action)`` is called after each change.

        ``keep_running`` holds for a cluster where the user did not say.
        """
        super().__init__(services, self._changed)
        self.keep_running = keep_running
        self.presets = Presets(services.catalog)
        self._emit = emit
        self._launched: set[str] = set()  # ids; all others were attached to
        self._beginning: set[asyncio.Task[Cluster]] = set()
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self.preparer = Preparer(services, self._launching)
        services.backends.follow(self._polled, self._update_queue)

    def list(self) -> list[Cluster]:
        """Return all clusters, oldest first."""
        clusters = (managed.cluster for managed in self._clusters.values())
        return sorted(clusters, key=lambda cluster: (cluster.created, cluster.id))

    def owned(self) -> Sequence[Cluster]:
        """Return the clusters that this server looks after, and no other server of the user."""
        return [one.cluster for one in self._clusters.values() if one.ownership.held]

    def _polled(self) -> Sequence[Cluster]:
        """Return the clusters whose jobs are looked after here: its own, and ended ones.

        An ended cluster has no owner, but jobs of it may be ending still.
        """
        ended = (one for one in self._clusters.values() if one.cluster.state in ENDED)
        return [*self.owned(), *(one.cluster for one in ended if not one.ownership.held)]

    def get(self, cluster_id: str) -> Cluster:
        """Return a cluster; raises ``UnknownError``."""
        return self._get(cluster_id).cluster

    async def start(self, request: dict[str, Any], cwd: str | None = None) -> Cluster:
        """Begin to start the cluster that a request describes, and return it as it starts.

        Raises ``BadInputError``, ``UnknownError`` and ``NotAvailableError``; nothing is left then.
        """
        request, cwd = await self._completed(request, cwd)
        platform = await self.services.catalog.get(request["platform"])
        async with limits.turn(self.services, platform, self._others.everything) as allowance:
            cluster = await plan(self.services, platform, request, self.keep_running, cwd)
            self.services.backend(cluster).refuse(platform, cluster.options)
            if allowance is not None:
                await on_disk(allowance.check, cluster)
            beginning = asyncio.ensure_future(self._begin(cluster))
            self._beginning.add(beginning)
            beginning.add_done_callback(self._beginning.discard)
            beginning.add_done_callback(lambda done: done.cancelled() or done.exception())
            # Whoever asked may go away: what has a record by then needs a row.
            return await asyncio.shield(beginning)

    async def _begin(self, cluster: Cluster) -> Cluster:
        """Begin to start a cluster, with a name of its own; raises ``NotAvailableError``."""
        async with self._others.alone() as taken:
            if self._stopping:
                raise NotAvailableError("The Jupyter server is stopping. Launch it from the next.")
            with self.preparer.used_for(named(cluster, taken)) as (begun, ready):
                managed = ManagedCluster(begun, self.services, self._changed, ready)
                await managed.launch()
            self._clusters[begun.id] = managed
            self._launched.add(begun.id)
            return managed.cluster

    async def preview(self, request: dict[str, Any]) -> preflight.Preview:
        """Return the code that a request would run; raises ``LauncherError``s."""
        platform, cluster = await self._plan(request)
        refusals = await self._refusals(platform, cluster)
        return await preflight.preview(self.services, platform, cluster, refusals)

    async def check(self, request: dict[str, Any]) -> tuple[Check, Sequence[str]]:
        """Return the engine's verdict on a request, and warnings; raises ``LauncherError``s."""
        platform, cluster = await self._plan(request)
        refusals = await self._refusals(platform, cluster)
        return await preflight.check(self.services, platform, cluster, refusals)

    async def starts(self, request: dict[str, Any]) -> Sequence[Start]:
        """Return when a request would start, and when in other ways; raises ``LauncherError``s."""
        return await preflight.starts(self.services, *await self._plan(request))

    async def found(self, platform_name: str, kernel_name: str) -> Sequence[Found]:
        """Return the user's clusters that were made elsewhere; raises ``LauncherError``s."""
        platform = await self.services.catalog.get(platform_name)
        known = {managed.cluster.report.name or "" for managed in self._clusters.values()}
        return await self.services.backends.for_platform(platform).discover(kernel_name, known)

    async def options(self, platform_name: str, kernel_name: str) -> dict[str, Any]:
        """Return the schemas of a platform's options, fetched anew where its engine declares them.

        Raises ``LauncherError``s.
        """
        platform = await self.services.catalog.get(platform_name)
        backend = self.services.backends.for_platform(platform)
        return {**platform.options, **await backend.options(platform, kernel_name, fresh=True)}

    async def logs(self, cluster_id: str) -> dict[str, Any]:
        """Return what a cluster and its parts wrote; raises ``UnknownError``."""
        return await logs.collect(self._get(cluster_id), self.services)

    async def workers(self, cluster_id: str) -> Sequence[dict[str, Any]]:
        """Return the workers of a cluster one by one; raises ``LauncherError``s."""
        return await workers.present(self._get(cluster_id))

    async def save_preset(self, name: str, given: dict[str, Any]) -> Preset:
        """Save a launch under a name, and return it; raises ``LauncherError``s.

        ``given`` has the shape that the contract gives to a preset.
        """
        known = {key: given[key] for key in FIELDS if given.get(key) is not None}
        preset = Preset(options.check_name(name), own=True, **known)
        kernel_name = await self.services.environments.on_this_host(None)
        await check_preset(self.services, preset, kernel_name)
        await on_disk(self.presets.save, preset)
        return preset

    # The end of a cluster

    async def close(self, cluster_id: str, leave: bool | None = None) -> None:
        """Begin to stop a cluster, or dismiss one that has ended.

        ``leave`` lets a cluster go on that was joined. Where such a cluster may still run, the
        caller must say: what was not started here is not shut down unasked. Raises
        ``LauncherError``s.
        """
        managed = self._get(cluster_id)
        cluster = managed.cluster
        if cluster.state is State.CLOSING:
            raise WrongStateError("This cluster is already being stopped.")
        if leave and not cluster.report.joined:
            raise BadInputError("Only a cluster that was joined can be left. Stop this one.")
        if leave is None and cluster.report.joined and cluster.state is not State.CLOSED:
            raise WrongStateError(
                f"{cluster.name} was already running when you joined it, and others may use it. "
                "Choose whether to leave it running or to shut it down for everyone."
            )
        managed = await self._own(cluster_id, stop=True)
        await managed.take_ended()
        managed.close(bool(leave))
        await managed.saved()  # a stop that was accepted is not lost with this server

    # The server's start and stop

    async def begun(self) -> None:
        """Return when the clusters of earlier servers are listed as they are now."""
        await self._others.begun()

    async def attach(self) -> None:
        """Attach to the clusters of earlier servers; those that still run are ``running`` again."""
        await self._others.begin()
        await on_disk(self.services.store.sweep)
        await prepared.sweep(self.services)
        for cluster in self._polled():
            self.services.backend(cluster).poll_soon(cluster)
        loop = asyncio.get_running_loop()
        jobs = (
            contact.ping(self._clusters, self.services.limits.orphan),
            contact.check(self._clusters),
            self._others.follow(),
            self._others.answer(),
        )
        self._tasks += [loop.create_task(job) for job in jobs]

    async def stop(self, only_launched: bool = False) -> None:
        """Stop all clusters but those that are to keep running, and disconnect from these.

        With ``only_launched`` those of earlier servers keep running, too.
        """
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        if self._beginning:
            await asyncio.wait(self._beginning, timeout=stopping.PATIENCE)
        await self.preparer.stop()
        self.services.backends.hurry()
        await stopping.let_go(
            list(self._clusters.values()),
            lambda managed: not only_launched or managed.cluster.id in self._launched,
            self.services,
        )
        await self.services.backends.stop()

    def _launching(self) -> bool:
        return any(one.state is State.STARTING for one in self.owned())

    async def _completed(
        self, request: dict[str, Any], cwd: str | None = None
    ) -> tuple[dict[str, Any], str | None]:
        """Return a request with all that it refers to, and the folder to start in."""
        if "preset" in request:
            if "from" in request:
                raise BadInputError("Give either a preset or a cluster to launch again.")
            request = await on_disk(self.presets.applied, request)
        if "from" not in request:
            return request, cwd
        known = self.list()
        request, folder = await on_disk(again.repeated, self.services, request, known)
        return request, cwd or folder

    async def _plan(self, request: dict[str, Any]) -> tuple[Platform, Cluster]:
        request, cwd = await self._completed(request)
        platform = await self.services.catalog.get(request["platform"])
        return platform, await plan(self.services, platform, request, self.keep_running, cwd)

    async def _refusals(self, platform: Platform, cluster: Cluster) -> Sequence[str]:
        known = self._others.everything
        return await on_disk(limits.refusals, platform, cluster, known)

    def _changed(self, managed: ManagedCluster, action: str) -> None:
        cluster = managed.cluster
        if action == "removed":
            self._clusters.pop(cluster.id, None)
        self.services.backend(cluster).poll_soon(cluster)
        self._emit(cluster.id, action)

    def _update_queue(self, cluster_id: str, queue: Queue) -> None:
        if cluster_id in self._clusters:
            self._clusters[cluster_id].update_queue(queue)
