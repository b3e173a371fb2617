"""The clusters of one Jupyter server: what a person may ask of them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..models import BadInputError, Cluster, State, UnknownError, WrongStateError
from ..platforms import options
from ..platforms.files import Platform
from . import logs, preflight
from . import other_servers as neighbours
from .managed_cluster import Life
from .request import plan
from .services import House

HEARD_EVERY = 300.0  # seconds between two signs of life to the controllers

log = logging.getLogger(__name__)


class ClusterManager:
    """Starts, scales, closes and lists clusters, and attaches to those of an earlier server."""

    def __init__(
        self, house: House, bell: Callable[[str, str], None], keep_running: bool = False
    ) -> None:
        """Manage the clusters of ``house``; ``bell(id, action)`` is rung after each change.

        ``keep_running`` is what holds for a cluster where the person did not say.
        """
        self.house, self.keep_running = house, keep_running
        self._bell = bell
        self._lives: dict[str, Life] = {}
        self._tasks: list[asyncio.Task[None]] = []
        house.batch.follow(self.list, lambda cluster_id, queue: self._life(cluster_id).hear(queue))

    def list(self) -> list[Cluster]:
        """Return all clusters, oldest first."""
        clusters = (life.cluster for life in self._lives.values())
        return sorted(clusters, key=lambda cluster: (cluster.created, cluster.id))

    def get(self, cluster_id: str) -> Cluster:
        """Return a cluster; raises ``UnknownError``."""
        return self._life(cluster_id).cluster

    async def start(self, request: dict[str, Any], cwd: str | None = None) -> Cluster:
        """Begin to start the cluster that a request describes, and return it as it starts.

        Raises ``BadInputError``, ``UnknownError`` and ``NotAvailableError``; nothing is left then.
        """
        cluster = await self._plan(request, cwd)
        preflight.check_interface(self.house.platforms.get(cluster.platform), cluster.options)
        life = Life(cluster, self.house, self._changed)
        life.launch()
        self._lives[cluster.id] = life
        return life.cluster

    async def scale(self, cluster_id: str, given: Any) -> Cluster:
        """Ask for a number of workers, and end adapting; raises ``LauncherError``s."""
        life, platform = self._running(cluster_id, "scaled")
        workers = options.check_workers(platform, "none" if given is None else given)
        await life.link.call("scale", workers, unit=_unit(platform))
        life.put(replace(life.cluster, requested=workers, adapt=None))
        return life.cluster

    async def adapt(self, cluster_id: str, given: Any) -> Cluster:
        """Let the number of workers follow the load; raises ``LauncherError``s."""
        life, platform = self._running(cluster_id, "scaled")
        adapt = options.check_adapt(platform, {} if given is None else given)
        if adapt is None:
            return life.cluster
        await life.link.call("adapt", adapt.minimum, adapt.maximum, unit=_unit(platform))
        life.put(replace(life.cluster, adapt=adapt))
        return life.cluster

    async def preview(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the code that a request would run; raises ``LauncherError``s."""
        cluster = await self._plan(request)
        platform = self.house.platforms.get(cluster.platform)
        return {
            "create": cluster.create,
            "summary": preflight.sum_up(platform, cluster),
            "warnings": preflight.doubts(platform, cluster.options),
        }

    async def check(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the job script of a request, and what the batch system says to it.

        Raises ``LauncherError``s.
        """
        cluster, house = await self._plan(request), self.house
        platform, directory = house.platforms.get(cluster.platform), house.store.root / "ID"
        return await preflight.check(platform, cluster, house.environments, directory)

    async def found(self, platform_name: str, kernel_name: str) -> Sequence[dict[str, str]]:
        """Return one's own clusters that were made elsewhere; raises ``LauncherError``s."""
        if not self.house.platforms.finds(self.house.platforms.get(platform_name)):
            return []
        known = {life.cluster.report.name or "" for life in self._lives.values()}
        return await self.house.platforms.gateways.found(kernel_name, known)

    async def change(self, cluster_id: str, request: dict[str, Any]) -> Cluster:
        """Change the one thing that a request names; raises ``LauncherError``s."""
        changes = {
            "workers": self.scale,
            "adapt": self.adapt,
            "name": self.rename,
            "keep_running": self.set_keep_running,
            "idle_timeout": self.set_idle_timeout,
            "keep": self.keep,
        }
        if len(request) != 1 or not set(request) <= set(changes):
            raise BadInputError(f"A change names exactly one of: {', '.join(changes)}.")
        ((what, given),) = request.items()
        return await changes[what](cluster_id, given)

    async def logs(self, cluster_id: str) -> dict[str, Any]:
        """Return what a cluster and its parts have said; raises ``UnknownError``."""
        return await logs.collect(self._life(cluster_id), self.house.store)

    async def rename(self, cluster_id: str, given: Any) -> Cluster:
        """Give a cluster another name."""
        life = self._own(cluster_id)
        life.put(replace(life.cluster, name=options.check_name(given)))
        return life.cluster

    async def set_keep_running(self, cluster_id: str, given: Any) -> Cluster:
        """Say whether a cluster outlives an orderly stop of the server."""
        life = self._own(cluster_id)
        flag = options.check_flag("Keep running", given, self.keep_running)
        life.put(replace(life.cluster, keep_running=flag))
        return life.cluster

    async def set_idle_timeout(self, cluster_id: str, given: Any) -> Cluster:
        """Say after how many idle seconds a cluster closes, None for never."""
        life, _ = self._running(cluster_id, "changed")
        timeout = options.check_idle_timeout(given)
        await life.link.call("keep", idle_timeout=timeout)
        life.put(replace(life.cluster, idle_timeout=timeout))
        return life.cluster

    async def keep(self, cluster_id: str, given: Any) -> Cluster:
        """Begin the idle time of a cluster anew."""
        life, _ = self._running(cluster_id, "kept")
        if options.check_flag("Keep", given, True):
            await life.link.call("keep")
        return life.cluster

    def close(self, cluster_id: str, leave: bool | None = None) -> None:
        """Begin to close a cluster, or dismiss one that has ended.

        ``leave`` lets go of a cluster that was joined, without shutting it down. Where such a
        cluster may still run, that has to be said: what was not started here is not shut down
        unasked. Raises ``LauncherError``s.
        """
        life = self._own(cluster_id)
        cluster = life.cluster
        if cluster.state is State.CLOSING:
            raise WrongStateError("This cluster is being stopped already.")
        if leave and not cluster.report.joined:
            raise BadInputError(
                "Only a cluster that was joined can be left: this one must be stopped."
            )
        if leave is None and cluster.report.joined and cluster.state is not State.CLOSED:
            raise WrongStateError(
                f"{cluster.name} was already running when you joined it, and others may use it. "
                "Say whether to leave it running or to shut it down for everyone."
            )
        life.close(bool(leave))

    async def attach(self) -> None:
        """Take in the clusters of earlier servers; those that still run are ``running`` again."""
        for cluster in self.house.store.load():
            self._lives[cluster.id] = Life(cluster, self.house, self._changed)
        attached = (life.attach() for life in list(self._lives.values()))
        for error in await asyncio.gather(*attached, return_exceptions=True):
            if error is not None:  # one that cannot be attached to must not cost the others theirs
                log.error("A cluster could not be attached to", exc_info=error)
        for cluster in self.list():
            self.house.batch.wake(cluster)
        loop = asyncio.get_running_loop()
        following = neighbours.follow(self._lives, self.house.store, self._changed)
        self._tasks = [loop.create_task(self._speak()), loop.create_task(following)]

    async def stop(self) -> None:
        """Close all clusters but those that are to keep running, and let go of these."""
        for task in self._tasks:
            task.cancel()
        self.house.batch.hurry = True
        live = (State.STARTING, State.RUNNING)
        closing = [
            life.close(leave=life.cluster.report.joined)
            for life in list(self._lives.values())
            if life.cluster.state in live and not life.cluster.keep_running
        ]
        if closing:
            await asyncio.wait(closing, timeout=self.house.limits.close + 10)
        for life in self._lives.values():
            life.detach()
        await self.house.batch.stop()

    async def _plan(self, request: dict[str, Any], cwd: str | None = None) -> Cluster:
        taken = {life.cluster.name for life in self._lives.values()}
        return await plan(self.house, request, taken, self.keep_running, cwd)

    def _changed(self, life: Life, action: str) -> None:
        if action == "removed":
            self._lives.pop(life.cluster.id, None)
        self.house.batch.wake(life.cluster)
        self._bell(life.cluster.id, action)

    async def _speak(self) -> None:
        """Tell the controllers that a server is there, before they believe otherwise."""
        orphan = self.house.limits.orphan
        pause = HEARD_EVERY if orphan is None else min(HEARD_EVERY, orphan / 3)
        while True:
            await asyncio.sleep(pause)
            greeted = (life.link.greet() for life in list(self._lives.values()))
            for error in await asyncio.gather(*greeted, return_exceptions=True):
                if error is not None:  # the others must go on hearing of this server
                    log.error("A controller could not be spoken to", exc_info=error)

    def _life(self, cluster_id: str) -> Life:
        try:
            return self._lives[cluster_id]
        except KeyError:
            raise UnknownError(
                "There is no such cluster: it may have been stopped already."
            ) from None

    def _own(self, cluster_id: str) -> Life:
        """Return a cluster of this server; the record of another's is not ours to write."""
        life = self._life(cluster_id)
        if life.cluster.state is State.ELSEWHERE:
            raise WrongStateError(f"{life.cluster.message} Stop or change it from there.")
        return life

    def _running(self, cluster_id: str, what: str) -> tuple[Life, Platform]:
        life = self._life(cluster_id)
        if life.cluster.state is not State.RUNNING:
            raise WrongStateError(f"A cluster that is {life.cluster.state.value} cannot be {what}.")
        return life, self.house.platforms.get(life.cluster.platform)


def _unit(platform: Platform) -> str:
    return "jobs" if platform.workers.get("scale") == "jobs" else "workers"
