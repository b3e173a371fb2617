"""Runs the commands of a batch system, in an environment that does not change what they write."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ....controller import programs
from ..system import BatchSystem, Commands

PATIENCE = 10.0  # seconds for an answer; SLURM's own limit is twice its MessageTimeout of 10
MISSING = 127  # the exit code of a program that is not there


Unset = Mapping[str, Sequence[str]]  # as a batch system's UNSET


@dataclass(frozen=True)
class Output:
    """What a command wrote, both streams together; ``returncode`` is None without an end of it."""

    returncode: int | None
    text: str


def environment(system: Commands, script: str = "", unset: Unset | None = None) -> dict[str, str]:
    """Return the environment of a batch system's commands.

    It is the server's, without what would change the answers or overrule the job script ``script``;
    ``unset`` says what that is for one launch.
    """
    patterns = withheld(system.UNSET if unset is None else unset, script)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not any(fnmatchcase(name, pattern) for pattern in patterns)
    }
    return {**kept, "LC_ALL": "C", **system.COMMAND_ENVIRONMENT}


def withheld(unset: Unset, script: str = "") -> list[str]:
    """Return the patterns of the variables that submissions of a job script do not get."""
    return [
        pattern
        for pattern, directives in unset.items()
        if not directives or any(_has(script, one) for one in directives)
    ]


def _has(script: str, directive: str) -> bool:
    # As in resident/jobqueue/shell.py.
    return bool(re.search(rf"^#.*\s{re.escape(directive)}(?=[\s=]|$)", script, re.MULTILINE))


def overriding(system: BatchSystem, fields: Iterable[str] = ()) -> list[str]:
    """Return the sorted variables of the server's environment that may change jobs.

    ``fields`` are those for which the form has a field.
    """
    patterns = [*withheld(system.UNSET), *fields]
    return sorted(
        name
        for name in os.environ
        if any(fnmatchcase(name, pattern) for pattern in system.OVERRIDES)
        and not any(fnmatchcase(name, pattern) for pattern in [*patterns, *system.ENVIRONMENT])
    )


async def run(
    system: Commands,
    command: Sequence[str],
    timeout: float = PATIENCE,
    script: str = "",
    unset: Unset | None = None,
) -> Output:
    """Run a command of a batch system, for ``timeout`` seconds at most, and return its output.

    ``script`` is the job script that it gets, if any; ``unset`` is as of `environment`.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            env=environment(system, script, unset),
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError) as error:
        return Output(MISSING, f"{command[0]}: {error.strerror}")
    except OSError as error:  # which may pass: too many processes or files
        return Output(None, f"{command[0]}: {error.strerror}")
    answer = asyncio.ensure_future(process.communicate())
    try:
        # Before Python 3.12, wait_for swallows a cancellation at the moment of the answer.
        await asyncio.wait([answer], timeout=timeout)
        if answer.done():
            return Output(process.returncode, answer.result()[0].decode(errors="replace"))
    finally:
        if not answer.done():
            answer.cancel()
            await programs.kill(process)
    return Output(None, f"{command[0]} did not answer within {timeout:g} s")
