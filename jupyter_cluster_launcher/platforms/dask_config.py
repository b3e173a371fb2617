"""Dask's configuration as Dask reads it, without importing Dask.

Hubs give the address of their gateway in ``/etc/dask`` or in variables such as
``DASK_GATEWAY__ADDRESS``. The order and the names are those of ``dask.config``.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from .reading import ReadingError, load, text_of

SUFFIXES = (".json", ".yaml", ".yml")
NOTHING = ("", "none", "null")


def value(key: str, env: Mapping[str, str]) -> str | None:
    """Return the text under a key such as "gateway.address", None where nothing is set.

    ``env`` are the variables of this server; files that cannot be read are left out.
    """
    found: Any = None
    for file in _files(env):
        values: Any = _read(file, file.stat().st_mtime_ns)
        *sections, last = key.split(".")
        for section in sections:
            values = dict(_named(values, section)).get(section)
        # A value may be null, which counts; a section that is empty does not.
        found = dict(_named(values, last)).get(last, found)
    for variable, text in env.items():
        if variable.startswith("DASK_") and _same(variable[5:].lower().replace("__", "."), key):
            found = text.strip("\"'")
    return None if found is None or str(found).lower() in NOTHING else str(found)


def _files(env: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files of Dask's configuration; later ones come before earlier ones."""
    folders = [
        env.get("DASK_ROOT_CONFIG", "/etc/dask"),
        *(os.path.join(prefix, "etc", "dask") for prefix in (sys.prefix, *site.PREFIXES)),
        os.path.join(os.path.expanduser("~"), ".config", "dask"),
        env.get("DASK_CONFIG", ""),
    ]
    for path in map(Path, filter(None, folders)):  # os.path: no errors for what cannot be read
        if os.path.isdir(path) and os.access(path, os.R_OK | os.X_OK):
            yield from sorted(
                p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and os.path.isfile(p)
            )
        elif os.path.isfile(path):
            yield path


@lru_cache(maxsize=64)
def _read(path: Path, version: int) -> Any:
    try:
        return load(text_of(path))[0]
    except ReadingError:
        return None


def _named(values: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield what a mapping has under a name, written with hyphens or underscores."""
    if isinstance(values, dict):
        yield from ((name, item) for key, item in values.items() if _same(str(key), name))


def _same(one: str, other: str) -> bool:
    return one.replace("_", "-") == other.replace("_", "-")
