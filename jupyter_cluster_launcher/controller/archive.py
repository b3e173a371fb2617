"""The resident as a zip file, from which a kernel imports it."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import tempfile
import zipfile
from collections.abc import Iterator
from importlib import resources
from importlib.abc import Traversable
from pathlib import Path

PACKAGE = "cluster_launcher_resident"  # the resident's name in kernels
ARCHIVE = "resident.zip"
BEGINNING = (1980, 1, 1, 0, 0, 0)  # of time, in zip files


@functools.cache
def archive() -> bytes:
    """Return the resident as the bytes of a zip file, the same for the same source."""
    folder = resources.files("jupyter_cluster_launcher").joinpath("resident")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, source in sorted(_sources(folder, PACKAGE)):
            entry = zipfile.ZipInfo(name, BEGINNING)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            file.writestr(entry, source)
    return buffer.getvalue()


def _sources(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    """Yield each module below a package, by its name in the archive."""
    for item in folder.iterdir():
        if item.name.endswith(".py"):
            yield f"{name}/{item.name}", item.read_bytes()
        elif item.is_dir():
            yield from _sources(item, f"{name}/{item.name}")


def write_archive(path: Path) -> None:
    """Write the zip file, for its owner alone; raises ``OSError``."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(archive())


@contextlib.contextmanager
def temporary_archive() -> Iterator[Path]:
    """Yield a zip file for a process that ends soon, and remove it; raises ``OSError``."""
    with tempfile.TemporaryDirectory(prefix="cluster-", ignore_cleanup_errors=True) as folder:
        path = Path(folder, ARCHIVE)
        write_archive(path)
        yield path


def importing(function: str, path: Path, module: str) -> str:
    """Return code for a kernel: ``function`` imports a module of the resident and returns it.

    The zip file is in front of every other place for as long as the import takes, and not on the
    path of the user's code.
    """
    return f"""\
def {function}():
    import importlib, sys
    sys.path.insert(0, {str(path)!r})
    try:
        return importlib.import_module({f"{PACKAGE}.{module}"!r})
    finally:
        sys.path.remove({str(path)!r})
"""
