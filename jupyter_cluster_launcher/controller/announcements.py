"""The clusters that notebooks make themselves, as their schedulers announce them in files.

Dask runs "preloads" in each scheduler that it starts. The kernels of this server get one in their
environment: it loads `resident/announce.py`, which writes a file for as long as the scheduler runs.
jupyter_client has no other way to add to the environment of all kernels than the server's own.
"""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import resources
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir

from . import host as processes
from .guarded_files import read_object

VARIABLE = "DASK_DISTRIBUTED__SCHEDULER__PRELOAD"
ARGUMENTS = "DASK_DISTRIBUTED__SCHEDULER__PRELOAD_ARGV"
MARK = "# jupyter_cluster_launcher: lists this cluster in JupyterLab"
PRELOAD = """{mark}
import contextlib, runpy
with contextlib.suppress(Exception):
    hooks = runpy.run_path({path!r})["hooks"]
    dask_setup, dask_teardown = hooks({folder!r}, {boot!r}, {alone!r})
"""
ADDRESS = re.compile(r"(tcp|tls)://[A-Za-z0-9_.:\[\]-]{1,280}", re.ASCII)
SIZE = 10_000  # bytes of a file


@dataclass(frozen=True)
class Announcement:
    """A scheduler in another process of this user; ``memory`` is in bytes."""

    address: str
    pid: int
    since: datetime
    workers: int
    cores: int
    memory: int


def folder() -> Path:
    """Return where schedulers announce themselves."""
    return Path(jupyter_runtime_dir()) / "cluster-launcher-schedulers"


def announce_from(environment: MutableMapping[str, str]) -> None:
    """Have schedulers that are started in an environment announce themselves.

    What it has Dask preload already stays. Does nothing where the preloads have arguments, which
    Dask counts, and where the directory cannot be made.
    """
    if environment.get(ARGUMENTS):
        return
    with contextlib.suppress(OSError):
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        folder().chmod(0o700)
        others = _preloads(environment)
        text = PRELOAD.format(
            mark=MARK,
            path=str(resources.files("jupyter_cluster_launcher").joinpath("resident/announce.py")),
            folder=str(folder()),
            boot=processes.boot_id(),
            alone=not others,
        )
        environment[VARIABLE] = repr([text, *others])


def announce_no_longer_from(environment: MutableMapping[str, str]) -> None:
    """Undo ``announce_from``."""
    before = silent(environment).get(VARIABLE)
    environment.pop(VARIABLE, None)
    if before is not None:
        environment[VARIABLE] = before


def silent(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which schedulers do not announce themselves."""
    others = _preloads(environment)
    kept = {name: value for name, value in environment.items() if name != VARIABLE}
    return {**kept, VARIABLE: repr(others)} if others else kept


def found() -> list[Announcement]:
    """Return the announced schedulers that run on this host, the newest first.

    Files of processes that have ended are removed.
    """
    known = []
    for path in sorted(folder().glob("*.json")):
        one = _read(path)
        if one is None:
            with contextlib.suppress(OSError):
                path.unlink()
        else:
            known.append(one)
    return sorted(known, key=lambda one: one.since, reverse=True)


def _read(path: Path) -> Announcement | None:
    """Return what a file announces, None where its process has ended or it cannot be read."""
    try:
        data = read_object(path, SIZE)
        one = Announcement(
            address=str(data["address"]),
            pid=int(data["pid"]),
            since=datetime.fromtimestamp(float(data["since"]), timezone.utc),
            workers=int(data["workers"]),
            cores=int(data["cores"]),
            memory=int(data["memory"]),
        )
        born = str(data["started"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None
    runs = processes.started(one.pid) == born if born else processes.started(one.pid) != ""
    return one if runs and ADDRESS.fullmatch(one.address) else None


def _preloads(environment: Mapping[str, str]) -> list[str]:
    """Return what an environment has Dask preload in schedulers, read as Dask reads it."""
    text = environment.get(VARIABLE, "")
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError):
        value = None if text.lower() in ("", "none", "null") else text
    return [one for one in _items(value) if not one.startswith(MARK)]


def _items(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        yield from map(str, value)
