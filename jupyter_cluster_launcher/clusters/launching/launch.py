"""The steps of a launch. Each yields what is known after it, to be saved before the next begins."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Any

from ...controller.client import Controller
from ...controller.disk import on_disk
from ...controller.kernel_connection import ControllerDiedError, ExecutionError
from ...errors import LauncherError
from ...models import Cluster
from ..connection import Connection
from ..services import Services
from .prepared import Prepared

log = logging.getLogger(__name__)


async def steps(
    cluster: Cluster, services: Services, connection: Connection, prepared: Prepared | None
) -> AsyncIterator[dict[str, Any]]:
    """Start the controller, create the cluster in it, watch it; yield changes of the record.

    A ``prepared`` controller is used where it has come about. Raises ``ExecutionError`` where the
    create code raised, ``asyncio.TimeoutError`` where a step took too long, and other
    ``LauncherError``s.
    """
    backend, directory = services.backend(cluster), services.store.root / cluster.id
    limits = services.limits
    preparation = backend.preparation(cluster, directory)
    controller = None if prepared is None else await prepared.controller()
    if prepared is not None and controller is not None:
        connection.use(controller)
        yield {"controller": controller.ref}
        try:
            cwd = cluster.cwd or os.getcwd()
            await controller.call("use", cwd, limits.orphan, timeout=limits.start)
            await _prepare(controller, preparation)
        except (ControllerDiedError, asyncio.TimeoutError) as error:
            # It only was to save time.
            log.info(
                "Cluster %s gets another controller than the prepared one: %s", cluster.id, error
            )
            controller = None
            connection.forget()
            await prepared.end_process()
            yield {"controller": None}
    if controller is None:
        await on_disk(services.store.directory, cluster.id)
        ref = await services.controllers.spawn(
            cluster.kernel_name,
            services.environments.kernel_spec_manager,
            directory,
            cluster.cwd,
            backend.environment(cluster.batch),
            limits.orphan,
        )
        yield {"controller": ref}
        controller = connection.connect(ref)
        await controller.attach(limits.start)
        await controller.load(backend.resident, directory, limits.orphan)
        await _prepare(controller, preparation)
    yield {"message": "Creating the cluster"}
    # After a controller died the cluster goes on under its name: it is not created a second time.
    name = cluster.report.name if backend.outlives_controller else None
    code = backend.join_code(name) if name else cluster.create
    await controller.run(code, cluster.create_timeout)
    yield {"message": "Waiting for the scheduler"}
    settings = {
        "idle_timeout": cluster.idle_timeout,
        "core_seconds": cluster.report.core_seconds,
        "used": None if cluster.report.used is None else asdict(cluster.report.used),
        "core_limit": None if cluster.core_hours is None else cluster.core_hours * 3600,
    }
    await controller.start_watch(backend.watched, settings, limits.start)


async def _prepare(controller: Controller, preparation: dict[str, Any]) -> None:
    await controller.call("prepare", {**preparation, "sockets": controller.ref.socket_dir})


def reason(error: Exception, cluster: Cluster, services: Services) -> str:
    """Return the sentence for an error that ended a launch."""
    if isinstance(error, ExecutionError):
        return services.explain(cluster, error)
    if isinstance(error, asyncio.TimeoutError):
        return "Creating the cluster took too long and was canceled."
    if isinstance(error, ControllerDiedError):
        last = services.store.last_line(cluster.id)
        return f"{error} Its last output: {last}" if last else str(error)
    if isinstance(error, LauncherError):
        return str(error)
    log.error("The launch of cluster %s failed", cluster.id, exc_info=error)
    return f"The cluster could not be started: {error}"
