"""Small files in a cluster's directory that only their owner can read."""

from __future__ import annotations

import os


def write_private(path: str, text: str) -> None:
    """Write a file, whole or not at all; raises ``OSError``.

    This process may be killed at any moment, and what is half written by then would replace what
    the server needs to end its cluster.
    """
    descriptor = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.new", path)
