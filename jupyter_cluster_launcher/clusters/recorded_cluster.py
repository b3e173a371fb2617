"""One cluster as its record on disk and as the rows show it, by the server that owns it.

Every change goes through ``put``: saved first, then shown.
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..controller.disk import on_disk
from ..errors import NotAvailableError
from ..masking import masked
from ..models import Cluster, State, now
from . import usage
from .owned_cluster import OwnedCluster
from .reconcile import ENDED

log = logging.getLogger(__name__)


class RecordedCluster(OwnedCluster):
    """One cluster and its record."""

    async def create(self) -> None:
        """Save a new cluster, then show it; raises ``NotAvailableError`` where it cannot be."""
        await on_disk(self._create_record, self.cluster)
        self._changed("created")

    def put(self, cluster: Cluster) -> None:
        """Replace the cluster: save it, show it, emit the event; nothing comes after its end.

        It stays as it is where this server does not own it, or is about to hand it over. What a
        full disk does not take is saved later, see ``keep``.
        """
        if self.gone or cluster == self.cluster:
            return
        if cluster.message != self.cluster.message:  # it may be the last output of a kernel
            cluster = replace(cluster, message=masked(cluster.message, os.environ))
        if not self.ownership.held or self.handed_over:
            return
        cluster = self._with_end(cluster)
        if _steady(cluster) != _steady(self._saved):
            self._saved = cluster
            self._services.store.save_soon(cluster)
        if cluster.state is not self.cluster.state:
            _log_state(cluster)
        self.cluster = cluster
        if cluster.state in ENDED:  # any server may dismiss it
            self._let_others_have_it()
        self._changed("changed")

    def _with_end(self, cluster: Cluster) -> Cluster:
        """Return the cluster with the time of its end, once it ends, and keep what it has used."""
        given_up = self.cluster.state is State.LOST and cluster.state is State.CLOSING
        if cluster.ended or not (given_up or cluster.state in ENDED):
            return cluster
        cluster = replace(cluster, ended=now())
        self._keep_used(cluster, "lost" if given_up else cluster.state.value)
        return cluster

    def _keep_used(self, cluster: Cluster, state: str) -> None:
        """Add a cluster that was launched here to the history; ``state`` is as in ``Entry``."""
        if cluster.readable and not cluster.report.joined:
            status = self._services.backend(cluster).status(cluster, datetime.now().astimezone())
            self._services.store.history.add_soon(usage.entry(cluster, status, state))

    def _create_record(self, cluster: Cluster) -> None:
        store = self._services.store
        try:
            store.directory(cluster.id)
            self.ownership.take()
            store.save(cluster)
        except OSError as error:
            raise NotAvailableError(
                f"The cluster cannot be launched, because nothing can be written in "
                f"{store.root}: {error.strerror}."
            ) from None
        self._saved = cluster

    async def change(self, **changes: Any) -> bool:
        """Put a change of a cluster that this server owns, or one that has ended and has no owner.

        Returns False where another server has it, or has removed it.
        """
        if self.gone or not await self._own():
            return False
        self.put(replace(self.cluster, **changes))
        if self.cluster.state in ENDED:
            self._let_others_have_it()
        return True

    def _remove(self) -> None:
        if self.cluster.readable and not self.cluster.report.joined:
            self._services.store.keep(self.cluster)
        self._services.store.remove(self.cluster.id, self.ownership.release)


def _steady(cluster: Cluster | None) -> Cluster | None:
    """Return a cluster without its meters, which are not worth a record of their own."""
    if cluster is None:
        return None
    report = replace(cluster.report, usage=None, used=None, closes_at=None)
    return replace(cluster, report=report)


def _log_state(cluster: Cluster) -> None:
    trouble = cluster.state in (State.FAILED, State.LOST)
    level = logging.WARNING if trouble else logging.INFO
    log.log(level, "Cluster %s is %s. %s", cluster.id, cluster.state.value, cluster.message)
