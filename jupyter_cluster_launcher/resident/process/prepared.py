"""A controller that is started before its launch, and may never get one."""

from __future__ import annotations

import contextlib
import multiprocessing.process
import os
import sys

from .log_file import LOG

MARK = "prepared"  # the file in its directory, made by the server before the start
RECORD = "cluster.json"  # of its cluster, from the launch on


def is_unused(directory: str) -> bool:
    """Return whether this process was prepared for a launch and none has come."""
    mark, record = (os.path.join(directory, name) for name in (MARK, RECORD))
    return os.path.exists(mark) and not os.path.exists(record)


def make_used(directory: str) -> None:
    """Note that there is a launch, and empty the log for what it prints."""
    sys.stdout.flush()
    sys.stderr.flush()
    with contextlib.suppress(OSError):
        os.truncate(os.path.join(directory, LOG), 0)
        os.unlink(os.path.join(directory, MARK))


def move_to(cwd: str) -> None:
    """Change the working directory, as if this process had started there; raises ``OSError``.

    Workers get the directory in which Python started for an empty entry of the module path.
    """
    os.chdir(cwd)
    multiprocessing.process.ORIGINAL_DIR = os.getcwd()  # type: ignore[attr-defined]


def read_config_again() -> None:
    """Read Dask's files, which the user may have edited since Dask was imported.

    What other packages have added stays: not all of them do so in a way that ``refresh`` keeps.
    """
    dask = sys.modules.get("dask")
    if dask is not None:
        dask.config.update(dask.config.config, dask.config.collect(), priority="new")
