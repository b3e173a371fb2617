"""Writes records in a thread: a home directory may be a slow network file system."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from ...models import Cluster

log = logging.getLogger(__name__)


class Writer:
    """Writes records in order, and of each cluster only the newest."""

    def __init__(self, save: Callable[[Cluster], None]) -> None:
        """Write with ``save``."""
        self._save = save
        self._pending: dict[str, Cluster] = {}
        self._writing = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "cluster-records")

    def put(self, cluster: Cluster) -> None:
        """Write a record soon."""
        self._pending[cluster.id] = cluster
        self._thread.submit(self.flush, cluster.id)

    def flush(self, cluster_id: str) -> None:
        """Write the record of a cluster now, where it has not been written yet."""
        with self._writing:
            cluster = self._pending.pop(cluster_id, None)
            if cluster is None:
                return
            try:
                self._save(cluster)
            except OSError as error:  # a full disk may lose the record of a change
                log.warning("The record of cluster %s could not be written: %s", cluster_id, error)
            except Exception:  # whoever waits for it goes on, and lets go of the cluster
                log.exception("The record of cluster %s could not be written", cluster_id)

    def drop(self, cluster_id: str) -> None:
        """Write nothing more of a cluster; one that is being written is waited for."""
        with self._writing:
            self._pending.pop(cluster_id, None)
