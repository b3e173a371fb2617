"""The clusters of one Jupyter server, and everything a user can do with them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from ..backends.facts import Check, Found, Start
from ..errors import BadInputError, UnknownError, WrongStateError
from ..jobs import Queue
from ..models import Cluster, State
from ..platforms import options
from . import again, contact, logs, other_servers, preflight, prepared
from .managed_cluster import ManagedCluster
from .preparer import Preparer
from .reconcile import ENDED
from .request import check_scalable, plan
from .services import Services


class ClusterManager:
    """Launches, scales, stops and lists clusters, and attaches to those of an earlier server."""

    def __init__(
        self, services: Services, emit: Callable[[str, str], None], keep_running: bool = False
    ) -> None:
        """Manage clusters with ``services``; ``emit(id, action)`` is called after each change.

        ``keep_running`` holds for a cluster where the user did not say.
        """
        self.services, self.keep_running = services, keep_running
        self._emit = emit
        self._clusters: dict[str, ManagedCluster] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.preparer = Preparer(services, self._launching)
        self._others = other_servers.OtherServers(self._clusters, services, self._changed)
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
        cluster = await self._plan(request, cwd)
        platform = self.services.catalog.get(cluster.platform)
        self.services.backend(cluster).refuse(platform, cluster.options)
        with self.preparer.used_for(cluster) as (cluster, ready):
            managed = ManagedCluster(cluster, self.services, self._changed, ready)
            managed.launch()
        self._clusters[cluster.id] = managed
        return managed.cluster

    async def preview(self, request: dict[str, Any]) -> preflight.Preview:
        """Return the code that a request would run; raises ``LauncherError``s."""
        return preflight.preview(self.services, await self._plan(request))

    async def check(self, request: dict[str, Any]) -> tuple[Check, Sequence[str]]:
        """Return the engine's verdict on a request, and warnings; raises ``LauncherError``s."""
        return await preflight.check(self.services, await self._plan(request))

    async def starts(self, request: dict[str, Any]) -> Sequence[Start]:
        """Return when a request would start, and when in other ways; raises ``LauncherError``s."""
        return await preflight.starts(self.services, await self._plan(request))

    async def found(self, platform_name: str, kernel_name: str) -> Sequence[Found]:
        """Return the user's clusters that were made elsewhere; raises ``LauncherError``s."""
        platform = self.services.catalog.get(platform_name)
        known = {managed.cluster.report.name or "" for managed in self._clusters.values()}
        return await self.services.backends.for_platform(platform).discover(kernel_name, known)

    async def options(self, platform_name: str, kernel_name: str) -> dict[str, Any]:
        """Return the schemas of a platform's options, fetched anew where its engine declares them.

        Raises ``LauncherError``s.
        """
        platform = self.services.catalog.get(platform_name)
        backend = self.services.backends.for_platform(platform)
        return {**platform.options, **await backend.options(platform, kernel_name, fresh=True)}

    async def logs(self, cluster_id: str) -> dict[str, Any]:
        """Return what a cluster and its parts wrote; raises ``UnknownError``."""
        return await logs.collect(self._get(cluster_id), self.services)

    # Changes

    async def change(self, cluster_id: str, request: dict[str, Any]) -> Cluster:
        """Change the one thing that a request names; raises ``LauncherError``s.

        ``request`` has the shape that the contract gives to a change.
        """
        changes: dict[str, Callable[[str, Any], Awaitable[Cluster]]] = {
            "workers": self.scale,
            "adapt": self.adapt,
            "name": self.rename,
            "keep_running": self.set_keep_running,
            "idle_timeout": self.set_idle_timeout,
            "keep": self.extend,
        }
        ((what, given),) = request.items()
        return await changes[what](cluster_id, given)

    async def scale(self, cluster_id: str, workers: int) -> Cluster:
        """Request a number of workers, and end adaptive scaling; raises ``LauncherError``s."""
        managed = await self._running(cluster_id, "scaled")
        check_scalable(managed.cluster)
        scaling = managed.cluster.scaling
        workers = options.check_workers(scaling, workers)
        await managed.connection.call("scale", workers, unit=scaling.unit)
        managed.put(replace(managed.cluster, requested=workers, adapt=None))
        return managed.cluster

    async def adapt(self, cluster_id: str, bounds: dict[str, int]) -> Cluster:
        """Let the number of workers follow the load; raises ``LauncherError``s."""
        managed = await self._running(cluster_id, "scaled")
        cluster, scaling = managed.cluster, managed.cluster.scaling
        check_scalable(cluster)
        adapt = options.check_adapt(cluster.platform_title, scaling, bounds)
        await managed.connection.call("adapt", adapt.minimum, adapt.maximum, unit=scaling.unit)
        managed.put(replace(managed.cluster, adapt=adapt))
        return managed.cluster

    async def rename(self, cluster_id: str, name: str) -> Cluster:
        """Give a cluster another name."""
        managed = await self._own(cluster_id)
        managed.put(replace(managed.cluster, name=options.check_name(name)))
        return managed.cluster

    async def set_keep_running(self, cluster_id: str, keep: bool) -> Cluster:
        """Set whether a cluster outlives an orderly stop of the server."""
        managed = await self._own(cluster_id)
        managed.put(replace(managed.cluster, keep_running=keep))
        return managed.cluster

    async def set_idle_timeout(self, cluster_id: str, timeout: float | None) -> Cluster:
        """Set after how many idle seconds a cluster shuts down, None for never."""
        managed = await self._running(cluster_id, "changed")
        await managed.connection.call("keep", idle_timeout=timeout)
        managed.put(replace(managed.cluster, idle_timeout=timeout))
        return managed.cluster

    async def extend(self, cluster_id: str, keep: bool = True) -> Cluster:
        """Restart the idle timer of a cluster."""
        managed = await self._running(cluster_id, "kept")
        if keep:
            await managed.connection.call("keep")
        return managed.cluster

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
        managed.close(bool(leave))

    # The server's start and stop

    async def attach(self) -> None:
        """Attach to the clusters of earlier servers; those that still run are ``running`` again."""
        self.services.store.sweep()
        await prepared.sweep(self.services)
        await self._others.begin()
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

    async def stop(self) -> None:
        """Stop all clusters but those that are to keep running, and disconnect from these."""
        for task in self._tasks:
            task.cancel()
        await self.preparer.stop()
        self.services.backends.hurry()
        clusters = list(self._clusters.values())
        for managed in clusters:
            managed.let_go()
        closing = [asyncio.ensure_future(one.settled()) for one in clusters if one.ownership.held]
        if closing:
            await asyncio.wait(closing, timeout=self.services.limits.close + 10)
        for managed in clusters:
            managed.detach()
        await self.services.backends.stop()

    def _launching(self) -> bool:
        return any(one.state is State.STARTING for one in self.owned())

    async def _plan(self, request: dict[str, Any], cwd: str | None = None) -> Cluster:
        if "from" in request:
            request, folder = again.repeated(self.services, request, self.list())
            cwd = cwd or folder
        return await plan(self.services, request, self._others.names, self.keep_running, cwd)

    def _changed(self, managed: ManagedCluster, action: str) -> None:
        cluster = managed.cluster
        if action == "removed":
            self._clusters.pop(cluster.id, None)
        self.services.backend(cluster).poll_soon(cluster)
        self._emit(cluster.id, action)

    def _update_queue(self, cluster_id: str, queue: Queue) -> None:
        if cluster_id in self._clusters:
            self._clusters[cluster_id].update_queue(queue)

    def _get(self, cluster_id: str) -> ManagedCluster:
        try:
            return self._clusters[cluster_id]
        except KeyError:
            raise UnknownError("There is no such cluster: it may have been stopped.") from None

    async def _own(self, cluster_id: str, stop: bool = False) -> ManagedCluster:
        """Return a cluster that this server owns now; another server may have to hand it over."""
        managed = self._get(cluster_id)
        await other_servers.claim(managed, stop)
        return managed

    async def _running(self, cluster_id: str, what: str) -> ManagedCluster:
        managed = self._get(cluster_id)
        if managed.cluster.state is State.RUNNING:
            await other_servers.claim(managed)
        state = managed.cluster.state
        if state is not State.RUNNING:
            raise WrongStateError(f"A cluster that is {state.value} cannot be {what}.")
        return managed
