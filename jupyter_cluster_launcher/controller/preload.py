"""Makes schedulers that notebooks start announce themselves, for `announcements`.

Dask runs "preloads" in each scheduler that it starts. The kernels of this server get one in their
environment: it loads `resident/announce.py`, which writes a file for as long as the scheduler runs.
jupyter_client has no other way to add to the environment of all kernels than the server's own.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator, Mapping, MutableMapping
from importlib import resources
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_runtime_dir

from .boot import boot_id

VARIABLE = "DASK_DISTRIBUTED__SCHEDULER__PRELOAD"
ARGUMENTS = "DASK_DISTRIBUTED__SCHEDULER__PRELOAD_ARGV"
MARK = "# jupyter_cluster_launcher: lists this cluster in JupyterLab"
PRELOAD = """{mark}
import contextlib, runpy
with contextlib.suppress(Exception):
    hooks = runpy.run_path({path!r})["hooks"]
    dask_setup, dask_teardown = hooks({folder!r}, {boot!r}, {alone!r})
"""


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
            boot=boot_id(),
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
