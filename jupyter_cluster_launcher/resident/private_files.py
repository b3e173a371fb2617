"""Small files in a cluster's directory that only their owner can read."""

from __future__ import annotations

import contextlib
import os


def make_private(directory: str) -> None:
    """Make a cluster's directory, and the one above with all of them, where they are not there.

    Somebody may have removed them while the cluster was being created. Raises ``OSError``.
    """
    for path in (os.path.dirname(directory), directory):
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)


def write_private(path: str, text: str) -> None:
    """Write a file, whole or not at all; raises ``OSError``.

    This process may be killed at any moment, and what is half written by then would replace what
    the server needs to end its cluster.
    """
    descriptor = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.new", path)
