"""The functions of a batch system's module, and how a module is found.

Each batch system is one module of pure functions: data in, a command line out; the text that the
command wrote in, data out. None of them runs anything, so each is tested with text that the real
system wrote. A module stands in this package, or comes from another distribution that declares it
in the entry point group ``jupyter_cluster_launcher.batch_systems``; platform files name it in
``batch:``.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any, Protocol, cast

from ...models import Job

ENTRY_POINTS = "jupyter_cluster_launcher.batch_systems"


@dataclass(frozen=True)
class Verdict:
    """Whether the batch system would accept a job, and a sentence with what it says about it."""

    ok: bool
    text: str


class BatchSystem(Protocol):
    """The contents of a batch system's module. ``names`` are job names, one for each cluster."""

    @property
    def TITLE(self) -> str:  # noqa: N802 - a constant of the module
        """The name that users know."""
        ...

    @property
    def ENVIRONMENT(self) -> Mapping[str, str]:  # noqa: N802 - a constant of the module
        """What the environment gets in which jobs are submitted."""
        ...

    def list_jobs(self, user: str, names: Sequence[str]) -> list[str]:
        """Return the one command that lists a user's jobs of these names, ended ones included."""
        ...

    def parse_jobs(self, text: str) -> list[Job]:
        """Return the jobs in the output of `list_jobs`; jobs of other names may be among them."""
        ...

    def ended_jobs(self, name: str, ids: Sequence[str]) -> list[str]:
        """Return the command that queries accounting for ended jobs of one name."""
        ...

    def parse_ended(self, text: str) -> list[Job]:
        """Return the jobs in the output of `ended_jobs`; unknown jobs are left out."""
        ...

    def no_accounting(self, text: str) -> bool:
        """Return whether `ended_jobs` failed because the site has no accounting."""
        ...

    def cancel_jobs(self, user: str, names: Sequence[str]) -> list[str]:
        """Return the command that cancels a user's jobs of these names, queued or running."""
        ...

    def preflight(self, script: str) -> list[str]:
        """Return the command that tests a job script without submitting it."""
        ...

    def verdict(self, returncode: int, text: str) -> Verdict:
        """Return the answer to `preflight`; ``text`` is standard output and error together."""
        ...

    def explain(self, text: str) -> str:
        """Return one line with the batch system's reason out of the text of a failed submission."""
        ...

    def seconds(self, walltime: str) -> int | None:
        """Return the seconds of a time limit, None for what is not one."""
        ...

    def unreachable(self, text: str) -> bool:
        """Return whether a command failed because the batch system did not answer."""
        ...


REQUIRED = tuple(name for name in vars(BatchSystem) if not name.startswith("_"))


def batch_system(name: Any) -> BatchSystem:
    """Return the module of a batch system.

    Raises ``LookupError`` with a sentence where there is none of that name, or where the module
    that another distribution brings is not complete.
    """
    module = _built_in(name) or _installed(name)
    if module is None:
        raise LookupError(f"There is no batch system {name!r:.80}.")
    absent = [function for function in REQUIRED if not hasattr(module, function)]
    if absent:
        raise LookupError(f"The batch system {name!r:.80} has no {', '.join(absent)}.")
    return cast(BatchSystem, module)


def _built_in(name: Any) -> object | None:
    try:
        module = importlib.import_module(f"{__package__}.{name}")
    except ImportError:
        return None
    # The package has other modules, too.
    return module if hasattr(module, "list_jobs") else None


def _installed(name: Any) -> object | None:
    for point in metadata.entry_points(group=ENTRY_POINTS, name=str(name)):
        try:
            return cast(object, point.load())
        except Exception as error:  # another distribution's code can raise anything
            raise LookupError(
                f"The batch system {name!r:.80} cannot be imported: {type(error).__name__}: {error}"
            ) from None
    return None
