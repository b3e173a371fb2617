"""Announces a scheduler in a file, so that the user's Jupyter servers on this host list it.

Runs by its path in whatever process starts a scheduler, such as a notebook's kernel, where nothing
else of this package is there. It must neither fail nor hold up anything there.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

PERIOD = 5000  # milliseconds between two looks at the number of workers
BOOT_ID = "/proc/sys/kernel/random/boot_id"
START = 19  # the place of a process's start among what follows its name
Hook = Callable[[Any], Awaitable[None]]


def hooks(folder: str, boot: str, alone: bool) -> tuple[Hook, Hook]:
    """Return what Dask calls when a scheduler starts and when it ends.

    ``folder`` is the private directory of the files, ``boot`` the id of the host's boot: elsewhere
    nothing is announced. ``alone`` says that this is the only preload in the environment variable,
    which hides those of Dask's configuration files: they are loaded here.
    """
    path = os.path.join(folder, f"{os.getpid()}-{uuid.uuid4().hex[:8]}.json")
    state: dict[str, Any] = {}

    async def setup(scheduler: Any) -> None:
        with contextlib.suppress(Exception):
            if _boot_id() == boot:
                _begin(scheduler, path, state)
        state["others"] = _configured(scheduler) if alone else []
        for one in state["others"]:
            await _guarded(one.start())

    async def teardown(scheduler: Any) -> None:
        with contextlib.suppress(Exception):
            state["timer"].stop()
        with contextlib.suppress(OSError):
            os.unlink(path)
        for one in state.get("others", ()):
            await _guarded(one.teardown())

    return setup, teardown


async def _guarded(step: Awaitable[None]) -> None:
    """Do a step of a preload; one that fails stops no other, as in Dask."""
    try:
        await step
    except Exception:
        logging.getLogger("distributed.preloading").exception("A preload failed")


def _begin(scheduler: Any, path: str, state: dict[str, Any]) -> None:
    """Write the file, and again whenever the number of workers has changed."""
    from tornado.ioloop import PeriodicCallback  # noqa: PLC0415 - inside what is guarded

    known = {
        "address": scheduler.address,
        "pid": os.getpid(),
        "started": _started(),
        "since": time.time(),
    }
    if not str(known["address"]).startswith(("tcp://", "tls://")):
        return  # inside one process, where nothing can connect to it

    def write() -> None:
        with contextlib.suppress(Exception):
            now = {**known, **_size(scheduler)}
            if now != state.get("written"):
                _replace(path, json.dumps(now))
                state["written"] = now

    write()
    state["timer"] = PeriodicCallback(write, PERIOD)
    state["timer"].start()


def _size(scheduler: Any) -> dict[str, int]:
    workers = list(scheduler.workers.values())
    return {
        "workers": len(workers),
        "cores": sum(worker.nthreads for worker in workers),
        "memory": sum(worker.memory_limit or 0 for worker in workers),
    }


def _replace(path: str, text: str) -> None:
    """Write a private file at once, so that no reader finds half of it."""
    descriptor = os.open(f"{path}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(f"{path}.new", path)


def _configured(scheduler: Any) -> Any:
    """Return the preloads of Dask's configuration files, as the scheduler itself would have."""
    import dask  # noqa: PLC0415 - as above
    from distributed.preloading import process_preloads  # noqa: PLC0415

    files = dask.config.collect(env={})
    listed = dask.config.get("distributed.scheduler.preload", default=[], config=files) or []
    arguments = dask.config.get("distributed.scheduler.preload-argv", default=[], config=files)
    return process_preloads(scheduler, listed, arguments or [])


def _boot_id() -> str:
    try:
        with open(BOOT_ID, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def _started() -> str:
    """Return when this process started, in clock ticks since the boot; empty outside Linux."""
    try:
        with open("/proc/self/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[START]
    except (OSError, IndexError):
        return ""
