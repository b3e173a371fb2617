"""JupyterLab that measures what one server extension does while it starts; its last argument.

Its import, link, load and start are timed, after the import of all modules that the file
``BENCHMARK_MODULES`` names: those that a server has without it, now or later. To the file
``BENCHMARK_LOADING`` are written, as JSON, the milliseconds of the clock and of the CPU, and the
names of all modules.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from jupyter_server.extension.manager import ExtensionManager
from jupyterlab.labapp import LabApp

SPENT = {"clock": 0.0, "cpu": 0.0}


class Timed(ExtensionManager):
    """A manager that measures each step of one extension."""

    measured = ""

    # jupyter_server's methods have no types, which is why mypy is told to ignore the calls.
    def add_extension(self, extension_name: str, enabled: bool = False) -> bool:
        """Import an extension."""
        with Spent(extension_name == self.measured):
            return bool(super().add_extension(extension_name, enabled))  # type: ignore[no-untyped-call]

    def link_extension(self, name: str) -> None:
        """Link an extension."""
        with Spent(name == self.measured):
            super().link_extension(name)  # type: ignore[no-untyped-call]

    def load_extension(self, name: str) -> None:
        """Load an extension."""
        with Spent(name == self.measured):
            super().load_extension(name)  # type: ignore[no-untyped-call]

    async def start_all_extensions(self) -> None:
        """Start the others, then the one to measure, and write what it took."""
        for name in self.sorted_extensions:
            with Spent(name == self.measured):
                await self.start_extension(name)  # type: ignore[no-untyped-call]
        # A callback later: the request that a measurement waits for is answered then.
        asyncio.get_running_loop().call_later(1, write)


class Spent:
    """Adds the milliseconds of a block to ``SPENT``, if it is the one to measure."""

    def __init__(self, counts: bool) -> None:
        """Measure a block, if it counts."""
        self._counts = counts

    def __enter__(self) -> None:
        """Begin."""
        self._begun = time.perf_counter(), time.process_time()

    def __exit__(self, *_: Any) -> None:
        """Add what was spent since."""
        if self._counts:
            SPENT["clock"] += (time.perf_counter() - self._begun[0]) * 1000
            SPENT["cpu"] += (time.process_time() - self._begun[1]) * 1000


def write() -> None:
    """Write what was measured, in one step: it is awaited."""
    path = Path(os.environ["BENCHMARK_LOADING"])
    part = path.with_suffix(".part")
    part.write_text(json.dumps({**SPENT, "modules": sorted(sys.modules)}))
    part.rename(path)


def main() -> None:
    """Serve until a signal ends it."""
    for name in json.loads(Path(os.environ["BENCHMARK_MODULES"]).read_text()):
        with contextlib.suppress(Exception):  # some are made by others, and have no file
            importlib.import_module(name)
    Timed.measured = sys.argv.pop()
    with patch("jupyter_server.serverapp.ExtensionManager", Timed):
        LabApp.launch_instance()


if __name__ == "__main__":
    main()
