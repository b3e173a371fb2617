"""The data everything else works on: a cluster, its state, its report and its jobs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from enum import Enum
from typing import Any

from .errors import WrongStateError
from .jobs import Queue, Submission
from .used import Used

VERSION = 2  # of a cluster's record on disk
REPORT_VERSION = 1  # of a controller's reports


def now() -> str:
    """Return the time as records have it."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


class State(str, Enum):
    """The state of a cluster."""

    STARTING = "starting"
    RUNNING = "running"
    CLOSING = "closing"
    CLOSED = "closed"
    FAILED = "failed"
    LOST = "lost"
    ELSEWHERE = "elsewhere"


# From each state, the states that may follow. A closing cluster can only end: a late report of its
# controller must not bring it back on the screen. One that lost its controller may start another.
FOLLOWS: dict[State, frozenset[State]] = {
    State.STARTING: frozenset(
        {State.RUNNING, State.CLOSING, State.CLOSED, State.FAILED, State.LOST}
    ),
    State.RUNNING: frozenset(
        {State.STARTING, State.CLOSING, State.CLOSED, State.FAILED, State.LOST}
    ),
    State.CLOSING: frozenset({State.CLOSED, State.FAILED}),
    State.CLOSED: frozenset({State.CLOSING}),
    State.FAILED: frozenset({State.CLOSING}),
    State.LOST: frozenset(
        {State.STARTING, State.RUNNING, State.CLOSING, State.CLOSED, State.FAILED}
    ),
    State.ELSEWHERE: frozenset(),
}


@dataclass(frozen=True)
class Adapt:
    """Bounds of adaptive scaling, in workers (jobs on a batch system)."""

    minimum: int
    maximum: int


@dataclass(frozen=True)
class Scaling:
    """What a platform allows for the number of workers; kept with each cluster.

    ``unit`` is what is counted: "workers" or "jobs".
    """

    title: str = "Workers"
    unit: str = "workers"
    minimum: int = 0
    maximum: int = 1000
    adaptive: bool = True


@dataclass(frozen=True)
class Cost:
    """The administrator's price of cores."""

    per_core_hour: float
    currency: str


@dataclass(frozen=True)
class ControllerRef:
    """All that is needed to attach to a controller again.

    ``host`` and ``boot_id`` say where it runs: a home directory is often shared between hosts, and
    a process number means nothing on another host or after a reboot.
    """

    connection_file: str
    socket_dir: str
    pid: int
    host: str
    boot_id: str


@dataclass(frozen=True)
class Usage:
    """The load of a cluster: ``cpu`` is 1 when all cores are busy, ``memory`` is in bytes.

    Of ``tasks``, so many are ``done``, failed (``erred``), or ``waiting`` for a worker. The results
    of so many are ``held`` by workers, None where an older controller does not say. ``spilled`` is
    the data on disk for lack of memory, in bytes, ``paused`` how many workers take no tasks for
    that reason.
    """

    cpu: float = 0.0
    memory: float = 0
    tasks: int = 0
    done: int = 0
    held: int | None = None
    erred: int = 0
    waiting: int = 0
    spilled: float = 0
    paused: int = 0
    busy: bool = False


@dataclass(frozen=True)
class Death:
    """A worker that died; ``id`` was its address, ``when`` is ISO 8601 in UTC.

    ``memory`` says that its nanny killed it for lack of memory.
    """

    id: str = ""
    name: str = ""
    when: str = ""
    reason: str = ""
    memory: bool = False


