"""What was launched and is gone, so that it can be launched again."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ...controller.guarded_files import read_json
from ...models import Cluster
from . import records

PAST = 50  # clusters that are gone, and can be launched again

log = logging.getLogger(__name__)


class Past:
    """The records of clusters that are gone, in a directory of their own."""

    def __init__(self, folder: Path) -> None:
        """Keep them in ``folder``, which is made with mode 0700 when first needed."""
        self._folder = folder

    def keep(self, cluster: Cluster) -> None:
        """Keep a cluster; the oldest beyond ``PAST`` clusters is forgotten."""
        try:
            handle, temporary = self._temporary()
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(records.write(replace(cluster, controller=None)), file, indent=1)
            Path(temporary).replace(self._folder / f"{cluster.id}.json")
            for path, _ in self._paths()[PAST:]:
                path.unlink(missing_ok=True)
        except OSError as error:  # nothing that runs depends on it
            log.warning("Cluster %s cannot be launched again: %s", cluster.id, error)

    def _temporary(self) -> tuple[int, str]:
        try:
            return tempfile.mkstemp(dir=self._folder, prefix=".record-")
        except FileNotFoundError:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return tempfile.mkstemp(dir=self._folder, prefix=".record-")

    def clusters(self) -> list[tuple[Cluster, datetime]]:
        """Return the clusters and when they were gone, the last one first."""
        found = []
        for path, gone in self._paths():
            with contextlib.suppress(OSError, ValueError):
                cluster = records.read(read_json(path))
                found.append((cluster, datetime.fromtimestamp(gone).astimezone()))
        return found

    def _paths(self) -> list[tuple[Path, float]]:
        """Return the records and their times, the last one first."""
        times = {}
        # Network file systems send the times along with the names.
        with contextlib.suppress(OSError), os.scandir(self._folder) as entries:
            for entry in entries:
                if entry.name.endswith(".json") and not entry.name.startswith("."):
                    with contextlib.suppress(OSError):
                        times[Path(entry.path)] = entry.stat().st_mtime
        return sorted(times.items(), key=lambda one: -one[1])
