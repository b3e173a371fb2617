"""What everything else talks about: a cluster, its states, and the errors a person can be told."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timezone
from enum import Enum
from typing import Any


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


class State(str, Enum):
    """Where a cluster is in its life."""

    STARTING = "starting"
    RUNNING = "running"
    CLOSING = "closing"
    CLOSED = "closed"
    FAILED = "failed"
    LOST = "lost"
    ELSEWHERE = "elsewhere"


# From each state, the states that may follow. A closing cluster can only end: a late report of its
# controller must not bring it back on the screen.
FOLLOWS: dict[State, frozenset[State]] = {
    State.STARTING: frozenset({State.RUNNING, State.CLOSING, State.CLOSED, State.FAILED}),
    State.RUNNING: frozenset({State.CLOSING, State.CLOSED, State.FAILED, State.LOST}),
    State.CLOSING: frozenset({State.CLOSED, State.FAILED}),
    State.CLOSED: frozenset({State.CLOSING}),
    State.FAILED: frozenset({State.CLOSING}),
    State.LOST: frozenset({State.CLOSING, State.RUNNING, State.CLOSED}),
    State.ELSEWHERE: frozenset(),
}


class LauncherError(Exception):
    """An error whose text is a sentence for the person in front of the browser."""


class BadInputError(LauncherError):
    """What was sent cannot be used; the sentence says what to change."""


class UnknownError(LauncherError):
    """There is no such thing."""


class WrongStateError(LauncherError):
    """The cluster is in a state in which this cannot be done."""


class NotAvailableError(LauncherError):
    """Something this needs is not here, or does not answer."""


@dataclass(frozen=True)
class Adapt:
    """Bounds of adaptive scaling, in workers (jobs on a batch system)."""

    minimum: int
    maximum: int


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
class Report:
    """What a controller last said of its cluster. Memory in bytes, times as ISO 8601 in UTC.

    ``ended`` says why the cluster is no more, ``broken`` that nobody wanted it.
    """

    address: str | None = None
    name: str | None = None
    ready: int = 0
    failed: int = 0
    cores: int = 0
    # What the cores have added up to until ``cores_since``, since when there have been ``cores``.
    core_seconds: float = 0.0
    cores_since: str | None = None
    memory: int = 0
    usage: dict[str, float] | None = None
    tls: bool = False
    dashboard_port: int | None = None
    dashboard_link: str | None = None
    plots: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    requested: int | None = None
    joined: bool = False
    jobs: list[dict[str, Any]] = field(default_factory=list)
    closes_at: str | None = None
    # A gateway's own idle time, in seconds, and when it will stop the cluster.
    idle_limit: float | None = None
    stops_at: str | None = None
    warnings: list[str] = field(default_factory=list)
    ended: str | None = None
    broken: bool = False

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Report:
        """Read what a resident sent, leaving out what this version does not know."""
        return cls(**{key: value for key, value in data.items() if key in cls.__annotations__})


@dataclass(frozen=True)
class Cluster:
    """One Dask cluster: what was asked for, and what is known of it.

    ``by_name`` says that notebooks attach to it through dask-gateway, not by its address; ``leave``
    that a cluster which was joined is let go of, and not shut down;
    ``server`` is the process of the Jupyter server that looks after it, ``cost`` the platform's
    price of a core-hour, where there is one; ``log_directory`` is where the person or the
    administrator wants the logs of batch jobs, relative to ``cwd``.
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
    tls: bool = True
    adapt: Adapt | None = None
    options: dict[str, Any] = field(default_factory=dict)
    keep_running: bool = False
    idle_timeout: float | None = None
    adopted: str | None = None
    leave: bool = False
    by_name: bool = False
    server: str = ""
    batch: str | None = None
    log_directory: str | None = None
    cost: dict[str, Any] | None = None
    state: State = State.STARTING
    message: str = ""
    created: str = field(default_factory=_now)
    controller: ControllerRef | None = None
    report: Report = field(default_factory=Report)
    queue: dict[str, Any] = field(default_factory=dict)

    def to(self, state: State, message: str = "") -> Cluster:
        """Return this cluster in another state.

        Raises ``WrongStateError`` where that state cannot follow the present one.
        """
        if state is not self.state and state not in FOLLOWS[self.state]:
            raise WrongStateError(
                f"A cluster that is {self.state.value} cannot become {state.value}."
            )
        return replace(self, state=state, message=message)

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON data."""
        return {**asdict(self), "state": self.state.value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Cluster:
        """Read a record back.

        Raises ``AttributeError``, ``KeyError``, ``TypeError`` or ``ValueError`` where it is none.
        """
        adapt, controller = data.get("adapt"), data.get("controller")
        known = {key: value for key, value in data.items() if key in cls.__annotations__}
        return cls(
            **{
                **known,
                "state": State(data["state"]),
                "adapt": Adapt(**adapt) if adapt else None,
                "controller": ControllerRef(**controller) if controller else None,
                "report": Report.from_dict(data.get("report") or {}),
            }
        )
