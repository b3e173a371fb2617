"""Controllers with real kernels, which are ended in any case."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_cluster_launcher.controller import host as processes
from jupyter_cluster_launcher.controller.client import Controller
from jupyter_cluster_launcher.controller.spawn import spawn
from jupyter_cluster_launcher.models import ControllerRef

FOREVER = 3600.0  # a step that needs this long is caught by the net under all tests


class Kernel:
    """A controller, and all that came of it."""

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

    async def until(self, holds: Any) -> None:
        """Wait until something that comes by itself is there."""
        while not holds():
            self.news.clear()
            await self.news.wait()

    async def value(self, expression: str, folder: Path) -> Any:
        """Return what an expression is worth in the kernel."""
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


def running(pid: int) -> bool:
    """Return whether a process is there and is no zombie."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def group(pid: int) -> list[int]:
    """Return the processes of a group that still run."""
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError):
            if os.getpgid(process.pid) == pid and running(process.pid):
                members.append(process.pid)
    return members


@contextlib.asynccontextmanager
async def kernel(folder: Path, name: str = "python3", **env: str) -> AsyncIterator[Kernel]:
    """Spawn a controller and attach to it; it is ended in any case."""
    ref = await spawn(name, KernelSpecManager(), folder, str(folder), env)
    one = Kernel(ref)
    try:
        await one.controller.attach(FOREVER)
        yield one
    finally:
        one.controller.detach()
        await processes.end_group(ref.pid, ref.connection_file)
        await Controller(ref, print, print).end(None, 0)


def nothing_left(ref: ControllerRef) -> None:
    assert group(ref.pid) == []
    assert not Path(ref.socket_dir).exists()


def bare_python(folder: Path) -> str:
    """Return a Python with nothing but the standard library, made in ``folder`` if need be."""
    if not folder.exists():
        command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
        subprocess.run(command, check=True, timeout=120)
    return str(folder / "bin" / "python")


def packages_without(folder: Path, *absent: str) -> str:
    """Return a folder that has the packages of this Python, made of links, but for some."""
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.lower().startswith(absent):
            (folder / path.name).symlink_to(path)
    return str(folder)