@dataclass(frozen=True)
class Report:
    """What a controller last reported. Memory in bytes, times as ISO 8601 in UTC.

    ``core_seconds`` is what the cores added up to until ``cores_since``, since when there have been
    ``cores``. ``idle_limit`` is a gateway's own idle time in seconds, ``stops_at`` when that ends.
    ``ended`` says why the cluster has ended, ``broken`` that it failed. ``version`` is 0 where the
    controller is older than that number. ``dashboard_host`` is None for the controller's host.
    ``scalable`` says whether the number of workers can change. ``renewed`` is how many jobs have
    been replaced before their time limit, ``replaced`` how many after an end that was not planned;
    both go on until ``renew_until``. ``failed`` is how many workers died, ``killed`` how many for
    lack of memory, of their own or the system's, ``deaths`` are the last of them.
    """

    version: int = 0
    address: str | None = None
    name: str | None = None
    ready: int = 0
    failed: int = 0
    killed: int = 0
    deaths: tuple[Death, ...] = ()
    cores: int = 0
    core_seconds: float = 0.0
    cores_since: str | None = None
    memory: int = 0
    usage: Usage | None = None
    used: Used | None = None
    tls: bool = False
    dashboard_host: str | None = None
    dashboard_port: int | None = None
    dashboard_socket: str | None = None
    dashboard_link: str | None = None
    plots: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    requested: int | None = None
    joined: bool = False
    jobs: tuple[Submission, ...] = ()
    renewed: int = 0
    replaced: int = 0
    renew_until: str | None = None
    closes_at: str | None = None
    idle_limit: float | None = None
    stops_at: str | None = None
    warnings: tuple[str, ...] = ()
    ended: str | None = None
    broken: bool = False
    scalable: bool = True


@dataclass(frozen=True)
class Cluster:
    """One Dask cluster: what was requested, and what is known of it.

    It carries what it needs of its platform, so that a changed or removed platform file does not
    affect it: ``kind`` names its backend, ``preparation`` is what the resident gets before the
    create code runs, ``create_timeout`` is in seconds. ``leave`` says that a cluster which was
    joined is to be left running when this one closes. ``log_directory`` is where the logs of batch
    jobs go, relative to ``cwd``. ``renew_for`` is for how many seconds its jobs are kept.
    It shuts down when it has used ``core_hours``, None for never. ``own_options`` are the names of
    the options that somebody chose, None where an older version did not note them: its site
    supplies the others.
    ``left`` is how ``message`` ends while it is not known whether jobs of it are left, else empty.
    ``ended`` is when it ended (ISO 8601 in UTC), None until then.
    ``readable`` is false where this is only what could be read of a record, ``unknown`` what
    another version wrote into it.
    Frozen: each change is a new value, saved before it is shown.
    """

    id: str
    name: str
    platform: str
    platform_title: str
    kernel_name: str
    cwd: str | None
    create: str
    requested: int
    kind: str = "local"
    scaling: Scaling = field(default_factory=Scaling)
    preparation: dict[str, Any] = field(default_factory=dict)
    create_timeout: float = 300.0
    tls: bool = True
    adapt: Adapt | None = None
    options: dict[str, Any] = field(default_factory=dict)
    own_options: tuple[str, ...] | None = None
    keep_running: bool = False
    idle_timeout: float | None = None
    core_hours: float | None = None
    renew_for: float | None = None
    leave: bool = False
    batch: str | None = None
    log_directory: str | None = None
    cost: Cost | None = None
    state: State = State.STARTING
    message: str = ""
    left: str = ""
    created: str = field(default_factory=now)
    ended: str | None = None
    controller: ControllerRef | None = None
    report: Report = field(default_factory=Report)
    queue: Queue = field(default_factory=Queue)
    version: int = VERSION
    readable: bool = True
    unknown: dict[str, Any] = field(default_factory=dict)

    @property
    def ends_by_itself(self) -> bool:
        """Whether it has ended by itself, and what is left of it is being stopped."""
        return self.state is State.RUNNING and bool(self.report.ended)

    @property
    def shown_state(self) -> State:
        """Its state as users see it: that of a cluster that is being stopped."""
        return State.CLOSING if self.ends_by_itself else self.state

    @property
    def chosen(self) -> dict[str, Any]:
        """The options that somebody chose, which hold at another site as well."""
        own = self.options if self.own_options is None else self.own_options
        return {name: value for name, value in self.options.items() if name in own}

    def to(self, state: State, message: str = "") -> Cluster:
        """Return this cluster in another state.

        Raises ``WrongStateError`` where that state cannot follow the present one.
        """
        if state is not self.state and state not in FOLLOWS[self.state]:
            raise WrongStateError(
                f"A cluster that is {self.state.value} cannot become {state.value}."
            )
        return replace(self, state=state, message=message)
