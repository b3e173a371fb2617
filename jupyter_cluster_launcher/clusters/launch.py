"""The steps of a launch. Each yields what is known after it, to be saved before the next begins."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

from ..controller.client import Controller, ControllerDiedError, ExecutionError
from ..controller.spawn import spawn
from ..models import Cluster, ControllerRef, LauncherError
from ..platforms import codegen
from .services import House

log = logging.getLogger(__name__)


async def steps(
    cluster: Cluster, house: House, connect: Callable[[ControllerRef], Controller]
) -> AsyncIterator[dict[str, Any]]:
    """Start the controller, create the cluster in it, begin to watch; yield changes of the record.

    Raises ``ExecutionError`` where the create code raised, ``asyncio.TimeoutError`` where a step
    took too long, and other ``LauncherError``s.
    """
    platform, directory = house.platforms.get(cluster.platform), house.store.directory(cluster.id)
    env = house.platforms.controller_env(platform, directory)
    specs = house.environments.kernel_spec_manager
    ref = await spawn(cluster.kernel_name, specs, directory, cluster.cwd, env)
    yield {"controller": ref}
    controller = connect(ref)
    await controller.attach(house.limits.start)
    await controller.load(house.platforms.resident(platform), directory)
    preparation = house.platforms.preparation(platform, cluster.options, directory)
    await controller.call("prepare", preparation)
    yield {"message": "Creating the cluster"}
    # A cluster that has a name at a gateway already is not made a second time.
    known = cluster.report.name if cluster.by_name else None
    code = codegen.adopt(known) if known else cluster.create
    await controller.run(code, platform.get("timeout", 300))
    yield {"message": "Waiting for the scheduler"}
    settings = {
        "directory": str(directory),
        "idle_timeout": cluster.idle_timeout,
        "orphan_timeout": house.limits.orphan,
        "core_seconds": cluster.report.core_seconds,
    }
    await controller.start_watch("cluster", settings, house.limits.start)


def told(error: Exception, cluster: Cluster, house: House) -> str:
    """Return what a person is told of an error that ended a launch."""
    if isinstance(error, ExecutionError):
        return house.explain(cluster, error)
    if isinstance(error, asyncio.TimeoutError):
        return "Creating the cluster took too long and was given up."
    if isinstance(error, ControllerDiedError):
        # What it said to nobody is the only reason there is.
        last = house.store.last_line(cluster.id)
        return f"{error} It said last: {last}" if last else str(error)
    if isinstance(error, LauncherError):
        return str(error)
    log.error("The launch of cluster %s failed", cluster.id, exc_info=error)
    return f"The cluster could not be started: {error}"
