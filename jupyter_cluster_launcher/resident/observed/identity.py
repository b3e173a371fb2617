"""The state of a cluster as its scheduler describes itself to others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypedDict

from ..report import Polled, Progress, Usage
from ..versions import PACKAGES
from .scheduler import largest, load, progress, spilled

States = Mapping[str, int]  # of one kind of task: how many tasks are in which state


class _Always(TypedDict):
    name: str
    nthreads: int
    memory_limit: int | None
    metrics: Mapping[str, Any] | None


class WorkerIdentity(_Always, total=False):
    """A worker as its scheduler's ``identity`` describes it; memory in bytes, None for no limit.

    ``nanny`` is the address of its nanny, None where there is none.
    """

    host: str
    status: str
    nanny: str | None


def worker_report(
    workers: Collection[WorkerIdentity], tasks: int, busy: bool, tasks_progress: Progress
) -> Polled:
    """Return the part of a report that says how many workers there are, and what they do."""
    cores = sum(worker["nthreads"] for worker in workers)
    metrics = [worker.get("metrics") or {} for worker in workers]
    usage: Usage = {
        "cpu": load(metrics, cores),
        "memory": sum(one.get("memory", 0) for one in metrics),
        "tasks": tasks,
        "busy": busy,
        "spilled": spilled(metrics),
    }
    usage.update(tasks_progress)  # type: ignore[typeddict-item]  # some of the same keys
    return {
        "ready": len(workers),
        "cores": cores,
        "memory": sum(worker["memory_limit"] or 0 for worker in workers),
        "usage": usage,
        "largest": largest(
            [
                (one.get("memory", 0), worker["memory_limit"], worker["nthreads"])
                for one, worker in zip(metrics, workers)
            ]
        ),
    }


def is_busy(states: Iterable[States]) -> bool:
    """Return whether any task is being computed, or waits for that."""
    return any(state["processing"] or state["waiting"] for state in states)


def task_count(states: Iterable[States]) -> int:
    """Return how many tasks the scheduler keeps."""
    return sum(sum(state.values()) - state["released"] for state in states)


def task_progress(states: Iterable[States], workers: int) -> Progress:
    """Return how far the tasks are that the scheduler keeps, which has so many ``workers``."""
    return progress(({**state, "released": 0} for state in states), workers)


def scheduler_versions(packages: Mapping[str, str | None]) -> dict[str, str]:
    """Return the versions that a scheduler runs, as ``versions`` does for this environment."""
    known = {"python": ".".join(str(packages["python"]).split(".")[:3])}
    return {**known, **{name: str(packages[name]) for name in PACKAGES if packages.get(name)}}
