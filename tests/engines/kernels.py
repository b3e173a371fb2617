"""Controllers with real kernels, which are always ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from processes import group

from jupyter_cluster_launcher.controller import host
from jupyter_cluster_launcher.controller.client import Controller
from jupyter_cluster_launcher.controller.spawn import spawn
from jupyter_cluster_launcher.models import ControllerRef

FOREVER = 3600.0  # seconds; the time limit of a test ends it earlier


class Kernel:
    """A controller, and what it reported and printed."""

    def __init__(self, ref: ControllerRef) -> None:
        self.reports: list[dict[str, Any]] = []
        self.output = ""
        self.news = asyncio.Event()
        self.controller = Controller(ref, self._reported, self._printed)
        self.ref = ref

    def _reported(self, report: dict[str, Any]) -> None:
        self.reports.append(report)
        self.news.set()

    def _printed(self, text: str) -> None:
        self.output += text
        self.news.set()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until ``holds`` returns true, checked after each report and output."""
        while not holds():
            self.news.clear()
            await self.news.wait()

    async def value(self, expression: str, folder: Path) -> Any:
        """Return the value of an expression in the kernel, by way of a file in ``folder``."""
        path = folder / "value.json"
        code = f"import json; json.dump({expression}, open({str(path)!r}, 'w'))"
        await self.controller.run(f"import os, sys\n{code}", FOREVER)
        return json.loads(path.read_text(encoding="utf-8"))


CLUSTER = """
from dask.distributed import LocalCluster
cluster = LocalCluster(n_workers=0, processes=False, protocol="tcp://", dashboard_address=None)
"""


async def watched(one: Kernel, folder: Path) -> None:
    """Have a controller watch a cluster whose workers are threads, of which it has none yet."""
    await one.controller.load("local", folder)
    await one.controller.run(CLUSTER, FOREVER)
    await one.controller.start_watch("cluster", {}, FOREVER)
    await one.until(lambda: one.reports)


@contextlib.asynccontextmanager
async def kernel(folder: Path, name: str = "python3", **env: str) -> AsyncIterator[Kernel]:
    """Spawn a controller and attach to it; it is always ended."""
    ref = await spawn(name, KernelSpecManager(), folder, str(folder), env)
    one = Kernel(ref)
    try:
        await one.controller.attach(FOREVER)
        yield one
    finally:
        one.controller.detach()
        await host.end_group(ref.pid, ref.connection_file)
        await Controller(ref, print, print).end(None, 0)


async def alone(ref: ControllerRef, folder: Path) -> str:
    """Return why a controller ended without a server; it has left only what says so then."""
    try:
        while group(ref.pid):
            host.reap()
            await asyncio.sleep(0.1)
        nothing_left(ref)
        return str(json.loads((folder / "ended.json").read_text(encoding="utf-8"))["ended"])
    finally:
        await Controller(ref, print, print).end(None, 0)


def nothing_left(ref: ControllerRef) -> None:
    """Assert that a controller has left neither process nor sockets."""
    assert group(ref.pid) == []
    assert not Path(ref.socket_dir).exists()
