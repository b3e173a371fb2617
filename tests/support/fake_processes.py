"""The process of a controller, which is none: it reports, freezes and ends as it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_jobs import FakeJobs

from jupyter_cluster_launcher.models import ControllerRef

if TYPE_CHECKING:
    from fake_controllers import FakeController


@dataclass
class FakeProcess:
    """The process of a controller, and the cluster in it."""

    ref: ControllerRef
    over: asyncio.Event = field(default_factory=asyncio.Event)
    frozen: bool = False
    created: bool = False
    workers: int = 2
    jobs: FakeJobs | None = None  # of a batch system
    calls: list[str] = field(default_factory=list)
    touched: int = 0
    connected: list[FakeController] = field(default_factory=list)

    @property
    def directory(self) -> Path:
        """The cluster's directory."""
        return Path(self.ref.connection_file).parent

    def report(self, **more: Any) -> None:
        """Send a report to the servers that listen."""
        if self.over.is_set() or self.frozen or not self.created:
            return
        for one in list(self.connected):
            one.on_report(
                {
                    "address": f"tls://127.0.0.1:{self.ref.pid}",
                    "name": f"cluster-{self.ref.pid}",
                    "ready": self.workers,
                    "cores": self.workers,
                    **(self.jobs.report() if self.jobs else {}),
                    **more,
                }
            )

    def scale(self, workers: int) -> None:
        """Have so many workers, or jobs."""
        self.workers = workers
        if self.jobs is not None:
            self.jobs.scale(workers)

    def close(self) -> None:
        """Close the cluster."""
        if self.jobs is not None:
            self.jobs.close()

    def end(self, why: str) -> None:
        """End as on its own timer: close, report, note why, and be gone."""
        self.close()
        with contextlib.suppress(OSError):
            (self.directory / "ended.json").write_text(json.dumps({"ended": why}))
        self.report(ended=why, ready=0)
        self.over.set()
