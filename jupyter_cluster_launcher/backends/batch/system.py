"""What a batch system says of its jobs.

Each batch system is one module of pure functions: data in, a command line out; what the command
wrote in, data out. None of them runs anything, so each is tested with text that the real system
once wrote. To add another one, write its module with the functions of `BatchSystem` and name it
in ``batch:`` of a platform file.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Protocol, cast


class Phase(str, Enum):
    """Where a job is, whatever its batch system calls it."""

    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True)
class Job:
    """One job, in the batch system's own words where they are for people.

    ``start`` is an estimate while the job is queued; ``end`` is when its time limit ends it, or
    when it ended. ``failed`` says that the batch system itself calls the end a failure,
    ``orderly`` that it calls it a success; neither holds of a job that somebody cancelled.
    ``ending`` says of a job that counts as running that the batch system is ending it already.
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


@dataclass(frozen=True)
class Verdict:
    """Whether the batch system would take a job, and what it says to it."""

    ok: bool
    text: str


class BatchSystem(Protocol):
    """The functions of a batch system's module. ``names`` are job names, one for each cluster."""

    @property
    def TITLE(self) -> str:  # noqa: N802 - a constant of the module
        """What people call it."""
        ...

    @property
    def ENVIRONMENT(self) -> Mapping[str, str]:  # noqa: N802 - a constant of the module
        """What the environment gets from which jobs are submitted."""
        ...

    def list_jobs(self, user: str, names: Sequence[str]) -> list[str]:
        """Return the one command that lists a user's jobs of these names, also ended ones."""
        ...

    def parse_jobs(self, text: str) -> list[Job]:
        """Read what `list_jobs` wrote; there may be jobs of other names among them."""
        ...

    def ended_jobs(self, name: str, ids: Sequence[str]) -> list[str]:
        """Return the command that tells how jobs of one name ended that are listed no more."""
        ...

    def parse_ended(self, text: str) -> list[Job]:
        """Read what `ended_jobs` wrote; a job that it does not know is left out."""
        ...

    def no_accounts(self, text: str) -> bool:
        """Whether `ended_jobs` failed because the site keeps none."""
        ...

    def cancel_jobs(self, user: str, names: Sequence[str]) -> list[str]:
        """Return the command that cancels a user's jobs of these names, queued or running."""
        ...

    def preflight(self, script: str) -> list[str]:
        """Return the command that asks for a verdict on a job script without submitting it."""
        ...

    def verdict(self, returncode: int, text: str) -> Verdict:
        """Read the answer to `preflight`: its exit code, and standard output and error together."""
        ...

    def explain(self, text: str) -> str:
        """Return one line with the batch system's reason out of the text of a failed submission."""
        ...

    def seconds(self, walltime: str) -> int | None:
        """Return the seconds of a time limit, None for what is not one."""
        ...

    def unreachable(self, text: str) -> bool:
        """Whether a command failed because the batch system did not answer."""
        ...


def batch_system(name: str) -> BatchSystem:
    """Return the module of a batch system.

    Raises ``LookupError`` where there is none of that name.
    """
    try:
        module = importlib.import_module(f"{__package__}.{name}")
    except ImportError:
        module = None
    if not hasattr(module, "list_jobs"):
        raise LookupError(f"There is no batch system {name!r}.")
    return cast(BatchSystem, module)
