"""The functions of a batch system's module, and how a module is found.

Each batch system is one module of pure functions: data in, a command line out; the text that the
command wrote in, data out. None of them runs anything, so each is tested with text that the real
system wrote. A module stands in this package, or comes from another distribution that declares it
in the entry point group ``jupyter_cluster_launcher.batch_systems``; platform files name it in
``batch:``. ``examples/batch-system`` in the source is such a distribution.

More is optional: ``DISCOVERY`` has the functions of ``discovery.Discovery``, ``EXPLAINED`` has a
sentence for reasons of jobs that users cannot make out, ``UNUSABLE`` one for options of the submit
command that users must not give as directives, and ``own_jobs(name)`` returns the command
that lists the jobs of a name, a line ``NAME|ID`` each, for a site whose submit command prints other
numbers, too.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from importlib import metadata
from typing import Protocol, cast

from ...errors import NotAvailableError
from ...jobs import Job

ENTRY_POINTS = "jupyter_cluster_launcher.batch_systems"
BUILT_IN = ("htcondor", "lsf", "pbs", "sge", "slurm")  # the modules of this package


@dataclass(frozen=True)
class Verdict:
    """Whether the batch system would accept a job, and a sentence with what it says about it."""

    ok: bool
    text: str


class Commands(Protocol):
    """What it takes to run a batch system's commands, and to say what they answered."""

    @property
    def TITLE(self) -> str:  # noqa: N802 - a constant of the module
        """The name that users know."""
        ...

    @property
    def COMMAND_ENVIRONMENT(self) -> Mapping[str, str]:  # noqa: N802 - a constant of the module
        """What is added to the environment in which the server runs the commands of this module."""
        ...

    @property
    def UNSET(self) -> Mapping[str, Sequence[str]]:  # noqa: N802 - a constant of the module
        """The variables, or patterns of them, that neither commands nor submissions get.

        The values are directives: where there are any, a variable is only withheld if the job
        script has one of them, so that the script decides and not the variable.
        """
        ...

    def explain(self, text: str) -> str:
        """Return the reason in what a failed command wrote: one line without a full stop."""
        ...

    def unreachable(self, text: str) -> bool:
        """Return whether a command failed because the batch system did not answer."""
        ...


class BatchSystem(Commands, Protocol):
    """The contents of a batch system's module.

    Commands are lists of arguments and run without a shell, in the server's environment as
    ``COMMAND_ENVIRONMENT`` and ``UNSET`` change it and with ``LC_ALL=C``. A ``text`` is what a
    command wrote, standard output and error together; lines that mean nothing may be among it, so
    no function raises because of a text. ``names`` are job names, one for each cluster. Ids of jobs
    are numbers, or two with a point between, and the file names of their logs contain ``-ID.out``,
    ``-ID.err``, ``.oID`` or ``.eID``, or are ``ID.SERVER.OU`` and ``ID.SERVER.ER``.
    """

    @property
    def ENVIRONMENT(self) -> Mapping[str, str]:  # noqa: N802 - a constant of the module
        """What is added to the environment in which jobs are submitted."""
        ...

    @property
    def OVERRIDES(self) -> Sequence[str]:  # noqa: N802 - a constant of the module
        """Patterns of variables that change jobs: users see a warning unless they are withheld."""
        ...

    @property
    def JOB_ID(self) -> str | None:  # noqa: N802 - a constant of the module
        """The pattern of a job's id in what the submit command prints, as the group ``job_id``.

        It is used with ``re.search``; None for dask-jobqueue's own.
        """
        ...

    def submit_arguments(self, name: str) -> list[str]:
        """Return the arguments of the submit command that give a job its name.

        They hold against what the job script and the environment say.
        """
        ...

    def list_jobs(self, user: str, names: Sequence[str]) -> list[str]:
        """Return the one command that lists a user's jobs, at least those of these names.

        It exits with 0 where there are none. Jobs that ended lately may be among them; jobs of
        other names should be, which are recognized by their ids.
        """
        ...

    def parse_jobs(self, text: str) -> list[Job]:
        """Return the jobs in the output of `list_jobs`; jobs of other names may be among them."""
        ...

    def ended_jobs(self, jobs: Mapping[str, Sequence[str]]) -> list[list[str]]:
        """Return the fewest commands that query accounting for ended jobs: ids by job name."""
        ...

    def parse_ended(self, text: str) -> list[Job]:
        """Return the ended jobs in the output of `ended_jobs`, each with its exit code."""
        ...

    def no_accounting(self, text: str) -> bool:
        """Return whether `ended_jobs` failed because the site has no accounting."""
        ...

    def cancel_jobs(self, user: str, name: str, ids: Sequence[str]) -> list[list[str]]:
        """Return the commands that cancel a user's jobs of one name, and those with these ids.

        Queued and running ones. Some of them may have ended.
        """
        ...

    def preflight(self, script: str) -> list[str]:
        """Return the command that tests the job script in file ``script`` without submitting it.

        Empty where the batch system cannot do that.
        """
        ...

    def verdict(self, returncode: int, text: str) -> Verdict:
        """Return what the exit code and the output of `preflight` mean, as a sentence for users."""
        ...

    def seconds(self, walltime: str) -> int | None:
        """Return the seconds of the option ``walltime``, None for what is not a time limit."""
        ...


