"""What dask-jobqueue leaves to chance: blanks in paths, variables, and what a site configured."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Union

import dask
from dask.utils import tmpfile

from .keys import expanded

Directives = Union[Sequence[str], Mapping[str, str]]

# What a shell reads otherwise than as it stands, but for what expands a variable or a home.
SPECIAL = re.compile(r"([^\w$~/.:,@%+={}-])")
LITERAL = re.compile(r"([^\w/.:,@%+=-])")  # the same of a path that has nothing to expand
VARIABLE = re.compile(r"\$(\w+|\{[^}]*\})")
DASHBOARD = "--dashboard"  # begins the arguments with which users turn on a dashboard for workers
NO_PAGES = "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES"  # the server has set it
PRIVATE = ["--no-dashboard", "--dashboard-address", "127.0.0.1:0"]


@contextlib.contextmanager
def job_file(job: Any) -> Iterator[str]:
    """Write the script of a job for as long as it is submitted, and yield its path.

    It goes with this process: where dask-jobqueue puts it, one stays if that is killed meanwhile.
    """
    folder = job.tracker.scripts
    # Sites clear /tmp now and then, which jobs that come later survive.
    with tmpfile("sh", dir=folder if folder and os.path.isdir(folder) else None) as path:
        with open(path, "w", encoding="utf-8") as file:
            file.write(job.job_script())
        yield path


def quote_in_header(header: str, directory: str) -> str:
    """Return a job's directives with each path below ``directory`` quoted where it needs that."""
    return re.sub(re.escape(directory) + r"\S*", lambda path: shlex.quote(path[0]), header)


def escape_in_command(command: str, paths: Iterable[str]) -> str:
    """Return a shell's command with blanks and the like in ``paths`` escaped; variables expand.

    A variable that is not set on the node leaves an empty argument, and not none. A path that
    exists as it stands has no variables, but perhaps a dollar sign in its name.
    """
    for path in paths:
        if os.path.lexists(path):
            command = command.replace(path, LITERAL.sub(r"\\\1", path))
            continue
        escaped = SPECIAL.sub(r"\\\1", path)
        command = command.replace(path, VARIABLE.sub(r'"\g<0>"', escaped))
    return command


def merged_directives(site: Directives, given: Directives) -> Directives:
    """Return the directives of a site and of a launch, which replaces those of the same option.

    HTCondor's are a mapping.
    """
    mappings = [one for one in (site, given) if isinstance(one, Mapping)]
    if mappings:
        return {key: value for one in mappings for key, value in one.items()}
    options = {_option(one) for one in given}
    return [*(one for one in site if _option(one) not in options), *given]


def _option(directive: str) -> str:
    return re.split(r"[=\s]", directive.strip(), maxsplit=1)[0]


def keep_logs(key: str, folder: str) -> None:
    """Have the jobs' logs kept in ``folder``; where a site has its own, that is found there."""
    site = dask.config.get(key, None)
    if not site:
        dask.config.set({key: folder})
        return
    with contextlib.suppress(OSError):  # of a preview, which has no folder
        os.symlink(expanded(site), folder)


def merging_options(init: Callable[..., None], key: str) -> Callable[..., None]:
    """Return a cluster's ``__init__`` whose scheduler options add to those that a site set."""

    @functools.wraps(init)
    def merge(*args: Any, scheduler_options: dict[str, Any] | None = None, **kwargs: Any) -> None:
        merged = {**(dask.config.get(key, None) or {}), **(scheduler_options or {})}
        # A class of another distribution need not have such options.
        init(*args, **kwargs, **({"scheduler_options": merged} if merged else {}))

    return merge


def withhold(unset: Mapping[str, Sequence[str]], header: str) -> None:
    """Remove the variables from this process that would overrule the directives in ``header``.

    Each key is a pattern of variables. Where it has directives, they are only removed if
    ``header`` has one of these.
    """
    for pattern, directives in unset.items():
        if not directives or any(has_directive(header, one) for one in directives):
            for name in [name for name in os.environ if fnmatchcase(name, pattern)]:
                del os.environ[name]


def has_directive(script: str, option: str) -> bool:
    """Return whether a job script has a directive with this option."""
    return bool(re.search(rf"^#.*\s{re.escape(option)}(?=[\s=]|$)", script, re.MULTILINE))


def worker_arguments(own: list[str], lifetime: list[str]) -> list[str]:
    """Return all arguments of a worker, those that the user gave before and instead of ours.

    A worker's own dashboard would listen on all addresses of its node, without encryption, and
    show its code to all users of that node.
    """
    given = " ".join(own)
    private = [] if DASHBOARD in given else PRIVATE
    return [*own, *private, *([] if "--lifetime" in given else lifetime)]
