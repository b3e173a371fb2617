"""Small files in directories that other programs write to as well, read without trust in them.

Nothing that stands at such a path may block a server, fill its memory, or break it: a named pipe,
a directory, a file without end, JSON nested a thousand times.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

LIMIT = 10_000_000  # bytes of a file; the record of a cluster with 1,000 jobs has a tenth of it
NOTE = 100_000  # bytes of a file with a few values


class TooLargeError(ValueError):
    """A file has more bytes than its reader takes."""


def read_text(path: Path, limit: int = LIMIT) -> str:
    """Return the text of a file with at most ``limit`` bytes.

    Raises ``OSError``, and ``ValueError`` for what is no such file.
    """
    with opened(path) as file:
        content = file.read(limit + 1)  # what has no size, as in /proc, may have no end
        if max(os.fstat(file.fileno()).st_size, len(content)) > limit:
            raise TooLargeError(f"it is larger than {limit // 1000} kB")
    return content.decode()


def read_json(path: Path, limit: int = LIMIT) -> Any:
    """Return the data of a JSON file; raises as ``read_text``, also for what is not JSON."""
    text = read_text(path, limit)
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("its values are nested too deep") from None


def read_object(path: Path, limit: int = NOTE) -> dict[str, Any]:
    """Return the object of a JSON file; raises as ``read_text``, also for other data."""
    data = read_json(path, limit)
    if not isinstance(data, dict):
        raise ValueError("it is not a JSON object")
    return data


def read_texts(path: Path, limit: int = NOTE) -> list[str]:
    """Return the list of texts of a JSON file; raises as ``read_text``, also for other data."""
    data = read_json(path, limit)
    if not (isinstance(data, list) and all(isinstance(one, str) for one in data)):
        raise ValueError("it is not a list of texts")
    return data


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading; raises ``OSError``, and ``ValueError`` for what is no file."""
    # To open a named pipe would wait until somebody writes to it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("it is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def words(error: OSError | ValueError) -> str:
    """Return why a file cannot be read, without the terms of Python."""
    if isinstance(error, OSError):
        return error.strerror or "the file system gives no reason"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    if isinstance(error, json.JSONDecodeError):
        return f"it is not valid JSON: see line {error.lineno}"
    return str(error)