REQUIRED = tuple(
    name for one in (Commands, BatchSystem) for name in vars(one) if not name.startswith("_")
)


def batch_system(name: str | None) -> BatchSystem:
    """Return the module of a batch system.

    A module of this package comes before any of another distribution. Raises ``LookupError`` with a
    sentence where there is none of that name, and where another distribution's cannot be imported
    or is not complete.
    """
    return _module(str(name))


def own_jobs(system: BatchSystem, name: str) -> list[str]:
    """Return the command that lists the jobs of a name, empty where a module has none."""
    command: Callable[[str], list[str]] | None = getattr(system, "own_jobs", None)
    return command(name) if command else []


@lru_cache  # looking through all distributions takes milliseconds, and rows are drawn often
def _module(name: str) -> BatchSystem:
    if name in BUILT_IN:
        return cast(BatchSystem, importlib.import_module(f"{__package__}.{name}"))
    for point in metadata.entry_points(group=ENTRY_POINTS, name=name):
        return cast(BatchSystem, _installed(point))
    raise LookupError(f"There is no batch system {name!r:.80}.")


def _installed(point: metadata.EntryPoint) -> object:
    origin = f"The batch system {point.name!r:.80}"
    if point.dist:
        origin += f" of the package {point.dist.name} {point.dist.version}"
    try:
        module: object = point.load()
    except (Exception, SystemExit) as error:  # another distribution's code can raise anything
        reason = f"{type(error).__name__}: {error}"
        raise LookupError(f"{origin} cannot be imported: {reason}.") from None
    absent = [name for name in REQUIRED if not hasattr(module, name)]
    if absent:
        raise LookupError(f"{origin} is incomplete: {point.value} has no {', '.join(absent)}.")
    return _Guarded(module, origin)


class BatchSystemError(NotAvailableError, LookupError):
    """A function of another distribution's batch system has failed."""


class _Guarded:
    """The contents of another distribution's module: what its functions raise, in a sentence."""

    def __init__(self, module: object, origin: str) -> None:
        self._module, self._origin = module, origin

    def __getattr__(self, name: str) -> object:
        found: object = getattr(self._module, name)
        if not callable(found):
            return found

        @wraps(found)
        def guarded(*args: object, **kwargs: object) -> object:
            try:
                return found(*args, **kwargs)
            except (Exception, SystemExit) as error:
                reason = f"{type(error).__name__}: {error}"
                raise BatchSystemError(f"{self._origin} failed in {name}: {reason}.") from error

        return guarded
