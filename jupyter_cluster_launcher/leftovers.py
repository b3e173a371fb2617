"""What is left of a cluster when its controller is gone: at a gateway, or in a queue."""

from __future__ import annotations

from .house import House
from .models import Cluster, LauncherError


async def sweep(cluster: Cluster, house: House, joined: bool = False, wait: bool = False) -> str:
    """Stop what a controller left behind; ``wait`` until a batch system's queue is empty.

    ``joined`` clusters are stopped too if that is wished. Returns a sentence where something may
    be there still, else nothing.
    """
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
