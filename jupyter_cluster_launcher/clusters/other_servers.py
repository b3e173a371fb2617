"""Follows what other servers of the user do with clusters, and takes over what they left."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from ..controller.disk import begin, on_disk
from ..controller.guarded_files import words
from ..errors import NotAvailableError, UnknownError, WrongStateError
from ..models import Cluster, State
from .managed_cluster import ManagedCluster
from .reconcile import ENDED
from .services import Services

EVERY = 10.0  # seconds between two scans of the directory with all clusters
REQUESTS_EVERY = 1.0  # seconds between two looks for requests of other servers
REQUESTS = 5.0  # seconds that such a look may take: far less than ``HAND_OVER``
UPDATES = 30.0  # seconds that a scan waits for its updates: one that hangs must not be the last
HAND_OVER = 15.0  # seconds that another server has to hand over a cluster
# Seconds that a request waits for the first scan. It takes far less, but one controller that does
# not answer must not hold back all other rows.
FIRST = 5.0

Requests = list[tuple[ManagedCluster, str]]
log = logging.getLogger(__name__)


class OtherServers:
    """Keeps the list of clusters as the directory has it, whichever server wrote there."""

    def __init__(
        self,
        clusters: dict[str, ManagedCluster],
        services: Services,
        changed: Callable[[ManagedCluster, str], None],
    ) -> None:
        """Keep ``clusters`` true; ``changed`` is called as by a ``ManagedCluster``."""
        self._clusters, self._services, self._changed = clusters, services, changed
        self._stamps: dict[str, int] = {}
        self._updating: dict[str, asyncio.Task[None]] = {}
        self._looked_at: set[ManagedCluster] = set()  # for requests, by threads
        self._begun = asyncio.Event()
        # What is being launched here is not taken for another server's.
        self._adding = asyncio.Lock()

    async def follow(self) -> None:
        """Scan again and again."""
        try:
            while True:
                await asyncio.sleep(EVERY)
                try:
                    await self.scan()
                except Exception:  # the next scan may work
                    log.exception("The directory with the clusters could not be read")
        finally:
            self._cancel_updates()

    async def answer(self) -> None:
        """Hand over clusters that other servers of this host request."""
        while True:
            await asyncio.sleep(REQUESTS_EVERY)
            try:
                for managed, what in await self._requests():
                    await _hand_over(managed, what)
            except Exception:  # the next look may work
                log.exception("Requests of other servers could not be looked for")

    async def _requests(self) -> Requests:
        """Return the clusters that other servers request, and what for.

        A look at a directory that hangs is not waited for, nor begun a second time.
        """
        found: Requests = []
        owned = [one for one in self._clusters.values() if one.ownership.held]
        look = begin(self._look_for_requests, owned, found)
        if (await asyncio.wait({look}, timeout=REQUESTS))[0]:
            look.result()
        return list(found)

    def _look_for_requests(self, owned: Sequence[ManagedCluster], found: Requests) -> None:
        for managed in owned:
            if managed in self._looked_at:  # another thread still is
                continue
            self._looked_at.add(managed)
            try:
                what = managed.ownership.requested()
            finally:
                self._looked_at.discard(managed)
            if what is not None:
                found.append((managed, what))

    async def begin(self) -> None:
        """Attach to what earlier servers left."""
        try:
            await self._update_all()
        finally:
            self._begun.set()

    async def begun(self) -> None:
        """Return when ``begin`` has come to its end: the HTTP server answers before that.

        Waits for at most ``FIRST`` seconds, and once that was too short no more.
        """
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._begun.wait(), FIRST)
        self._begun.set()

    async def scan(self) -> None:
        """Update all rows; one that fails must not cost the others theirs."""
        self._services.controllers.reap()
        await self._update_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[set[str]]:
        """Give the names of all clusters, and let no other server of this host add one meanwhile.

        That holds for the time in which the next name is chosen and its record is written. Raises
        ``NotAvailableError`` where it cannot be read which clusters there are.
        """
        async with self._services.store.alone(), self._adding:
            try:
                _, new = await on_disk(self._read)
            except OSError as error:
                raise self._unreadable(error) from None
            known = (managed.cluster for managed in self._clusters.values())
            yield {one.name for one in [*known, *new] if one is not None}

    def everything(self) -> list[Cluster]:
        """Return all clusters of the user as they are now, whichever server has them.

        Raises ``NotAvailableError`` where that cannot be read.
        """
        found = []
        try:
            keys = self._services.store.stamps()
        except OSError as error:
            raise self._unreadable(error) from None
        for key in keys:
            managed = self._clusters.get(key)
            if managed is not None and (managed.ownership.held or managed.afar):
                found.append(managed.cluster)
            elif managed is None or managed.cluster.state not in (*ENDED, State.LOST):
                found += filter(None, [self._services.store.read(key)])
        return found

    def _unreadable(self, error: OSError) -> NotAvailableError:
        return NotAvailableError(
            f"The directory with your clusters, {self._services.store.root}, cannot be read: "
            f"{words(error)}. Try again in a minute."
        )

    def _read(self) -> tuple[dict[str, int], list[Cluster | None]]:
        """Return which records there are, as ``Store.stamps``, and those that are new."""
        stamps = self._services.store.stamps()
        return stamps, [
            self._services.store.read(key) for key in stamps if key not in self._clusters
        ]

    async def _update_all(self) -> None:
        async with self._adding:
            stamps, new = await on_disk(self._read)
            for record in new:
                if record is not None and record.id not in self._clusters:
                    self._add(record)
        before, self._stamps = self._stamps, stamps
        begun = []
        for key, managed in list(self._clusters.items()):
            if key in self._updating:  # the last one hangs
                self._stamps.pop(key, None)
                continue
            # What was made and removed between two looks is in neither.
            unchanged = key in stamps and before.get(key) == stamps[key]
            update = asyncio.ensure_future(self._update(managed, unchanged))
            self._updating[key] = update
            update.add_done_callback(partial(self._updated, key))
            begun.append(update)
        try:
            if begun:
                await asyncio.wait(begun, timeout=UPDATES)
        except asyncio.CancelledError:
            self._cancel_updates()
            raise

    def _cancel_updates(self) -> None:
        for update in self._updating.values():
            update.cancel()

    def _updated(self, key: str, update: asyncio.Task[None]) -> None:
        del self._updating[key]
        if not update.cancelled() and update.exception() is not None:
            log.error("A cluster could not be updated", exc_info=update.exception())

    def _add(self, record: Cluster) -> None:
        known = self._services.backends.recognized(record)
        managed = ManagedCluster(known, self._services, self._changed)
        self._clusters[record.id] = managed
        self._changed(managed, "created")

    async def _update(self, managed: ManagedCluster, unchanged: bool) -> None:
        if managed.ownership.held:
            await managed.look_after()
        elif not (unchanged and managed.cluster.state in ENDED):
            await managed.attach()


async def _hand_over(managed: ManagedCluster, what: str) -> None:
    log.info("Another server takes over cluster %s", managed.cluster.id)
    try:
        await managed.hand_over(what == "stop")
    except Exception:  # other clusters are requested, too
        log.exception("Cluster %s could not be handed over", managed.cluster.id)


async def claim(managed: ManagedCluster, stop: bool = False) -> None:
    """Have another server of this host hand over its cluster, with ``stop`` to be stopped.

    Raises ``WrongStateError`` where it does not, or where another host has the cluster, and
    ``UnknownError`` where the cluster has ended.
    """
    if managed.cluster.state is State.ELSEWHERE or (managed.afar and not stop):
        raise WrongStateError(f"{managed.cluster.message} Stop or change it from there.")
    nobodys = managed.cluster.state in ENDED or managed.afar or not managed.cluster.readable
    if managed.ownership.held or nobodys:
        return
    loop, ownership = asyncio.get_running_loop(), managed.ownership
    deadline = loop.time() + HAND_OVER
    await on_disk(ownership.request, stop)
    try:
        while not ownership.held:
            await managed.attach()
            if managed.gone:
                raise UnknownError("There is no such cluster: it has just been stopped.")
            if managed.cluster.state in ENDED:
                return
            if managed.trouble:
                raise WrongStateError(managed.trouble)
            if not ownership.held and loop.time() > deadline:
                state = managed.cluster.state.value
                raise WrongStateError(
                    f"This cluster is {state} in another of your Jupyter servers, which does not "
                    "hand it over now. Try again in a minute, or use it from there."
                )
            await asyncio.sleep(0 if ownership.held else 0.1)
        if not stop:
            await managed.attached()
    finally:
        await on_disk(ownership.withdraw)
