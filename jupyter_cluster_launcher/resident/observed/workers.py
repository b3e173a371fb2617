"""The workers of a cluster, one by one, and a restart of one of them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, TypedDict

from ..protocols import LogSource
from .identity import WorkerIdentity

RESTART_LIMIT = 12.0  # seconds until a restarted worker is back


class WorkerRow(TypedDict):
    """A worker that is there; ``id`` is its address.

    Memory, its limit (None for none) and what is on disk are in bytes, ``cpu`` is 1 when all of its
    threads are busy. ``tasks`` are at work, ``results`` are held. ``restartable`` is whether it has
    a nanny.
    """

    id: str
    name: str
    host: str
    state: str
    threads: int
    memory: float
    memory_limit: float | None
    cpu: float
    spilled: float
    tasks: int
    results: int
    restartable: bool


class CannotRestartError(RuntimeError):
    """The worker was not restarted; the text says why."""


def worker_rows(workers: Mapping[str, WorkerIdentity]) -> list[WorkerRow]:
    """Return the workers that a scheduler describes by address, ordered by name."""
    rows = [_row(address, one) for address, one in list(workers.items())]
    # By number: "10" comes after "9".
    return sorted(rows, key=lambda row: (len(row["name"]), row["name"]))


def _row(address: str, one: WorkerIdentity) -> WorkerRow:
    metrics: Mapping[str, Any] = one.get("metrics") or {}
    counts: Mapping[str, int] = metrics.get("task_counts") or {
        "executing": metrics.get("executing", 0),  # as before distributed 2023.7
        "memory": metrics.get("in_memory", 0),
    }
    spilled = metrics.get("spilled_bytes") or {}
    threads = one["nthreads"]
    return {
        "id": address,
        "name": str(one["name"]),
        "host": str(one.get("host") or ""),
        "state": str(one.get("status") or "running"),
        "threads": threads,
        "memory": metrics.get("memory", 0),
        "memory_limit": one["memory_limit"] or None,
        "cpu": round(metrics.get("cpu", 0) / 100 / max(1, threads), 2),
        "spilled": spilled.get("disk", 0) if isinstance(spilled, Mapping) else 0,
        "tasks": counts.get("executing", 0) + counts.get("long-running", 0),
        "results": counts.get("memory", 0),
        "restartable": bool(one.get("nanny")),
    }


async def restart(scheduler: LogSource, address: str) -> None:
    """Have the nanny of a worker restart it.

    Raises ``CannotRestartError`` where the worker has no nanny or does not come back.
    """
    request = scheduler.broadcast(
        msg={"op": "restart", "timeout": RESTART_LIMIT}, workers=[address], nanny=True
    )
    try:
        answers = await asyncio.wait_for(request, RESTART_LIMIT + 1)
    except (OSError, KeyError) as error:
        raise CannotRestartError(f"This worker is no longer there ({error}).") from None
    except asyncio.TimeoutError:
        answers = {address: "timed out"}
    if answers.get(address) != "OK":
        raise CannotRestartError("The worker was stopped, and has not come back yet.")
