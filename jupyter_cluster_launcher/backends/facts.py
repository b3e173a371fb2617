"""What backends work with, and what they tell the rest of the launcher."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..jobs import Job

if TYPE_CHECKING:
    from ..controller.environments import Environments


MEMORY = ("memory", "memory_limit")  # the options that set it, as dask-jobqueue and Dask call them


@dataclass(frozen=True)
class Context:
    """What backends work with; times in seconds.

    A batch system is polled at most every ``queue_interval`` and given ``queue_patience`` to
    answer; jobs that were cancelled get ``cancel_limit`` to end. A gateway gets
    ``gateway_patience``.
    """

    environments: Environments
    queue_interval: float = 15.0
    queue_patience: float = 10.0
    cancel_limit: float = 120.0
    gateway_patience: float = 30.0


@dataclass(frozen=True)
class Status:
    """What a row shows of a cluster besides its report.

    ``message`` is one sentence or more about its state, ``queue`` the words about waiting jobs,
    ``expires`` the time at which the first running job reaches its time limit.
    """

    message: str
    requested: int
    queued: int = 0
    failed: int = 0
    queue: str | None = None
    expires: datetime | None = None
    jobs: tuple[Job, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Size:
    """What a launch requests for each worker, or for each job of ``each`` workers.

    ``memory`` is what the ``option`` of that says, such as 10GB, ``threads`` are those of a worker.
    """

    option: str
    memory: str
    threads: int
    each: int = 1


@dataclass(frozen=True)
class Check:
    """A launch as its engine judges it before it is made; ``verdict`` is a sentence."""

    ok: bool = True
    job_script: str | None = None
    verdict: str | None = None


@dataclass(frozen=True)
class Start:
    """When a launch would start in one way: with ``jobs`` jobs, and with ``options`` changed.

    ``when`` is in words, None where it cannot start, for a ``reason`` then.
    """

    title: str
    jobs: int
    options: dict[str, Any]
    when: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Log:
    """What one part of a cluster wrote."""

    id: str
    title: str
    text: str


@dataclass(frozen=True)
class Found:
    """A cluster of this user that was made elsewhere and can be joined by its ``id``."""

    id: str
    title: str
    description: str


@dataclass(frozen=True)
class Needs:
    """What a cluster's record keeps of its platform for its backend."""

    preparation: dict[str, Any] = field(default_factory=dict)
    batch: str | None = None
    log_directory: str | None = None
