"""What a user can change about an existing cluster."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

from ..controller.disk import on_disk
from ..errors import UnknownError, WrongStateError
from ..models import Cluster, State
from ..platforms import options
from .launching import limits
from .launching.request import check_renewal, check_scalable
from .managed_cluster import ManagedCluster
from .other_servers import OtherServers, claim
from .services import Services

TAKEN = (
    "Another of your Jupyter servers is changing or removing this cluster, or its directory cannot "
    "be written to. Try again in a minute."
)


class Changes:
    """The clusters of one Jupyter server, each of which can be changed."""

    def __init__(self, services: Services, changed: Callable[[ManagedCluster, str], None]) -> None:
        """Have no clusters yet; ``changed`` is called as by a ``ManagedCluster``."""
        self.services = services
        self._clusters: dict[str, ManagedCluster] = {}
        self._others = OtherServers(self._clusters, services, changed)

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
            "renew_for": self.set_renewal,
            "keep": self.extend,
        }
        ((what, given),) = request.items()
        return await changes[what](cluster_id, given)

    async def scale(self, cluster_id: str, workers: int) -> Cluster:
        """Request a number of workers, and end adaptive scaling; raises ``LauncherError``s."""
        managed = await self._running(cluster_id, "scaled")
        check_scalable(managed.cluster)
        workers = options.check_workers(managed.cluster.scaling, workers)
        return await self._resize(managed, {"requested": workers, "adapt": None}, "scale", workers)

    async def adapt(self, cluster_id: str, wanted: dict[str, int]) -> Cluster:
        """Let the number of workers follow the load; raises ``LauncherError``s."""
        managed = await self._running(cluster_id, "scaled")
        cluster = managed.cluster
        check_scalable(cluster)
        adapt = options.check_adapt(cluster.platform_title, cluster.scaling, wanted)
        bounds = (adapt.minimum, adapt.maximum)
        return await self._resize(managed, {"adapt": adapt}, "adapt", *bounds)

    async def _resize(
        self, managed: ManagedCluster, size: dict[str, Any], function: str, *numbers: int
    ) -> Cluster:
        """Change the size of a cluster, in its record and by a function of its controller."""
        async with self._turn(managed.cluster.platform) as allowance:
            if allowance is not None:
                wanted = replace(managed.cluster, **size)
                await on_disk(allowance.check, wanted, managed.cluster)
            await managed.connection.call(function, *numbers, unit=managed.cluster.scaling.unit)
            _record(managed, **size)
            if allowance is not None:  # other servers count by the record
                await on_disk(self.services.store.flush, managed.cluster.id)
        return managed.cluster

    async def rename(self, cluster_id: str, name: str) -> Cluster:
        """Give a cluster another name."""
        return await self._put(cluster_id, name=options.check_name(name))

    async def set_keep_running(self, cluster_id: str, keep: bool) -> Cluster:
        """Set whether a cluster outlives an orderly stop of the server."""
        return await self._put(cluster_id, keep_running=keep)

    async def set_idle_timeout(self, cluster_id: str, timeout: float | None) -> Cluster:
        """Set after how many idle seconds a cluster shuts down, None for never."""
        managed = await self._running(cluster_id, "changed")
        await managed.connection.call("keep", idle_timeout=timeout)
        _record(managed, idle_timeout=timeout)
        return managed.cluster

    async def set_renewal(self, cluster_id: str, seconds: float | None) -> Cluster:
        """Keep the jobs of a cluster for so many seconds from now, None for one time limit."""
        managed = await self._running(cluster_id, "changed")
        one = managed.cluster
        check_renewal(one.platform_title, one.batch, one.preparation, one.adapt)
        await managed.connection.call("renew", seconds)
        _record(managed, renew_for=seconds)
        return managed.cluster

    async def restart_worker(self, cluster_id: str, worker: str) -> None:
        """Restart the worker with this address; raises ``LauncherError``s."""
        managed = await self._running(cluster_id, "changed")
        await managed.connection.call("restart_worker", worker)

    async def extend(self, cluster_id: str, keep: bool = True) -> Cluster:
        """Restart the idle timer of a cluster."""
        managed = await self._running(cluster_id, "kept")
        if keep:
            await managed.connection.call("keep")
        return managed.cluster

    @contextlib.asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[limits.Allowance | None]:
        """Yield what the user may have on the platform of a name, as ``limits.turn``."""
        platform = None  # a cluster may outlive the file of its platform
        with contextlib.suppress(UnknownError):
            platform = await self.services.catalog.get(name)
        async with limits.turn(self.services, platform, self._others.everything) as allowance:
            yield allowance

    def _get(self, cluster_id: str) -> ManagedCluster:
        try:
            return self._clusters[cluster_id]
        except KeyError:
            raise UnknownError("There is no such cluster: it may have been stopped.") from None

    async def _put(self, cluster_id: str, **changes: Any) -> Cluster:
        """Change the record of a cluster; raises ``LauncherError``s."""
        managed = await self._own(cluster_id)
        if not managed.cluster.readable:  # what is shown of it is not to become its record
            raise WrongStateError(
                "The record of this cluster cannot be read, so it cannot be changed."
            )
        if not await managed.change(**changes):
            raise WrongStateError(TAKEN)
        return managed.cluster

    async def _own(self, cluster_id: str, stop: bool = False) -> ManagedCluster:
        """Return a cluster that this server owns now; another server may have to hand it over."""
        managed = self._get(cluster_id)
        await claim(managed, stop)
        return managed

    async def _running(self, cluster_id: str, what: str) -> ManagedCluster:
        managed = self._get(cluster_id)
        if managed.cluster.state is State.RUNNING:
            await claim(managed)
        state = managed.cluster.shown_state
        if state is not State.RUNNING:
            raise WrongStateError(f"A cluster that is {state.value} cannot be {what}.")
        return managed


def _record(managed: ManagedCluster, **changes: Any) -> None:
    """Record what a controller has changed; another server may have taken the cluster meanwhile."""
    if not managed.ownership.held or managed.handed_over:
        raise WrongStateError(TAKEN)
    managed.put(replace(managed.cluster, **changes))
