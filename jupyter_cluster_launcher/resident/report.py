"""The shape of what the resident publishes about its cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypedDict

if TYPE_CHECKING:
    from .jobqueue.tracker import JobEntry

VERSION = 1  # raised when what is in a report changes its meaning


class Progress(TypedDict, total=False):
    """How far the tasks on the scheduler are: computed, failed, and waiting for a worker.

    The results of so many are ``held`` by workers.
    """

    done: int
    held: int
    erred: int
    waiting: int


class Trouble(TypedDict, total=False):
    """What workers do for lack of memory: bytes of data on disk, workers that take no tasks."""

    spilled: int
    paused: int


class Usage(Progress, Trouble):
    """What the workers are doing: CPU from 0 to 1, memory in bytes, tasks on the scheduler."""

    cpu: float
    memory: int
    tasks: int
    busy: bool


class Largest(TypedDict):
    """The most that one worker has now: memory in use and its limit (0 for none), in bytes.

    ``each`` is how many workers make one of what is counted: 1, or those of a job.
    """

    peak: float
    limit: float
    threads: int
    each: int


class Used(Largest):
    """What a cluster has used so far; the keys of ``Largest`` are the most there has been.

    ``units`` is the most workers (jobs on a batch system) that were ready at once, ``spilled`` the
    most data on disk, in bytes. ``tasks`` have ended, at least; ``busy`` is for how many seconds
    there was work. Of ``core_seconds``, ``cpu_seconds`` were used.
    """

    units: int
    spilled: float
    tasks: int
    busy: float
    cpu_seconds: float
    core_seconds: float


class Death(TypedDict):
    """A worker whose process was killed or crashed; ``id`` is its address, ``when`` ISO 8601.

    ``memory`` says that its nanny killed it for lack of memory.
    """

    id: str
    name: str
    when: str
    reason: str
    memory: bool


class Report(TypedDict, total=False):
    """The state of a cluster. Memory in bytes, time spans in seconds, times as ISO 8601 in UTC.

    ``jobs`` is there on batch systems only, ``renewed``, ``replaced`` and ``renew_until`` where
    jobs are kept beyond their time limit, ``joined``, ``idle_limit`` and ``stops_at`` at a gateway
    only. ``version`` is that of the report. ``dashboard_host`` is None for this host. ``ended``
    says why the cluster is gone, ``broken`` that it did not end on purpose. ``scalable`` is missing
    where it is true. ``failed`` is how many workers died, ``killed`` how many of them for lack of
    memory, of their own or the system's, ``deaths`` the last of them.
    """

    version: int
    address: str
    name: str
    ready: int
    failed: int
    killed: int
    deaths: list[Death]
    requested: int | None
    cores: int
    core_seconds: float
    cores_since: str
    memory: int
    usage: Usage | None
    used: Used
    tls: bool
    dashboard_host: str | None
    dashboard_port: int | None
    dashboard_socket: str | None
    dashboard_link: str | None
    plots: dict[str, str]
    versions: dict[str, str]
    jobs: list[JobEntry]
    renewed: int
    replaced: int
    renew_until: str
    joined: bool
    closes_at: str | None
    idle_limit: float | None
    stops_at: str | None
    warnings: list[str]
    ended: str
    broken: bool
    scalable: bool


class Polled(Report, total=False):
    """A report as one poll yields it, with what is added up to be published as ``used``.

    ``computed`` is how many tasks have ended in all, where the scheduler counts them.
    """

    largest: Largest
    computed: int


class Sample(NamedTuple):
    """A report as one poll of the cluster yields it, and a counter that moves when tasks ran."""

    report: Polled
    activity: int | None = None
