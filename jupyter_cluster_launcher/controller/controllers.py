"""All that a server does to the processes of controllers, in one place that tests can replace."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..models import ControllerRef
from . import host, spawn
from .boot import boot_id
from .client import Controller, end_controller


class Controllers:
    """The controllers of this host."""

    async def spawn(
        self,
        kernel_name: str,
        kernel_spec_manager: Any,
        directory: Path,
        cwd: str | None,
        env: Mapping[str, str],
        orphan: float | None,
    ) -> ControllerRef:
        """Start a controller, as ``spawn.spawn``."""
        return await spawn.spawn(kernel_name, kernel_spec_manager, directory, cwd, env, orphan)

    def connect(
        self,
        ref: ControllerRef,
        on_report: Callable[[dict[str, Any]], None],
        on_output: Callable[[str], None],
    ) -> Controller:
        """Return a controller that can be attached to."""
        return Controller(ref, on_report, on_output)

    def of_this_boot(self, ref: ControllerRef) -> bool:
        """Return whether this host has not been restarted since a controller began."""
        return ref.boot_id == boot_id()

    def runs(self, ref: ControllerRef) -> bool:
        """Return whether the process of a controller is there."""
        return host.runs(ref.pid, ref.connection_file)

    def interrupt(self, ref: ControllerRef) -> None:
        """Interrupt what a controller runs, also one that is stopped and runs nothing."""
        host.interrupt(ref.pid)
        host.resume(ref.pid)

    def left_behind(self, directory: Path) -> ControllerRef | None:
        """Return the controller that no record names, as ``spawn.left_behind``."""
        return spawn.left_behind(directory)

    async def end(self, ref: ControllerRef | None) -> None:
        """Kill a controller and what it started, as ``client.end_controller``."""
        await end_controller(ref)

    def reap(self) -> None:
        """Wait for controllers of this server that others have ended."""
        host.reap()
