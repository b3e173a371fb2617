"""The jobs of a batch system: as it lists them, and as a controller submitted them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

TIME, MEMORY = "time", "memory"  # the limits that end jobs


class Phase(str, Enum):
    """Where a batch job is, whatever its batch system calls it."""

    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True)
class Job:
    """One batch job, in the batch system's own words where users read them.

    ``start`` is an estimate while the job is queued; ``end`` is when its time limit ends it, or
    when it ended. ``failed`` says that the batch system itself calls the end a failure,
    ``orderly`` that it calls it a success; neither holds of a cancelled job.
    ``ending`` marks a job that counts as running while the batch system is already ending it.
    ``limit`` is the limit that ended it: ``TIME`` or ``MEMORY``, empty where that is not known.
    """

    id: str
    name: str
    phase: Phase
    state: str
    reason: str = ""
    start: datetime | None = None
    end: datetime | None = None
    exit_code: str | None = None
    node: str = ""
    failed: bool = False
    orderly: bool = False
    ending: bool = False
    limit: str = ""


@dataclass(frozen=True)
class Queue:
    """What a batch system last answered about the jobs of one cluster.

    ``polled`` is false until it has answered once. ``error`` is the sentence for the user while it
    does not answer; ``jobs`` are those of the last answer then.
    """

    jobs: tuple[Job, ...] = ()
    error: str | None = None
    polled: bool = False

    @property
    def open(self) -> list[Job]:
        """The jobs that are queued or running."""
        return [job for job in self.jobs if job.phase is not Phase.ENDED]

    @property
    def ended(self) -> list[Job]:
        """The jobs that have ended."""
        return [job for job in self.jobs if job.phase is Phase.ENDED]


@dataclass(frozen=True)
class Submission:
    """A job as its controller submitted it.

    Neither ``id`` nor ``error`` is set while it is being submitted. ``closed`` says that it is no
    longer wanted, ``lost`` that its worker went away unasked, ``ended`` that the batch system
    reported its end.
    """

    worker: str
    id: str | None = None
    error: str | None = None
    closed: bool = False
    lost: bool = False
    ended: bool = False
