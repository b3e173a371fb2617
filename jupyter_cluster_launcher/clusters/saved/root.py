"""Where the clusters of a user are on disk, and whether there are any."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

LIMITS = ".limits"  # the lock of launches that count together; it is never removed


def default_root() -> Path:
    """Return where this user's servers keep their records."""
    return Path(jupyter_runtime_dir()) / "cluster-launcher"


def holds_anything(root: Path) -> bool:
    """Return whether a server has left anything: a cluster, or what begins or ends as one."""
    try:
        with os.scandir(root) as entries:
            return any(entry.name != LIMITS for entry in entries)
    except OSError:  # nothing was ever launched, or it cannot be read
        return False
