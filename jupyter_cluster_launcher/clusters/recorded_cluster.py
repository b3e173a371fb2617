"""One cluster as its record on disk and as the rows show it, by the server that owns it.

Every change goes through ``put``: saved first, then shown.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ..errors import NotAvailableError, WrongStateError
from ..masking import masked
from ..models import Cluster, State, now
from . import usage
from .reconcile import ENDED
from .saved import ownership
from .saved.ownership import Ownership
from .services import Services

log = logging.getLogger(__name__)


class RecordedCluster:
    """One cluster, its record, and the lock of the server that owns it."""

    def __init__(
        self, cluster: Cluster, services: Services, changed: Callable[[str], None]
    ) -> None:
        """Hold ``cluster``; call ``changed`` with "created", "changed", "removed" afterwards."""
        self.cluster = cluster
        self._services, self._changed = services, changed
        self.ownership = Ownership(services.store.root / cluster.id)
        self._saved: Cluster | None = None
        self.gone = False
        self._taking = asyncio.Lock()
        self._releasing: asyncio.Task[None] | None = None
        self.afar = False  # whether another host has it

    async def create(self) -> None:
        """Save a new cluster, then show it; raises ``NotAvailableError`` where it cannot be."""
        await asyncio.to_thread(self._create_record, self.cluster)
        self._changed("created")

    def put(self, cluster: Cluster) -> None:
        """Replace the cluster: save it, show it, emit the event; nothing comes after its end.

        A full disk may lose the record of a change, but not the cluster.
        """
        if self.gone or cluster == self.cluster:
            return
        if cluster.message != self.cluster.message:  # it may be the last output of a kernel
            cluster = replace(cluster, message=masked(cluster.message, os.environ))
        if not self._own():
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

    def _own(self) -> bool:
        """Return whether this server owns the cluster, or does from now on.

        What it owned already goes on without its directory.
        """
        if self.ownership.held:
            return True
        if self.ownership.reading:
            return False
        try:
            self._services.store.directory(self.cluster.id)
            return self.ownership.take()
        except OSError as error:
            log.warning("Cluster %s could not be locked: %s", self.cluster.id, error)
            return False

    async def _take_over(self) -> bool:
        """Become the owner of a cluster without one, and show it; return whether this worked."""
        async with self._taking:
            if self.gone or self.ownership.held:
                return False
            self.ownership.reading = True
            try:
                row, mine = await asyncio.to_thread(self._taken_over)
            finally:
                self.ownership.reading = False
            if mine:
                self._saved = row
            self._show(row)
            return mine

    def _taken_over(self) -> tuple[Cluster | None, bool]:
        """Return the row of a cluster, None where it has gone, and whether this server has it now.

        Reads and locks files, so it is called in a thread.
        """
        record = self._services.store.read(self.cluster.id)
        unreadable = record is not None and not record.readable
        if (
            record is None
            or record.state in ENDED
            or (unreadable and record.state is not State.CLOSING)
        ):
            return record, False
        afar = ownership.seen_from_afar(record, self.ownership)
        self.afar = afar is not None
        try:
            mine = afar is None and self.ownership.take()
        except OSError as error:
            log.warning("Cluster %s could not be locked: %s", record.id, error)
            mine = False
        if mine:  # its last owner may have changed it until now
            record = self._services.store.read(record.id)
        if mine and record is not None:
            return record, True
        if mine:
            self.ownership.release()
        if record is not None and afar is None:
            afar = ownership.seen_from_a_container(record, self.ownership)
            self.afar = afar is not None
        return afar or (record and ownership.shared(record)), False

    async def take_ended(self) -> None:
        """Own a cluster that has ended, or that no server looks after any more.

        Raises ``WrongStateError`` where another server has it.
        """
        async with self._taking:
            if self._releasing is not None:
                self._releasing.cancel()
            if self.ownership.held:
                return
            try:
                owned = await asyncio.to_thread(self.ownership.take_stale)
            except OSError as error:
                raise WrongStateError(f"The cluster cannot be removed: {error.strerror}.") from None
        if not owned:
            raise WrongStateError(
                "Another of your Jupyter servers is changing this cluster. Try again in a minute."
            )

    def _let_others_have_it(self) -> None:
        """Release the lock soon, after the record is as it is shown here."""
        if self.ownership.held and (self._releasing is None or self._releasing.done()):
            if self.cluster != self._saved:
                self._services.store.save_soon(self.cluster)
            self._releasing = asyncio.get_running_loop().create_task(self._release())

    async def _release(self) -> None:
        while True:
            saved = self._saved
            await self._flush()
            if saved is self._saved:  # nothing changed while it was written
                break
        self.ownership.release()

    async def released(self) -> None:
        """Return when the lock is released, if that was to be done."""
        if self._releasing is not None:
            await asyncio.wait([self._releasing])

    def _show(self, record: Cluster | None) -> None:
        """Show the cluster as its record has it, None where that has gone."""
        if record is None:
            self.gone = True
            self._changed("removed")
        else:
            known = self._services.backends.recognized(record)
            if known != self.cluster:
                self.cluster = known
                self._changed("changed")

    async def _flush(self) -> None:
        await asyncio.to_thread(self._services.store.flush, self.cluster.id)

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
