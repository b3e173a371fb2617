"""How a controller and its cluster end: one way, whatever the reason."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from ..controller.client import RemainsError
from ..controller.disk import on_disk
from ..errors import LauncherError, NotAvailableError
from ..models import Cluster
from .connection import CALL_LIMIT, CLOSE, SHUT_DOWN, Connection
from .reconcile import Facts, Work
from .services import Services

log = logging.getLogger(__name__)


async def end(cluster: Cluster, services: Services, connection: Connection, facts: Facts) -> str:
    """End a controller and its cluster; return a sentence where something may be left.

    ``facts.work`` says whether the cluster is stopped for good, or cleaned up after.
    """
    try:
        return await _end(cluster, services, connection, facts)
    except Exception as error:  # of whatever kind: another try is possible
        log.exception("Stopping cluster %s failed", cluster.id)
        return f"The cluster could not be stopped: {error or type(error).__name__}. Try again."


async def _end(cluster: Cluster, services: Services, connection: Connection, facts: Facts) -> str:
    stop, joined = facts.work is Work.STOP, cluster.report.joined
    controllers, directory = services.controllers, services.store.root / cluster.id
    ref = cluster.controller or await on_disk(controllers.left_behind, directory)
    runs = ref is not None and controllers.of_this_boot(ref) and controllers.runs(ref)
    if ref is not None and runs and connection.controller is None and not facts.unreachable:
        # It may be in the middle of what an earlier server had it do.
        controllers.interrupt(ref)
        with contextlib.suppress(LauncherError, asyncio.TimeoutError):
            await connection.connect(ref).attach(CALL_LIMIT)
    closed, left = False, ""
    try:
        if connection.controller is not None:
            close: str | None = CLOSE
            if stop and joined:
                close = None if cluster.leave else SHUT_DOWN
            closed = await connection.end(close, services.limits.close)
        else:
            await controllers.end(ref)
    except RemainsError as error:  # the jobs can be canceled
        left, closed = str(error), error.closed
    except NotAvailableError as error:
        left = str(error)
    shut_down = stop and joined and not cluster.leave and not closed
    try:
        await services.backend(cluster).cleanup(cluster, directory, shut_down, wait=stop)
    except LauncherError as error:
        left = f"{left} {error}".lstrip()
    return left
