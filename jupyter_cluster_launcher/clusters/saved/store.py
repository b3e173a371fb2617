"""One private directory for each cluster, with all that is needed to attach to it again.

A cluster outlives the Jupyter server, so its record is on disk before anything is started. Writes
are atomic: a server killed in the middle of one leaves the record of the step before.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ...controller.guarded_files import read_json, read_object, words
from ...controller.log_files import LIMIT, LOG, last_line, read_tail
from ...models import Cluster, Report
from ...used import Used
from . import records, removal
from .history import FILE, History
from .locks import Lock
from .past import Past
from .typed import typed
from .writer import Writer

RECORD = "cluster.json"
ENDED = "ended.json"  # as in resident/watching/ending.py
ID = re.compile(r"[0-9a-zA-Z_-]+")
ALONE = 5.0  # seconds, and it takes milliseconds
LAST_WORDS = 1000  # characters of why a controller ended its cluster

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ending:
    """What a controller noted beside the reason when it ended its cluster by itself."""

    used: Used
    core_seconds: float


class Store:
    """The records under one directory, which is made with mode 0700 when first needed."""

    def __init__(self, root: Path, history: Path | None = None) -> None:
        """Keep records under ``root``, and what is left of them in a file, by default beside it."""
        self.root = root
        self.history = History(history or root.with_name(f"{root.name}-{FILE}"))
        self._past = Past(root.with_name(f"{root.name}-past"))
        self._private: set[str] = set()  # clusters whose directories are known to be
        self._unreadable: dict[Path, str] = {}  # why, for what was logged already
        self._writer = Writer(lambda cluster: self.save(cluster))  # noqa: PLW0108 - looked up at each call

    def directory(self, cluster_id: str) -> Path:
        """Return the private directory of a cluster, made if it is not there."""
        # Few operations, one after the other: each may wait for a slow network file system.
        path = self.root / cluster_id
        try:
            # An older umask or a copied home may have left it open to others: keys will be in here.
            path.chmod(0o700)
        except FileNotFoundError:
            try:
                path.mkdir(mode=0o700, exist_ok=True)
            except FileNotFoundError:
                # Each by itself: the mode does not hold for parents that are made on the way.
                self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
                path.mkdir(mode=0o700, exist_ok=True)
        self._private.add(cluster_id)
        return path

    def save(self, cluster: Cluster) -> None:
        """Write the record of a cluster, whole or not at all; raises ``OSError``."""
        directory = self.root / cluster.id
        if cluster.id not in self._private:
            self.directory(cluster.id)
        try:
            handle, temporary = tempfile.mkstemp(dir=directory, prefix=".record-")
        except FileNotFoundError:
            handle, temporary = tempfile.mkstemp(dir=self.directory(cluster.id), prefix=".record-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(records.write(cluster), file, indent=1)
            Path(temporary).replace(directory / RECORD)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Keep other servers of this host from what they do within ``alone``.

        No one waits longer than ``ALONE`` seconds: at worst two clusters have one name.
        """
        lock = Lock(self._opened)
        try:
            try:
                await lock.take(ALONE)
            except OSError as error:  # nothing can be written
                log.info("%s cannot be locked: %s", self.root, words(error))
            yield
        finally:
            lock.release()

    def _opened(self) -> int:
        """Return a descriptor of the directory with all clusters, made if it is not there."""
        try:
            return os.open(self.root, os.O_RDONLY)
        except FileNotFoundError:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.root, os.O_RDONLY)

    def save_soon(self, cluster: Cluster) -> None:
        """Write the record of a cluster in a thread; a newer one takes its place."""
        self._writer.put(cluster)

    def flush(self, cluster_id: str) -> bool:
        """Try to save what has not been saved yet of a cluster; return whether all is saved now."""
        return self._writer.flush(cluster_id)

    def finish(self, limit: float) -> None:
        """Wait at most ``limit`` seconds for what is to be written soon: the process is to end."""
        end = time.monotonic() + limit
        self._writer.finish(limit)
        self.history.finish(end - time.monotonic())

    def forget(self, cluster_id: str) -> None:
        """Do not save what could not be saved of a cluster: another server has had it since."""
        self._writer.drop(cluster_id)

    def load(self) -> list[Cluster]:
        """Return every record, oldest first; one that cannot be read as a row that says so."""
        return sorted(filter(None, map(self.read, self._ids())), key=lambda one: one.created)

    def read(self, cluster_id: str) -> Cluster | None:
        """Return the record of a cluster, as ``load``; None where it has gone."""
        return self._read(self.root / cluster_id / RECORD)

    def _read(self, path: Path) -> Cluster | None:
        """Return the cluster of a record; None where the record has gone meanwhile."""
        data: Any = None
        try:
            data = read_json(path)
            cluster = records.read(data)
            if cluster.id != path.parent.name:
                raise ValueError(f"id is {cluster.id!r:.80}")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError) as error:
            why = words(error)
            if self._unreadable.get(path) != why:  # it is read again and again
                log.warning("The record of a cluster in %s cannot be read: %s", path.parent, why)
                self._unreadable[path] = why
            return records.unreadable(path.parent, data, why)
        return cluster

    def stamps(self) -> dict[str, int]:
        """Return which clusters have records, by id, with a number that changes with a record.

        Raises ``OSError`` for a disk that gives no answer, which is not the end of all clusters.
        """
        found = {}
        for key in self._ids():
            with contextlib.suppress(OSError):  # none yet, or gone meanwhile
                found[key] = (self.root / key / RECORD).stat().st_mtime_ns
        return found

    def _ids(self) -> list[str]:
        """Return the names of all directories in which a record may be, as routes have them."""
        try:
            return sorted(filter(ID.fullmatch, os.listdir(self.root)))
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return []

    def remove(self, cluster_id: str, release: Callable[[], None] | None = None) -> None:
        """Delete the directory of a cluster and everything in it.

        ``release`` is called when other servers no longer see the cluster. Raises ``OSError`` where
        its record cannot be deleted: the cluster would come back.
        """
        self._writer.drop(cluster_id)
        self._private.discard(cluster_id)
        self._unreadable.pop(self.root / cluster_id / RECORD, None)
        removal.hide(self.root / cluster_id / RECORD)
        if release is not None:
            release()
        self.sweep()

    def keep(self, cluster: Cluster) -> None:
        """Keep what was launched after its directory is gone, to launch it again."""
        self._past.keep(cluster)

    def past(self) -> list[tuple[Cluster, datetime]]:
        """Return the clusters that are gone and when that was, the last one first."""
        return self._past.clusters()

    def sweep(self) -> None:
        """Delete what is left of directories whose removal was cut short."""
        removal.sweep(self.root)

    def log_soon(self, cluster_id: str, text: str) -> None:
        """Add to the launch log of a cluster, in a thread."""
        self._writer.soon(lambda: self.append_log(cluster_id, text))

    def append_log(self, cluster_id: str, text: str) -> None:
        """Add to the launch log of a cluster."""
        path = self.root / cluster_id / LOG
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a", encoding="utf-8", errors="replace") as file:
                file.write(text)
        except OSError as error:  # a full disk, or the last words of a cluster that is gone
            log.warning("The log of cluster %s could not be written: %s", cluster_id, error)

    def last_words(self, cluster_id: str) -> str | None:
        """Return why a controller ended its cluster by itself, None where it did not."""
        try:
            why = read_object(self.root / cluster_id / ENDED).get("ended")
        except (OSError, ValueError):
            return None
        return why[:LAST_WORDS] if isinstance(why, str) else None

    def completed(self, cluster_id: str, report: Report) -> Report:
        """Return a cluster's last report with what its controller noted when it ended it.

        No server may have been there to hear of it.
        """
        try:
            ending = typed(Ending, read_object(self.root / cluster_id / ENDED))
            records.check_used(ending.used, "used.")
        except (OSError, ValueError):
            return report
        seconds = max(report.core_seconds, ending.core_seconds)
        return replace(report, used=ending.used, core_seconds=seconds)

    def last_line(self, cluster_id: str) -> str:
        """Return the last thing that a controller wrote; empty where it wrote nothing."""
        return last_line(self.read_log(cluster_id, 2000))

    def read_log(self, cluster_id: str, limit: int = LIMIT) -> str:
        """Return the log of a cluster's launch and of what it printed, at most ``limit`` bytes."""
        return read_tail(self.root / cluster_id / LOG, limit)
