"""Threads and memory of one host, shared out among the workers of a cluster."""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Callable, Collection
from concurrent.futures import Future
from typing import Any


class Sharing:
    """Shares out what the user has not set: "nthreads", "memory_limit"."""

    def __init__(self, names: Collection[str]) -> None:
        """Share out what ``names`` says."""
        self.names = names
        self._lock: asyncio.Lock | None = None  # made on the cluster's loop
        self._newest = 0

    def prepare(self, cluster: Any, workers: int) -> None:
        """Give the workers that come from now on what each of ``workers`` has."""
        options = {**cluster.new_spec["options"], **shares(self.names, workers)}
        if options != cluster.new_spec["options"]:
            cluster.new_spec = {**cluster.new_spec, "options": options}

    def scale(
        self,
        cluster: Any,
        workers: int,
        most: int | None = None,
        then: Callable[[], object] = lambda: None,
    ) -> Future[None]:
        """Ask for a number of workers, each with its share of ``most`` (else of as many).

        Dask cannot change a worker, so those with another share are replaced: the new ones come
        first, and take over the data of the old ones. Calls ``then`` when that is done, unless
        another request has come meanwhile. Returns at once.
        """
        self._newest += 1
        self.prepare(cluster, most or workers)
        work = self._replace(cluster, workers, self._newest, then)
        return asyncio.run_coroutine_threadsafe(work, cluster.loop.asyncio_loop)

    async def _replace(
        self, cluster: Any, workers: int, number: int, then: Callable[[], object]
    ) -> None:
        self._lock = self._lock or asyncio.Lock()
        async with self._lock:
            if number != self._newest:
                return
            try:
                await self._make_room(cluster, workers)
                cluster.scale(workers)
                await cluster
            except Exception:  # as of a worker that does not start; to the launch log
                traceback.print_exc(file=sys.stderr)
            if number == self._newest:
                then()

    async def _make_room(self, cluster: Any, workers: int) -> None:
        """Replace the workers that have another share than new ones get."""
        share = cluster.new_spec["options"]
        old = [name for name, one in cluster.worker_spec.items() if one["options"] != share]
        if not old or not workers:
            return
        # Straight into the specification: ``scale`` would take the old ones away first.
        for _ in range(workers - (len(cluster.worker_spec) - len(old))):
            cluster.worker_spec.update(cluster.new_worker_spec())
        await cluster
        # Dask's own scaling looks for these names among addresses, so that their data is lost.
        await cluster.scheduler.retire_workers(names=old)
        for name in old:
            cluster.worker_spec.pop(name, None)


def shares(names: Collection[str], workers: int) -> dict[str, int]:
    """Return the arguments of each of ``workers`` workers on this host; memory in bytes."""
    from distributed.system import MEMORY_LIMIT  # noqa: PLC0415 - Dask may be missing

    workers = max(1, workers)
    each = {
        # As the create code and ``LocalCluster`` have them, so that nothing is replaced in vain.
        "nthreads": max(1, (os.cpu_count() or 1) // workers),
        "memory_limit": int(MEMORY_LIMIT * (1 / workers)),
    }
    return {name: each[name] for name in names}
