"""The state of a cluster whose scheduler runs in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from ..protocols import LogSource, SchedulerCluster, TaskPrefix
from ..report import Largest, Polled, Progress, Sample

T = TypeVar("T")

ENDINGS = {"closed": "The cluster was stopped.", "failed": "The cluster failed."}
SHUT_DOWN = "Stopped: the scheduler was shut down."
# What a scheduler in this process imports when it is created, with encryption and a dashboard.
SCHEDULER = (
    *("distributed.dashboard.scheduler", "distributed.http.proxy", "distributed.http.health"),
    *("distributed.http.statics", "distributed.http.scheduler.prometheus"),
    *("distributed.http.scheduler.info", "distributed.http.scheduler.json"),
    *("distributed.http.scheduler.api", "distributed.http.scheduler.missing_bokeh"),
    *("tornado.platform.asyncio", "cryptography.x509", "cryptography.hazmat.backends"),
)
GONE = ("closing", "closed", "failed")  # a scheduler's status when there is no way back


def sample_scheduler(cluster: SchedulerCluster) -> Sample:
    """Return the state of a cluster, read from its scheduler's own data."""
    scheduler = cluster.scheduler
    workers = list(scheduler.workers.values())
    cores = sum(worker.nthreads for worker in workers)
    http = (getattr(scheduler, "services", None) or {}).get("dashboard")
    port = getattr(http, "port", None)
    on_port = isinstance(port, int)
    report: Polled = {
        "address": cluster.scheduler_address,
        "name": cluster.name,
        "ready": len(workers),
        "cores": cores,
        "memory": sum(worker.memory_limit or 0 for worker in workers),
        "requested": len(cluster.worker_spec),
        "dashboard_port": port if on_port else None,
        "dashboard_socket": None if on_port else getattr(http, "address", None),
        "usage": {
            "cpu": load([worker.metrics for worker in workers], cores),
            "memory": sum(worker.metrics.get("memory", 0) for worker in workers),
            "tasks": len(scheduler.tasks),
            "busy": any(worker.processing for worker in workers)
            or bool(scheduler.unrunnable)
            or bool(getattr(scheduler, "queued", ())),
            **progress(
                (group.states for group in list(scheduler.task_groups.values())), len(workers)
            ),
            "spilled": spilled(worker.metrics for worker in workers),
            "paused": sum(status_name(worker.status) == "paused" for worker in workers),
        },
        "largest": largest(
            [(one.metrics.get("memory", 0), one.memory_limit, one.nthreads) for one in workers]
        ),
    }
    prefixes = getattr(scheduler, "task_prefixes", None)
    if prefixes is not None:
        report["computed"] = computed(prefixes)
    ended = ENDINGS.get(status_name(cluster.status)) or (SHUT_DOWN if is_gone(cluster) else None)
    if ended:
        report["ended"], report["ready"], report["usage"] = ended, 0, None
    return Sample(report, scheduler.transition_counter)


def is_here(cluster: object) -> bool:
    """Return whether the scheduler of a cluster runs in this process, and so can be looked at."""
    scheduler = getattr(cluster, "scheduler", None)
    return hasattr(scheduler, "transition_counter") and hasattr(cluster, "worker_spec")


def identities(cluster: SchedulerCluster) -> dict[str, Any]:
    """Return the workers of a cluster as its scheduler describes them, by address."""
    return {address: one.identity() for address, one in list(cluster.scheduler.workers.items())}


def on_scheduler(
    cluster: SchedulerCluster,
    request: Callable[[LogSource], Coroutine[Any, Any, T]],
    limit: float,
) -> T:
    """Return what a request to the scheduler in this process returns, on the loop that it has.

    Raises what it raises, and ``TimeoutError`` after ``limit`` seconds.
    """
    loop = cluster.loop.asyncio_loop
    return asyncio.run_coroutine_threadsafe(request(cluster.scheduler), loop).result(limit)


def progress(states: Iterable[Mapping[str, int]], workers: int) -> Progress:
    """Return how far tasks are, from how many of each group or kind are in which state.

    Where there are ``workers``, tasks that are queued for them do not wait for other ones. A task
    whose result was needed no more is released: it counts as done, as in Dask's plots.
    """
    total: dict[str, int] = {}
    for counts in states:
        for state, number in list(counts.items()):
            total[state] = total.get(state, 0) + number
    return {
        "done": total.get("memory", 0) + total.get("released", 0),
        "held": total.get("memory", 0),
        "erred": total.get("erred", 0),
        "waiting": total.get("no-worker", 0) + (0 if workers else total.get("queued", 0)),
    }


def largest(workers: Sequence[tuple[float, float | None, int]]) -> Largest:
    """Return the most that one of the workers has, from the memory, limit and threads of each."""
    return {
        "peak": max((memory for memory, _, _ in workers), default=0),
        "limit": max((limit or 0 for _, limit, _ in workers), default=0),
        "threads": max((threads for _, _, threads in workers), default=0),
        "each": 1,
    }


def computed(prefixes: Mapping[str, TaskPrefix]) -> int:
    """Return how many tasks have ended so far, by how often one of each kind came to a state."""
    counts = [one.state_counts for one in list(prefixes.values())]
    return sum(one.get("memory", 0) + one.get("erred", 0) for one in counts)


def spilled(metrics: Iterable[Mapping[str, Any]]) -> int:
    """Return how many bytes of data workers have on disk for lack of memory, by their metrics."""
    each = (one.get("spilled_bytes") or {} for one in metrics)
    return sum(one.get("disk", 0) for one in each if isinstance(one, Mapping))


def is_gone(cluster: object) -> bool:
    """Return whether the scheduler of a cluster has ended, as after ``client.shutdown()``.

    The cluster object itself does not notice: it says "running" for ever.
    """
    return status_name(getattr(getattr(cluster, "scheduler", None), "status", None)) in GONE


def status_name(status: object) -> str:
    """Return a status, an enum member or its name in some versions, by its name."""
    return str(getattr(status, "name", status))


def load(metrics: list[Any], cores: int) -> float:
    """Return the share of ``cores`` that workers use, from 0 to 1, rounded to percents.

    ``metrics`` are the workers' own, whose ``cpu`` is in percent of one core.
    """
    percents: float = sum(one.get("cpu", 0) for one in metrics)
    return round(percents / 100 / max(1, cores), 2)
