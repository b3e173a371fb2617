"""Controllers without processes: they start, report, freeze, end and die as they are told to."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fake_jobs import FakeJobs
from fake_processes import FakeProcess
from fake_slurm import FakeSlurm

from jupyter_cluster_launcher.clusters.launching.prepared import MARK
from jupyter_cluster_launcher.controller.controllers import Controllers
from jupyter_cluster_launcher.controller.host import host
from jupyter_cluster_launcher.controller.kernel_connection import (
    ControllerDiedError,
    ExecutionError,
)
from jupyter_cluster_launcher.models import ControllerRef

BOOT = "this boot"


class FakeController:
    """A server's connection to such a process."""

    def __init__(self, host: FakeControllers, ref: ControllerRef, on_report: Any) -> None:
        self._host, self.ref, self.on_report = host, ref, on_report
        self.on_output: Any = None
        self.ended: asyncio.Future[None]
        self._watching: asyncio.Task[None] | None = None

    @property
    def process(self) -> FakeProcess | None:
        """The process, None where it has ended."""
        return self._host.processes.get(self.ref.pid) if self._host.runs(self.ref) else None

    @property
    def watched(self) -> bool:
        """Whether its end would be noticed."""
        return self._watching is not None and not self.ended.done()

    async def _answer(self, timeout: float | None) -> FakeProcess:
        """Return the process when it answers; raises as ``Controller.run``."""
        deadline = asyncio.get_running_loop().time() + (timeout or 3600.0)
        while (process := self.process) is None or process.frozen:
            if process is None:
                raise ControllerDiedError("Its kernel ended unexpectedly.")
            if asyncio.get_running_loop().time() > deadline:
                raise asyncio.TimeoutError
            await asyncio.sleep(0.1)
        return process

    async def attach(self, timeout: float = 60.0) -> None:
        """Connect."""
        process = await self._answer(timeout)
        process.connected.append(self)
        self.ended = asyncio.get_running_loop().create_future()
        self._watching = asyncio.get_running_loop().create_task(self._watch(process))

    async def _watch(self, process: FakeProcess) -> None:
        await process.over.wait()
        if not self.ended.done():
            self.ended.set_result(None)

    async def load(self, module: str, directory: Path, orphan_timeout: float | None) -> None:
        """Take the resident in."""
        await self._answer(30)

    async def run(self, code: str, timeout: float | None = None) -> None:
        """Run code: the create code takes a second, or as the host says."""
        process = await self._answer(timeout)
        if not code:
            return
        await asyncio.sleep(self._host.create_time)
        if self._host.refuses:
            raise ExecutionError("ValueError", self._host.refuses, "")
        process = await self._answer(timeout)
        process.created = True
        process.scale(process.workers)

    async def start_watch(self, variable: str, settings: Any, timeout: float) -> None:
        """Report for the first time, once the jobs are submitted."""
        process = await self._answer(timeout)
        if process.jobs is not None and process.jobs.rejected():
            raise ExecutionError("SubmissionError", process.jobs.rejected(), "")
        process.report()

    async def call(self, function: str, *args: Any, timeout: float = 60.0, **kwargs: Any) -> Any:
        """Carry out a call."""
        process = await self._answer(timeout)
        process.calls.append(function)
        if function == "use":
            (process.directory / MARK).unlink(missing_ok=True)
        if function == "prepare" and "job_name" in args[0]:
            directory, name = process.directory, args[0]["job_name"]
            process.jobs = FakeJobs(self._host.slurm, directory, name)
        if function == "scale":
            process.scale(args[0])
        if function == "jobs_ended" and process.jobs is not None:
            process.jobs.ended(args[0])
        if function == "cancel_jobs" and process.jobs is not None:
            process.jobs.cancel(args[0])
        process.report()
        return {"scheduler": "", "workers": []} if function == "logs" else None

    def touch(self) -> None:
        """Show that a server is there."""
        if self.process is not None:
            self.process.touched += 1

    async def end(self, close: str | None, timeout: float) -> bool:
        """End the process."""
        try:
            if close is not None:
                process = await self._answer(timeout)
                await asyncio.sleep(self._host.close_time)
                process.close()
        except (ControllerDiedError, asyncio.TimeoutError):
            return False
        finally:
            self.detach()
            await self._host.end(self.ref)
        return close is not None

    def detach(self) -> None:
        """Disconnect."""
        if self._watching is not None:
            self._watching.cancel()
        process = self._host.processes.get(self.ref.pid)
        if process is not None and self in process.connected:
            process.connected.remove(self)


class FakeControllers(Controllers):
    """The controllers of a host on which nothing is started for real; servers share it.

    ``refuses`` is the error of the create code, ``engine_refuses`` of a gateway that is to end a
    cluster. ``crashing`` says that a server is being killed. Times are in seconds.
    """

    def __init__(self) -> None:
        self.processes: dict[int, FakeProcess] = {}
        self.slurm = FakeSlurm()
        self._pids = itertools.count(1000)
        self.refuses = self.engine_refuses = ""
        self.crashing = False
        self.create_time, self.close_time, self.spawn_time = 1.0, 0.2, 0.5

    def running(self) -> list[FakeProcess]:
        """Return the processes that have not ended."""
        return [one for one in self.processes.values() if not one.over.is_set()]

    async def spawn(
        self,
        kernel_name: str,
        kernel_spec_manager: Any,
        directory: Path,
        cwd: str | None,
        env: Mapping[str, str],
        orphan: float | None,
    ) -> ControllerRef:
        """Start a process, which takes a moment.

        A spawn that is cancelled leaves none, but a server that is killed leaves one.
        """
        try:
            await asyncio.sleep(self.spawn_time)
        except asyncio.CancelledError:
            if self.crashing:
                self.begin(directory)
            raise
        return self.begin(directory).ref

    def begin(self, directory: Path) -> FakeProcess:
        """Return a new process for the cluster of ``directory``."""
        path = directory / "connection.json"
        ref = ControllerRef(str(path), "/nowhere", next(self._pids), host(), BOOT)
        path.write_text(json.dumps({"pid": ref.pid}))
        self.processes[ref.pid] = FakeProcess(ref)
        return self.processes[ref.pid]

    def connect(
        self,
        ref: ControllerRef,
        on_report: Callable[[dict[str, Any]], None],
        on_output: Callable[[str], None],
    ) -> Any:
        """Return a controller that can be attached to."""
        return FakeController(self, ref, on_report)

    def of_this_boot(self, ref: ControllerRef) -> bool:
        """Return whether it is of this boot."""
        return ref.boot_id == BOOT

    def runs(self, ref: ControllerRef) -> bool:
        """Return whether the process is there."""
        process = self.processes.get(ref.pid)
        return process is not None and not process.over.is_set()

    def interrupt(self, ref: ControllerRef) -> None:
        """Interrupt nothing."""

    def left_behind(self, directory: Path) -> ControllerRef | None:
        """Return the controller that no record names."""
        for process in self.running():
            if process.directory == directory:
                return process.ref
        return None

    async def end(self, ref: ControllerRef | None) -> None:
        """Kill a process."""
        process = self.processes.get(ref.pid) if ref is not None else None
        if process is not None:
            process.over.set()

    def reap(self) -> None:
        """Have no children."""
