"""Faults of clusters on a real SLURM: their jobs are known, and none is left.

What is not here:

* Until the first job is submitted, nothing differs from a cluster on this computer: see
  ``test_local_faults.py``.
* A job is ended, and a worker in it is killed, in ``tests/integration/slurm``.
* dask-jobqueue's scheduler is in the controller's process. It is a victim of its own only on a
  site whose function starts one elsewhere: of such a cluster, which is of the kind "remote", the
  jobs are not known.

The keys of workers are in a folder of their own, as sites have it, in which nothing else removes
them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from held_cluster import IDLE_TIMEOUT, SOON, SUPPORT, HeldCluster, command, descendants
from local_faults import GONE, Fault, patience, survive
from notebooks import run
from real_server import wait_until
from real_slurm import RealSlurm
from slurm_site import start
from tallgrass import SMALL
from without_a_server import end_without_a_server

# Jobs wait in the queue as long as a file is there; the answer comes as long after the submission
# as another one is.
SBATCH = """#!/bin/sh
[ -e "{folder}/hold" ] && set -- --hold "$@"
answer=$({sbatch} "$@" 2>&1)
code=$?
case " $*" in *" --test-only"*) ;; *)
  touch "{folder}/submitted-reached"
  while [ -e "{folder}/submitted" ]; do sleep 0.05; done
