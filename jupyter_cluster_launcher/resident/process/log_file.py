"""The file that this process and its children write to, kept within a limit."""

from __future__ import annotations

import contextlib
import os

LOG = "launch.log"  # in the cluster's directory
LIMIT = 10_000_000  # bytes; tasks that print must not fill a home directory
CHUNK = 1 << 20  # bytes


def shorten(path: str, limit: int = LIMIT) -> None:
    """Keep the newer half of a log that is longer than ``limit`` bytes.

    Its writers append, so they go on at the new end. What they write meanwhile is kept, too.
    """
    with contextlib.suppress(OSError):  # also of the close, as at a quota; the next try may work
        if os.stat(path).st_size > limit:
            descriptor = os.open(path, os.O_RDWR)
            try:
                _move_to_front(descriptor, limit)
            finally:
                os.close(descriptor)


def _move_to_front(descriptor: int, limit: int) -> None:
    read = os.fstat(descriptor).st_size - limit // 2
    written = 0
    while written <= limit:
        chunk = os.pread(descriptor, CHUNK, read)
        if not chunk:
            break
        read += len(chunk)
        if not written:  # the rest of a line
            chunk = chunk[chunk.find(b"\n") + 1 :]
        written += os.pwrite(descriptor, chunk, written)
    os.ftruncate(descriptor, written)
