"""The clusters that one launch requested of dask-gateway, so that all of them can be stopped."""

from __future__ import annotations

import json
import os
from asyncio import Future
from typing import Any

from ..private_files import write_private

FILE = "gateway.json"  # in the cluster's directory, for as long as there is something to stop


class Submissions:
    """The names of the clusters that this launch requested, also those of an earlier controller.

    A name is written down at once: whatever happens to this process, the server can then stop what
    was started here, and only that.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._path: str | None = None
        self.names: list[str] = []
        self.pending: set[Future[Any]] = set()  # requests that have not been answered

    def restore(self, directory: str) -> None:
        """Go on from what an earlier controller has left in ``directory``, and write there.

        Raises ``RuntimeError`` where that cannot be read: the next name would replace it.
        """
        path = os.path.join(directory, FILE)
        self.names.extend(_read(path))
        self._path = path

    def add(self, name: str) -> None:
        """Record the name of a cluster that is being made."""
        self.names.append(name)
        if self._path:
            write_private(self._path, json.dumps(self.names))

    def clear(self) -> None:
        """Forget the clusters: all of them are stopped."""
        self.names.clear()
        if self._path and os.path.exists(self._path):
            os.remove(self._path)


def _read(path: str) -> list[str]:
    """Return the names in a note, none where there is no note; raises as ``restore``."""
    try:
        with open(path, encoding="utf-8") as file:
            names = json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        why = error.strerror or "the file system gives no reason"
        raise RuntimeError(f"What this cluster has started cannot be looked up: {why}.") from None
    except ValueError:
        names = None
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    raise RuntimeError("The note of what this cluster has started is damaged.")
