"""Writes records in a thread: a home directory may be a slow network file system."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from functools import partial

from ...controller.disk import InOrder
from ...models import Cluster

PATIENCE = 10.0  # seconds to wait for a record that is being written

log = logging.getLogger(__name__)


class Writer:
    """Writes records in order, and of each cluster only the newest.

    What cannot be written stays pending: ``flush`` tries it again.
    """

    def __init__(self, save: Callable[[Cluster], None]) -> None:
        """Write with ``save``."""
        self._save = save
        self._pending: dict[str, Cluster] = {}
        self._failed: set[str] = set()  # clusters of which the log says so already
        # One for each cluster: a directory that hangs must not hold back the other records.
        self._writing: dict[str, threading.Lock] = {}
        self._thread = InOrder()

    def put(self, cluster: Cluster) -> None:
        """Write a record soon."""
        self._pending[cluster.id] = cluster
        self._thread.soon(partial(self.flush, cluster.id))

    def soon(self, work: Callable[[], None]) -> None:
        """Do other work on the disk in the same thread, after what is to be written by now."""
        self._thread.soon(work)

    def finish(self, limit: float) -> bool:
        """Wait at most ``limit`` seconds for all of that; return whether it was tried."""
        return self._thread.finish(limit)

    def flush(self, cluster_id: str) -> bool:
        """Write the record of a cluster now, where it has not been written yet.

        Returns whether it is as it was last to be written. Nothing waits here for ever for a disk
        that hangs, but what uses it.
        """
        lock = self._lock(cluster_id)
        if not lock.acquire(timeout=PATIENCE):
            return False
        try:
            cluster = self._pending.pop(cluster_id, None)
            if cluster is None:
                return True
            try:
                self._save(cluster)
            except OSError as error:  # such as a full disk
                self._pending.setdefault(cluster_id, cluster)  # unless there is a newer one
                if cluster_id not in self._failed:  # it is tried again and again
                    log.warning("The record of cluster %s is not written: %s", cluster_id, error)
                self._failed.add(cluster_id)
                return False
            except Exception:  # no other try would help: whoever waits for it goes on
                log.exception("The record of cluster %s could not be written", cluster_id)
            self._failed.discard(cluster_id)
            return True
        finally:
            lock.release()

    def drop(self, cluster_id: str) -> None:
        """Write nothing more of a cluster; what is being written is waited for."""
        with self._lock(cluster_id):
            self._pending.pop(cluster_id, None)
            self._failed.discard(cluster_id)
            self._writing.pop(cluster_id, None)

    def _lock(self, cluster_id: str) -> threading.Lock:
        return self._writing.setdefault(cluster_id, threading.Lock())
