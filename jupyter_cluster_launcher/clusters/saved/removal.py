"""Deletes the directories of clusters, so that no server finds half of one."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path

REMOVED = ".removed-"  # of the names of directories that are being deleted


def hide(record: Path) -> None:
    """Let no server see a cluster any more, by its record; ``sweep`` deletes its directory.

    Raises ``OSError`` where the record stays: the cluster would come back.
    """
    directory = record.parent
    try:
        # By a new name: a directory that could not be deleted may have the last one.
        name = f"{REMOVED}{directory.name}-{secrets.token_hex(4)}"
        directory.rename(directory.with_name(name))
    except (FileNotFoundError, NotADirectoryError):
        pass  # it has gone
    except OSError:  # as where the directory can be written to, but not the one that it is in
        record.unlink(missing_ok=True)
        shutil.rmtree(directory, ignore_errors=True)


def sweep(root: Path) -> None:
    """Delete what is left of directories whose removal was cut short."""
    with contextlib.suppress(OSError):
        for name in os.listdir(root):
            if name.startswith(REMOVED):
                shutil.rmtree(root / name, ignore_errors=True)
