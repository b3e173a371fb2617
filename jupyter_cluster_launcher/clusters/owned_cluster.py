"""One cluster and its lock: taken over from other servers, kept, and released to them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from ..controller.disk import begin, on_disk
from ..errors import WrongStateError
from ..models import Cluster, State
from ..platforms.code.connectcode import KEY
from .reconcile import ENDED
from .saved import others_rows
from .saved.ownership import Ownership
from .services import Services

DISK_LIMIT = 10.0  # seconds to wait for a disk that may not answer, where work can go on without

log = logging.getLogger(__name__)


class OwnedCluster:
    """One cluster, as its row shows it, and the lock of the server that owns it."""

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
        self.handed_over = False  # whether the lock is about to go to another server
        self.deleted = False  # whether files are gone that others need to connect
        self.trouble = ""  # why this server can neither own it nor ask another for it

    async def _own(self) -> bool:
        """Return whether this server owns the cluster, or one that has ended from now on."""
        if self.ownership.held:  # also where the disk hangs, and ``keep`` with it
            return not self.handed_over
        async with self._taking:
            if self.gone or self.cluster.state not in ENDED:
                return False
            record = await on_disk(self._taken_with_record)
            if record is not None:
                self._saved = record
                self._show(record)
            return record is not None

    def _taken_with_record(self) -> Cluster | None:
        """Own a cluster that has ended, and return its record, None where that is not possible.

        Another server may have changed it since it was read. Called in a thread.
        """
        try:  # without a directory another server has removed it: none is made again
            if not self.ownership.take():
                return None
        except OSError as error:
            log.info("Cluster %s could not be locked: %s", self.cluster.id, error)
            return None
        record = self._services.store.read(self.cluster.id)
        if record is None:
            self.ownership.release()
        return record

    async def keep(self) -> bool:
        """Stay the owner, and save what could not be saved.

        Returns False where another server has become the owner, as the lock's file was deleted.
        """
        async with self._taking:
            if not self.ownership.held:
                return True
            keeping = begin(self._kept)
            try:
                await asyncio.shield(keeping)
            except asyncio.CancelledError:  # the thread goes on, and uses the lock
                await asyncio.wait({keeping}, timeout=DISK_LIMIT)
                raise
            return self.ownership.held or self.gone

    def _kept(self) -> None:
        """Renew the lock and try to save; called in a thread."""
        directory = self._services.store.root / self.cluster.id
        with contextlib.suppress(OSError):
            if not self.gone and not directory.exists():
                # Locked again before a record shows it to other servers.
                self._services.store.directory(self.cluster.id)
        self.ownership.renew()
        if self.ownership.held:
            self._services.store.flush(self.cluster.id)
            self.deleted = self._has_lost_files()

    def _has_lost_files(self) -> bool:
        """Return whether files are gone without which no notebook, or no server, can connect."""
        one, directory = self.cluster, self._services.store.root / self.cluster.id
        if one.state is not State.RUNNING or one.controller is None:
            return False
        needed = [Path(one.controller.connection_file)]
        if one.report.tls:
            needed.append(directory / KEY)
        try:
            for path in needed:
                path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:  # a disk that does not answer has not lost them
            return self.deleted
        return False

    async def _take_over(self) -> bool:
        """Become the owner of a cluster without one, and show it; return whether this worked."""
        async with self._taking:
            if self.gone or self.ownership.held:
                return False
            self.ownership.reading = True
            try:
                row, mine = await on_disk(self._taken_over)
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
        before, self.trouble = self.trouble, ""
        record = self._services.store.read(self.cluster.id)
        unreadable = record is not None and not record.readable
        if (
            record is None
            or record.state in ENDED
            or (unreadable and record.state is not State.CLOSING)
        ):
            return record, False
        afar = others_rows.seen_from_afar(record, self.ownership)
        self.afar = afar is not None
        try:
            mine = afar is None and self.ownership.take()
        except OSError as error:
            row = others_rows.untaken(record, error)
            self.trouble = row.message
            if self.trouble != before:  # it is tried again and again
                log.warning("Cluster %s could not be locked: %s", record.id, error)
            return row, False
        if mine:  # its last owner may have changed it until now
            self._services.store.forget(record.id)
            record = self._services.store.read(record.id)
        if mine and record is not None:
            return record, True
        if mine:
            self.ownership.release()
        if record is not None and afar is None:
            afar = others_rows.seen_from_a_container(record, self.ownership)
            self.afar = afar is not None
        return afar or (record and others_rows.shared(record)), False

    async def take_ended(self) -> None:
        """Own a cluster that has ended, or that no server looks after any more.

        Raises ``WrongStateError`` where another server has it.
        """
        if self._releasing is not None:
            self._releasing.cancel()
        if self.ownership.held:  # also where the disk hangs, and ``keep`` with it
            self.handed_over = False  # no other server gets it, as this one changes it again
            return
        async with self._taking:
            try:
                owned = await on_disk(self.ownership.take_stale)
            except OSError as error:
                raise WrongStateError(f"The cluster cannot be removed: {error.strerror}.") from None
        if not owned:
            raise WrongStateError(
                "Another of your Jupyter servers is changing this cluster. Try again in a minute."
            )

    def _let_others_have_it(self) -> None:
        """Release the lock soon, after the record is as it is shown here.

        What has ended is kept until that can be saved: from the old record it would begin again.
        """
        if self.ownership.held and (self._releasing is None or self._releasing.done()):
            if self.cluster != self._saved:
                self._services.store.save_soon(self.cluster)
            self._releasing = asyncio.get_running_loop().create_task(self._release())

    async def _release(self) -> None:
        while True:
            saved = self._saved
            written = await self._flush()
            async with self._taking:
                if saved is not self._saved:  # it changed while it was written
                    continue
                if not written and self.cluster.state in ENDED:
                    return
                self.handed_over = False
                unlocked = self.ownership.release_soon()
            await asyncio.wait({unlocked}, timeout=DISK_LIMIT)
            return

    async def released(self) -> None:
        """Return when the lock is released, if that was to be done, or the disk hangs."""
        if self._releasing is not None:
            await asyncio.wait([self._releasing], timeout=2 * DISK_LIMIT)

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

    async def saved(self) -> None:
        """Return when what is shown is saved, or the disk does not take it."""
        await self._flush()

    async def _flush(self) -> bool:
        """Save what is not saved yet; return whether that was possible in time."""
        flush = begin(self._services.store.flush, self.cluster.id)
        await asyncio.wait({flush}, timeout=DISK_LIMIT)
        return flush.done() and flush.result()
