"""A site's functions, which make clusters that stop at each step as long as a file is there.

It is copied to a folder of its own, in which the files are.
"""

from __future__ import annotations

import os
import time
from typing import Any

from dask.distributed import Client, LocalCluster
from distributed.deploy import subprocess
from distributed.deploy.spec import SpecCluster

FOLDER = os.path.dirname(__file__)


def held(step: str) -> None:
    """Wait as long as the file of a step is there; another one says that it is reached."""
    with open(os.path.join(FOLDER, f"{step}-reached"), "w"):
        pass
    while os.path.exists(os.path.join(FOLDER, step)):
        time.sleep(0.05)


class Held(LocalCluster):
    """A cluster whose scheduler is in this process."""

    def close(self, *args: Any, **kwargs: Any) -> Any:
        """Close it when nothing holds that."""
        held("closing")
        return super().close(*args, **kwargs)


class HeldApart(SpecCluster):
    """A cluster whose scheduler is a process of its own."""

    def close(self, *args: Any, **kwargs: Any) -> Any:
        """Close it when nothing holds that."""
        held("closing")
        return super().close(*args, **kwargs)


def local(n_workers: int) -> tuple[Any, Any]:
    """Return a cluster whose scheduler is in this process, and a client of it."""
    held("creating")
    options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "security": True}
    cluster = Held(n_workers=n_workers, **options)  # type: ignore[no-untyped-call]
    held("made")
    return cluster, Client(cluster)


def remote(n_workers: int) -> tuple[Any, Any]:
    """Return a cluster whose scheduler is a process of its own, and a client of it."""
    held("creating")
    subprocess.SpecCluster = HeldApart  # type: ignore[attr-defined]
    cluster = subprocess.SubprocessCluster(
        n_workers=n_workers,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",
        # One stays behind of each scheduler that is killed: not in the folder of temporary files,
        # and not where the next cluster would take it for its own.
        scheduler_kwargs={"scheduler_file": os.path.join(FOLDER, f"scheduler-{os.getpid()}.json")},
    )
    held("made")
    return cluster, Client(cluster)
