"""A server whose clusters stop at each step of their lives, as long as a file is there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import psutil
from observed_server import ObservedServer
from real_server import wait_until

PLATFORM = """
version: 1
title: Held
requires: {{modules: [distributed]}}
module: held_site
function: create
returns: [cluster, client]
sys_path: {folder}
kwargs: {{}}
workers: {{title: Workers, keyword: n_workers, default: 1, minimum: 0, maximum: 4}}
options: {{}}
"""
MODULE = """
import os, time
from dask.distributed import Client, LocalCluster

FOLDER = os.path.dirname(__file__)

def held(step):
    while os.path.exists(os.path.join(FOLDER, step)):
        time.sleep(0.05)

class Held(LocalCluster):
    def close(self, *args, **kwargs):
        held("closing")
        return super().close(*args, **kwargs)

def create(n_workers):
    held("creating")
    cluster = Held(
        n_workers=n_workers, threads_per_worker=1, dashboard_address="127.0.0.1:0", security=True
    )
    return cluster, Client(cluster)
"""
# Before the kernel itself starts.
RUNNER = '#!/bin/sh\n[ "$2" = -m ] && while [ -e "{file}" ]; do sleep 0.05; done\nexec "$@"\n'
ORPHANED = 300.0  # seconds after which a cluster without a server ends: a server starts meanwhile
SOON = 15.0  # the same where no server starts any more
STEPS = ("kernel", "creating", "closing")


class HeldCluster:
    """One cluster on a server of its own, and everything that a fault can happen to."""

    def __init__(self, folder: Path, *arguments: str, orphaned: float = ORPHANED) -> None:
        """Prepare a server with ``arguments``; nothing is started."""
        orphan = f"--ClusterLauncher.orphan_hours={orphaned / 3600}"
        self.server = ObservedServer(folder, orphan, *arguments)
        self.site = folder / "site"
        self.site.mkdir()
        (self.site / "held_site.py").write_text(MODULE)
        link = folder / "jupyter" / "cluster-platforms"
        shipped = link.resolve()
        link.unlink()
        shutil.copytree(shipped, link)
        (link / "held.yaml").write_text(PLATFORM.format(folder=self.site))
        runner = folder / "runner"
        runner.write_text(RUNNER.format(file=self.site / "kernel"))
        runner.chmod(0o700)
        spec = folder / "jupyter/kernels/held"
        spec.mkdir(parents=True)
        argv = [str(runner), "python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        kernel = {"argv": argv, "display_name": "Held", "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(kernel))

    def bring_to(self, step: str) -> None:
        """Launch the cluster and bring it to a step: one of ``STEPS``, or "running"."""
        if step in STEPS:
            (self.site / step).touch()
        self.id = self.server.launch(
            platform="held", workers=1, kernel_name="held", keep_running=True
        )
        if step == "kernel":
            wait_until(lambda: self.record().get("controller"), "the controller in the record")
        elif step == "creating":
            self.server.until(self.id, lambda c: c["message"] == "Creating the cluster")
        else:
            self.server.ready(self.id, 1)
        self.controller = int(self.record()["controller"]["pid"])
        if step == "closing":
            assert self.delete() == 204
            self.server.until(self.id, lambda c: c["state"] == "closing")

    def go_on(self) -> None:
        """Hold nothing any more."""
        for step in STEPS:
            (self.site / step).unlink(missing_ok=True)

    @property
    def directory(self) -> Path:
        """The directory of the cluster."""
        return self.server.runtime / "cluster-launcher" / self.id

    def record(self) -> dict[str, Any]:
        """Return the cluster's record."""
        return dict(json.loads((self.directory / "cluster.json").read_text()))

    def row(self) -> dict[str, Any] | None:
        """Return the cluster as the server shows it, None where it is not in the list."""
        return next((one for one in self.server.clusters() if one["id"] == self.id), None)

    def delete(self) -> int:
        """Stop or dismiss the cluster; return the status."""
        return self.server.ask("DELETE", f"cluster-launcher/clusters/{self.id}")[0]

    def victims(self, which: str) -> list[int]:
        """Return the processes of a victim: "server", "controller", "worker" or "all"."""
        below = descendants(self.controller)
        # Workers are children of the process that forks them.
        workers = [pid for pid, parent in below.items() if parent != self.controller]
        return {
            "server": [self.server.pid],
            "controller": [self.controller],
            "worker": workers[-1:],
            "all": [self.server.pid, self.controller, *below],
        }[which]

    def signal(self, which: str, number: signal.Signals) -> None:
        """Send a signal to all processes of a victim."""
        for pid in self.victims(which):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill_server(self) -> None:
        """Kill the server, if it still runs, and wait until it has ended."""
        if not self.server.ended():
            os.kill(self.server.pid, signal.SIGKILL)
        wait_until(self.server.ended, "the end of the server")


def descendants(pid: int) -> dict[int, int]:
    """Return the processes that came of a process, with their parents."""
    found = {}
    with contextlib.suppress(psutil.Error):
        for one in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                found[one.pid] = one.ppid()
    return found
