"""The end of a cluster's jobs, and of the keys that their workers had."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from pathlib import Path

from ....controller.guarded_files import read_texts
from ....errors import NotAvailableError
from ...facts import Context
from ..system import BatchSystem
from ..words.reasons import one_line
from .commands import MISSING, run
from .queue import QueuePoller, Wanted

KEYS_NOTE, KEY_FILE = "keys.json", ".dask-jobqueue.worker."  # as in resident/jobqueue/keys.py
PAUSES = (0.2, 5.0)  # seconds between two polls for jobs that are ending: at first, and at most


class OverdueError(NotAvailableError):
    """Jobs that were cancelled did not end in time."""


class NoAnswerError(NotAvailableError):
    """The batch system does not answer; ``missing`` is why its command cannot be run, if so."""

    def __init__(self, system: BatchSystem, missing: str = "") -> None:
        """Say so of ``system``."""
        reason = f" ({missing})" if missing else ""
        super().__init__(
            f"{system.TITLE} does not answer{reason}, so jobs of this cluster could not be "
            "canceled yet."
        )
        self.missing = missing


async def cancel_all(
    poller: QueuePoller,
    name: str,
    ids: Collection[str],
    context: Context,
    wait: Callable[[], bool],
    again: bool,
) -> None:
    """Cancel all jobs of one name and of ``ids``; while ``wait()``, return when none is listed.

    Jobs that turn up meanwhile, submitted a moment ago, are cancelled too. ``again`` marks another
    try, which leaves jobs to the batch system that it is already ending. Raises ``NoAnswerError``
    and ``OverdueError``.
    """
    clock = asyncio.get_running_loop().time
    deadline, objection, missing, cancelled = clock() + context.cancel_limit, "", "", False
    wanted, pause = Wanted(known=frozenset(ids)), PAUSES[0]
    while True:
        if not cancelled:
            objection, missing = await _cancel(poller, name, ids, context.queue_patience)
        if not wait():
            if missing and ids:
                raise NoAnswerError(poller.system, missing)
            return
        queue = await poller.poll_now(name, wanted)
        if queue.error:
            raise NoAnswerError(poller.system, missing)
        cancelled = all(job.ending for job in queue.open)
        if not queue.open or (cancelled and again):
            return
        left = deadline - clock()
        if left <= 0:
            raise _overdue(poller.system, context.cancel_limit, "" if cancelled else objection)
        await asyncio.sleep(min(pause, left))
        pause = min(2 * pause, PAUSES[1])


async def _cancel(
    poller: QueuePoller, name: str, ids: Collection[str], patience: float
) -> tuple[str, str]:
    """Cancel jobs once; return the batch system's objection, and why a command cannot be run.

    Each is empty if there is none.
    """
    system, objections, missing = poller.system, [], ""
    for command in system.cancel_jobs(poller.user, name, sorted(ids)):
        output = await run(system, command, patience)
        if output.returncode is None or system.unreachable(output.text):
            raise NoAnswerError(system)
        if output.returncode:
            objections.append(system.explain(output.text))
        if output.returncode == MISSING:
            missing = one_line(output.text)
    return "; ".join(dict.fromkeys(objections)), missing


def _overdue(system: BatchSystem, limit: float, objection: str) -> OverdueError:
    if objection:
        return OverdueError(f"{system.TITLE} did not cancel all jobs of this cluster: {objection}.")
    return OverdueError(
        f"The jobs were canceled, but {system.TITLE} has not ended them all within {limit:g} "
        "seconds. Dismiss tries once more, then leaves the rest to the batch system."
    )


def remove_keys(directory: Path) -> None:
    """Remove the keys of a cluster's workers that stand in a folder shared with the nodes.

    Its controller noted where; one that was killed could not remove them.
    """
    try:
        keys = read_texts(directory / KEYS_NOTE)
    except (OSError, ValueError):
        return
    for key in map(Path, keys):
        if key.name.startswith(KEY_FILE):
            with contextlib.suppress(OSError):
                key.unlink()
