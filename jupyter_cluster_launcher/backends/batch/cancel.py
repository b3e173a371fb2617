"""The end of a cluster's jobs, and of the keys that their workers had."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from ...models import NotAvailableError
from ..base import Context
from .queue import QueuePoller, run
from .system import BatchSystem

KEYS_NOTE, KEY_FILE = "keys.json", ".dask-jobqueue.worker."  # as in resident/jobqueue/keys.py


class OverdueError(NotAvailableError):
    """Jobs that were cancelled did not end in time."""


async def cancel_all(
    poller: QueuePoller,
    name: str,
    context: Context,
    wait: Callable[[], bool],
    again: bool,
) -> None:
    """Cancel all jobs of one name; while ``wait()``, return when none is listed any more.

    Jobs that turn up meanwhile, submitted a moment ago, are cancelled too. ``again`` marks another
    try, which leaves jobs to the batch system that it is already ending. Raises
    ``NotAvailableError`` where it does not answer, and ``OverdueError``.
    """
    deadline, objection, cancelled = time.monotonic() + context.cancel_limit, "", False
    while True:
        if not cancelled:
            objection = await _cancel(poller, name, context.queue_patience)
        if not wait():
            return
        queue = await poller.fresh(name)
        if queue.error:
            raise _no_answer(poller.system)
        cancelled = all(job.ending for job in queue.open)
        if not queue.open or (cancelled and again):
            return
        if time.monotonic() > deadline:
            raise _overdue(poller.system, context.cancel_limit, "" if cancelled else objection)


async def _cancel(poller: QueuePoller, name: str, patience: float) -> str:
    """Cancel jobs once, and return the batch system's objection, empty if there is none."""
    output = await run(poller.system.cancel_jobs(poller.user, [name]), patience)
    if output.returncode is None or poller.system.unreachable(output.text):
        raise _no_answer(poller.system)
    return poller.system.explain(output.text) if output.returncode else ""


def _no_answer(system: BatchSystem) -> NotAvailableError:
    return NotAvailableError(
        f"{system.TITLE} does not answer, so jobs of this cluster could not be cancelled yet."
    )


def _overdue(system: BatchSystem, limit: float, objection: str) -> OverdueError:
    if objection:
        return OverdueError(f"{system.TITLE} did not cancel all jobs of this cluster: {objection}.")
    return OverdueError(
        f"The jobs were cancelled, but {system.TITLE} has not ended them all within {limit:g} "
        "seconds. Dismiss tries once more, then leaves the rest to the batch system."
    )


def remove_keys(directory: Path) -> None:
    """Remove the keys of a cluster's workers that stand in a folder shared with the nodes.

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
