"""The files with the workers' TLS keys, which dask-jobqueue puts where the jobs can read them.

It removes them itself only when the cluster object goes, which a killed process prevents.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Callable
from typing import Any

from ..private_files import write_private
from ..protocols import Security

KEY_FILE = ".dask-jobqueue.worker."  # begins the names of the files that dask-jobqueue makes
KEYS_NOTE = "keys.json"  # in a cluster's directory: where these files are

_noted: dict[str, list[str]] = {}  # the same by directory, for when the note has gone


def expanded(text: str) -> str:
    """Return the path that dask-jobqueue means; the jobs' shells read such a text in their turn."""
    return os.path.abspath(os.path.expanduser(os.path.expandvars(text)))


def key_files(security: Security | None) -> list[str]:
    """Return the files with the workers' keys and certificates."""
    config = security.get_tls_config_for_role("worker") if security else {}
    return [file for key, file in config.items() if file and key != "ciphers"]


def note_keys(security: Security | None, directory: str) -> None:
    """Note in ``directory`` where the workers' keys are, for whoever must remove them."""
    files = key_files(security)
    keys = [expanded(file) for file in files if os.path.basename(file).startswith(KEY_FILE)]
    # Once: dask-jobqueue makes a job to close a cluster, too, when the disk may be full.
    if keys and keys != _noted.get(directory):
        _noted[directory] = keys
        write_private(os.path.join(directory, KEYS_NOTE), json.dumps(keys))


def removing_keys(close: Callable[..., Any], directory: str) -> Callable[..., Any]:
    """Return the method ``close`` of a cluster class, extended to remove the workers' keys."""

    @functools.wraps(close)
    def close_and_remove(*args: Any, **kwargs: Any) -> Any:
        try:
            return close(*args, **kwargs)
        finally:
            remove_keys(directory)

    return close_and_remove


def remove_keys(directory: str) -> None:
    """Remove the workers' keys that have been noted."""
    note, keys = os.path.join(directory, KEYS_NOTE), _noted.get(directory, [])
    with contextlib.suppress(OSError, ValueError), open(note, encoding="utf-8") as file:
        keys = [*keys, *json.load(file)]
    for key in keys:
        with contextlib.suppress(OSError):
            os.unlink(key)