esac
echo "$answer"
exit $code
"""

# A scheduler in a process of its own.
APART = """
version: 1
title: Apart
requires: {{modules: [dask_jobqueue]}}
module: apart_site
function: create
returns: [cluster, client]
sys_path: {folder}
kwargs: {{}}
workers: {{title: Jobs, keyword: n_workers, default: 1, minimum: 0, maximum: 4}}
options: {{}}
"""


class SlurmCluster(HeldCluster):
    """A cluster of one job; it closes for as long as the batch system does not answer."""

    def __init__(
        self, folder: Path, slurm: RealSlurm, orphaned: float, apart: bool = False
    ) -> None:
        """Prepare a server that uses ``slurm``; ``apart`` gives the scheduler its own process."""
        super().__init__(folder, "--ClusterLauncher.queue_interval=0.5", orphaned=orphaned)
        self.slurm, self._hung = slurm, contextlib.ExitStack()
        self.server.variables["SLURM_CONF"] = str(slurm.layout.conf)
        self.server.variables["SLURM_JOB_ACCOUNT"] = "sci"
        wrapper = folder / "bin" / "sbatch"
        wrapper.parent.mkdir()
        wrapper.write_text(SBATCH.format(sbatch=shutil.which("sbatch"), folder=self.site))
        wrapper.chmod(0o700)
        self.server.variables["PATH"] = f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}"
        self.keys = folder / "keys"
        self.server.variables["DASK_JOBQUEUE__SLURM__SHARED_TEMP_DIRECTORY"] = str(self.keys)
        self._apart = apart
        if apart:
            shutil.copy(SUPPORT / "apart_site.py", self.site)
            platforms = folder / "jupyter" / "cluster-platforms"
            (platforms / "apart.yaml").write_text(APART.format(folder=self.site))

    def bring_to(self, step: str) -> None:
        """Launch the cluster and bring it to a step.

        "submitted", where nothing of ours knows the id of the job, "queued", "running", "closing",
        or "closing queued", where the job has not begun.
        """
        self._queued = step.endswith("queued")
        if step == "submitted" or self._queued:
            (self.site / ("hold" if self._queued else step)).touch()
        self.id = self.server.launch(
            platform="apart" if self._apart else "tallgrass", workers=1, keep_running=True,
            options={} if self._apart else SMALL, idle_timeout=IDLE_TIMEOUT,
        )  # fmt: skip
        if step == "submitted":
            wait_until((self.site / "submitted-reached").exists, "a job", 90)
            assert len(self.slurm.jobs()) == 1
            assert (self.record()["state"], self.record()["report"]["jobs"]) == ("starting", [])
        elif self._queued:
            self._until_queued()
        else:
            self.server.ready(self.id, 1)
        self.controller = int(self.record()["controller"]["pid"])
        assert self._apart or [*self.keys.iterdir()], "the keys of its workers"
        if step.startswith("closing"):
            self._hung.enter_context(self.slurm.hung())
            assert self.delete() == 204
            self.server.until(self.id, lambda c: c["state"] == "closing")

    def _until_queued(self) -> dict[str, Any]:
        """Return the row once the cluster runs and its job is queued."""
        known = 0 if self._apart else 1
        row = self.server.until(
            self.id, lambda c: c["state"] == "running" and c["workers"]["queued"] == known
        )
        wait_until(lambda: len(self.slurm.jobs()) == 1, "a job")
        return row

    def victims(self, which: str) -> list[int]:
        """Return the processes of a victim; the worker came of SLURM, and not of the controller."""
        if which != "worker":
            return super().victims(which)
        address = (self.row() or {})["address"]
        nannies = [one for one in psutil.process_iter() if f"dask_worker {address}" in command(one)]
        workers = [one for nanny in nannies for one in descendants(nanny.pid)]
        return [one.pid for one in workers if "resource_tracker" not in command(one)][-1:]

    def works(self) -> None:
        """Assert that the worker computes, or that the job is queued and the scheduler answers."""
        if self._queued:
            connect = self._until_queued()["code"]["connect"]
            assert run(connect, "client.scheduler_info()['type']") == "Scheduler"
        else:
            super().works()

    def jobs(self) -> list[str]:
        """Return the jobs that there are."""
        return self.slurm.jobs()

    def left(self) -> list[str]:
        """Return the jobs that there are, and the keys of workers."""
        return [*self.jobs(), *(path.name for path in self.keys.glob("*"))]

    def go_on(self) -> None:
        """Let the batch system answer again."""
        (self.site / "submitted").unlink(missing_ok=True)
        self._hung.close()


@pytest.fixture(scope="module")
def site() -> Iterator[RealSlurm]:
    """A SLURM without accounting."""
    yield from start(accounting=False)


@contextlib.contextmanager
def cluster(
    site: RealSlurm, folder: Path, orphaned: float, apart: bool = False
) -> Iterator[SlurmCluster]:
    """Yield a cluster that is not launched yet; no job is left afterwards."""
    one = SlurmCluster(folder, site, orphaned, apart)
    try:
        yield one
    finally:
        one.go_on()
        site.empty()


FAULTS = [
    *(Fault("kill", victim, "submitted", ("failed",))
      for victim in ("server", "controller", "all")),
    *(Fault("freeze", victim, "submitted", ("running",))
      for victim in ("server", "controller", "all")),
    Fault("full", "all", "submitted", ("failed",)),
    Fault("removed", "all", "submitted", ("failed", "running", "closed")),
    Fault("clock", "all", "submitted", ("running",)),
    Fault("restart", "all", "submitted", ("failed",)),
    *(Fault("kill", "server", step, ("running",)) for step in ("queued", "running")),
    *(Fault("kill", victim, step, ("lost",)) for victim in ("controller", "all")
      for step in ("queued", "running")),
    *(Fault("freeze", victim, step, ("running",)) for victim in ("server", "controller", "all")
      for step in ("queued", "running")),
    *(Fault(what, victim, "closing", (GONE,))
      for what in ("kill", "freeze") for victim in ("server", "controller", "all")),
    *(Fault(what, "all", step, ("running",)) for what in ("full", "removed", "clock")
      for step in ("queued", "running")),
    *(Fault("restart", "all", step, ("lost",)) for step in ("queued", "running")),
    *(Fault(what, "all", "closing", (GONE,)) for what in ("full", "removed", "clock", "restart")),
    *(Fault(what, "all", "closing queued", (GONE,))  # that job does not end with the scheduler
      for what in ("kill", "freeze", "full", "removed", "clock", "restart")),
    Fault("freeze", "worker", "running", ("running",)),
    *(Fault("freeze", "scheduler", step, ("running",)) for step in ("queued", "running")),
    *(Fault("kill", "scheduler", step, ("closed",)) for step in ("queued", "running")),
]  # fmt: skip


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_fault(fault: Fault, site: RealSlurm, tmp_path: Path) -> None:
    """Guards against a row that is not true, and against jobs that nobody knows of."""
    with cluster(site, tmp_path, patience(fault), fault.victim == "scheduler") as one:
        survive(fault, one)
        assert one.left() == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("step", "what"), [("queued", ""), ("running", ""), ("queued", "full"), ("queued", "removed")]
)
def test_no_server_any_more(step: str, what: str, site: RealSlurm, tmp_path: Path) -> None:
    """Guards against jobs that use up an allocation because no server is started again."""
    with cluster(site, tmp_path, SOON) as one:
        gone = partial(wait_until, lambda: one.left() == [], lambda: f"nothing, but {one.left()}")
        end_without_a_server(step, one, what, gone)
