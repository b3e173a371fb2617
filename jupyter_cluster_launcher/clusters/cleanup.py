"""What is left of a cluster when its controller is gone: at a gateway, in a queue, keys of jobs."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from ..models import Cluster, LauncherError
from .services import House

KEYS_NOTE, KEY_FILE = "keys.json", ".dask-jobqueue.worker."  # as in resident/jobqueue_keys.py


def remove_keys(directory: Path) -> None:
    """Remove the keys of a cluster's workers that stand elsewhere, in a folder that nodes share.

    Its controller noted where; one that was killed could not remove them.
    """
    try:
        keys = json.loads((directory / KEYS_NOTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for key in map(Path, keys):
        if key.name.startswith(KEY_FILE):
            with contextlib.suppress(OSError):
                key.unlink()


async def sweep(cluster: Cluster, house: House, joined: bool = False, wait: bool = False) -> str:
    """Stop what a controller left behind; ``wait`` until a batch system's queue is empty.

    ``joined`` clusters are stopped too if that is wished. Returns a sentence where something may
    be there still, else nothing.
    """
    remove_keys(house.store.root / cluster.id)
    try:
        await house.batch.cancel(cluster, wait)
    except LauncherError as error:
        return str(error)
    if not cluster.by_name:
        return ""
    also = [cluster.report.name] if joined and cluster.report.name else []
    try:
        directory, gateways = house.store.directory(cluster.id), house.platforms.gateways
        await gateways.stop_started(cluster.kernel_name, directory, also)
    except LauncherError as error:
        return f"{error} The cluster may still be running there: stop it again later."
    return ""
