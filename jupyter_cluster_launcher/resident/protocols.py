"""What the resident needs of Dask's objects, whichever version the kernel's environment has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, MutableMapping
from typing import Any, Protocol

LogEntries = Iterable["tuple[str, str]"]  # (level, line), the newest first


class Security(Protocol):
    """As ``distributed.Security``."""

    require_encryption: bool | None

    def get_tls_config_for_role(self, role: str) -> Mapping[str, str | None]:
        """Return the files, or texts, of ``role``: ca_file, cert, key."""


class WorkerState(Protocol):
    """As ``distributed.scheduler.WorkerState``."""

    name: object
    nthreads: int
    memory_limit: int | None
    metrics: Mapping[str, Any]
    status: object  # as a cluster's
    processing: Mapping[Any, Any]

    def identity(self) -> Any:
        """Return it as a ``WorkerIdentity``."""


class TaskGroup(Protocol):
    """As ``distributed.scheduler.TaskGroup``."""

    states: Mapping[str, int]


class TaskPrefix(Protocol):
    """As ``distributed.scheduler.TaskPrefix``."""

    state_counts: Mapping[str, int]


class LogSource(Protocol):
    """A scheduler, here or at the other end of an ``rpc``: what logs are collected from."""

    def get_logs(self, n: int) -> LogEntries | Awaitable[LogEntries]:
        """Return the scheduler's last ``n`` log entries."""

    def broadcast(
        self, *, msg: dict[str, Any], workers: list[str], nanny: bool = False
    ) -> Awaitable[Mapping[str, Any]]:
        """Send a message to workers, or to their nannies, and return the answers by address."""


class Scheduler(LogSource, Protocol):
    """As ``distributed.Scheduler``, in this process."""

    workers: Mapping[str, WorkerState]
    tasks: Mapping[Any, Any]
    task_groups: Mapping[str, TaskGroup]
    unrunnable: Iterable[Any]
    transition_counter: int
    status: object  # as a cluster's

    def add_plugin(self, plugin: Any) -> None:
        """Have a ``SchedulerPlugin`` called from now on."""

    def retire_workers(
        self, *, workers: list[str], close_workers: bool, remove: bool
    ) -> Awaitable[Mapping[str, Any]]:
        """Have workers hand their data over and end; return those that could."""


class Loop(Protocol):
    """As tornado's ``IOLoop``."""

    asyncio_loop: asyncio.AbstractEventLoop


class Cluster(Protocol):
    """What every cluster object has."""

    name: str
    scheduler_address: str

    def scale(self, **kwargs: int) -> object:
        """Ask for a number of workers."""

    def adapt(self, **kwargs: int) -> object:
        """Let the number of workers follow the load."""

    def close(self) -> object:
        """Shut down the cluster."""


class SchedulerCluster(Cluster, Protocol):
    """A cluster whose scheduler runs in this process, as ``distributed.SpecCluster``."""

    status: object  # an enum member, or its name in some versions
    scheduler: Scheduler
    loop: Loop
    worker_spec: MutableMapping[Any, Any]


class RemoteCluster(SchedulerCluster, Protocol):
    """As ``distributed.deploy.Cluster``; what ``SchedulerCluster`` adds is not always there."""

    scheduler_comm: Any  # an ``rpc``, without types


class DummyJob(Protocol):
    """The job that dask-jobqueue makes to check its arguments."""

    worker_processes: int


class JobqueueCluster(SchedulerCluster, Protocol):
    """As ``dask_jobqueue.JobQueueCluster``."""

    scheduler_info: Mapping[str, Any]
    _dummy_job: DummyJob
    _i: int


class GatewayCluster(Cluster, Protocol):
    """As ``dask_gateway.GatewayCluster``."""

    dashboard_link: str | None
    shutdown_on_close: bool
    gateway: Any  # a ``Gateway``: dask-gateway carries no types
    security: Any
