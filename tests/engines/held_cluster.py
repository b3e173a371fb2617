"""A server whose clusters stop at each step of their lives, as long as a file is there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import struct
from pathlib import Path
from typing import Any

import psutil
from notebooks import run
from observed_server import ObservedServer
from prepared_controllers import Controllers, prepare
from real_server import wait_until

PLATFORM = """
version: 1
title: Held
requires: {{modules: [distributed]}}
module: held_site
function: {kind}
kind: {kind}
returns: [cluster, client]
sys_path: {folder}
kwargs: {{}}
workers: {{title: Workers, keyword: n_workers, default: 1, minimum: 0, maximum: 4}}
options: {{}}
"""
# Before the kernel itself starts.
RUNNER = '#!/bin/sh\n[ "$2" = -m ] && while [ -e "{file}" ]; do sleep 0.05; done\nexec "$@"\n'
ORPHANED = 300.0  # seconds after which a cluster without a server ends: a server starts meanwhile
IDLE_TIMEOUT = 3600.0
SOON = 15.0  # the same where no server starts any more
STARTING = ("kernel", "creating", "made")
STEPS = (*STARTING, "closing")
SUPPORT = Path(__file__).parent.parent / "support"
CLOCKS = ("server", "controller")  # the processes whose clocks can be set


class HeldCluster:
    """One cluster on a server of its own, and everything that a fault can happen to."""

    def __init__(
        self,
        folder: Path,
        *arguments: str,
        kind: str = "local",
        orphaned: float = ORPHANED,
        prepared: bool = False,
    ) -> None:
        """Prepare a server with ``arguments``; nothing is started.

        Of the ``kind`` "remote", the cluster's scheduler is a process of its own. The launch uses
        a controller that was ``prepared`` for it, or starts one.
        """
        self.prepared = prepared
        orphan = f"--ClusterLauncher.orphan_hours={orphaned / 3600}"
        self.server = ObservedServer(folder, orphan, *arguments)
        self.site = folder / "site"
        self.site.mkdir()
        shutil.copy(SUPPORT / "held_site.py", self.site)
        for name in CLOCKS:
            self.clock(name).write_bytes(struct.pack("d", 0))
        paths = [str(SUPPORT / "set_clock"), self.server.variables["PYTHONPATH"]]
        self.server.variables |= {
            "PYTHONPATH": os.pathsep.join(paths),
            "CLOCK_FILE": str(self.clock("server")),
        }
        link = folder / "jupyter" / "cluster-platforms"
        shipped = link.resolve()
        link.unlink()
        shutil.copytree(shipped, link)
        (link / "held.yaml").write_text(PLATFORM.format(folder=self.site, kind=kind))
        runner = folder / "runner"
        runner.write_text(RUNNER.format(file=self.site / "kernel"))
        runner.chmod(0o700)
        spec = folder / "jupyter/kernels/held"
        spec.mkdir(parents=True)
        argv = [str(runner), "python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        env = {"CLOCK_FILE": str(self.clock("controller"))}
        kernel = {"argv": argv, "display_name": "Held", "language": "python", "env": env}
        (spec / "kernel.json").write_text(json.dumps(kernel))

    def bring_to(self, step: str) -> None:
        """Launch the cluster and bring it to a step: one of ``STEPS``, or "running"."""
        if step in STEPS:
            (self.site / step).touch()
        if self.prepared:
            prepare(self.server, platform="held", kernel_name="held")
            found = Controllers(self.server.runtime).running
            wait_until(found, "a prepared controller")
            (ready,) = found()
        self.id = self.server.launch(
            platform="held", workers=1, kernel_name="held", keep_running=True,
            idle_timeout=IDLE_TIMEOUT,
        )  # fmt: skip
        assert not self.prepared or self.id == ready, "it is not used"
        if step == "kernel":
            wait_until(lambda: self.record().get("controller"), "the controller in the record")
        elif step in STARTING:
            self.server.until(self.id, lambda c: c["message"] == "Creating the cluster")
        else:
            self.server.ready(self.id, 1)
            # A server that is killed before is one that never knew.
            wait_until(lambda: self.record()["state"] == "running", "a record that says so")
        self.controller = int(self.record()["controller"]["pid"])
        if step == "made":
            wait_until((self.site / "made-reached").exists, "a cluster that is made")
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
        """Return the processes of a victim.

        "server", "controller", "scheduler" where it is a process of its own, "worker" or "all".
        """
        below = descendants(self.controller)
        return {
            "server": [self.server.pid],
            "controller": [self.controller],
            "scheduler": [one.pid for one in below if "distributed.Scheduler" in command(one)],
            # A worker is a child of its nanny, or of the process that forks workers.
            "worker": [one.pid for one in below if parent(one) != self.controller
                       and "resource_tracker" not in command(one)][-1:],
            "all": [self.server.pid, self.controller, *(one.pid for one in below)],
        }[which]  # fmt: skip

    def jobs(self) -> list[str]:
        """Return the jobs of the cluster that a batch system has."""
        return []

    def clock(self, which: str) -> Path:
        """Return the file that says by how much a process's clock is set back."""
        return self.site / f"clock-{which}"

    def set_back(self, which: str, seconds: float) -> None:
        """Set back the clock of one of ``CLOCKS``, or of "all"."""
        for name in CLOCKS:
            if which in (name, "all"):
                with self.clock(name).open("r+b") as file:
                    file.write(struct.pack("d", seconds))

    def signal(self, which: str, number: signal.Signals) -> None:
        """Send a signal to all processes of a victim."""
        for pid in self.victims(which):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def works(self) -> None:
        """Assert that the cluster computes, for who runs the inserted code."""
        row = self.server.ready(self.id, 1)
        assert run(row["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"

    def kill_server(self) -> None:
        """Kill the server, if it still runs, and wait until it has ended."""
        if not self.server.ended():
            # It may have been killed a moment ago, so that there is no process any more.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.server.pid, signal.SIGKILL)
        wait_until(self.server.ended, "the end of the server")


def descendants(pid: int) -> list[psutil.Process]:
    """Return the processes that came of a process."""
    with contextlib.suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def command(process: psutil.Process) -> str:
    """Return the command line of a process, empty when it has ended."""
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def parent(process: psutil.Process) -> int | None:
    """Return the number of a process's parent, None when it has ended."""
    with contextlib.suppress(psutil.Error):
        return process.ppid()
    return None
