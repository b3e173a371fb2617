"""Every fault of clusters on this computer: what happens, to whom, at which step, and its result.

What is not here makes no sense:

* The scheduler of the kind "local" is in the controller's process. Where it ends on its own, see
  ``test_dead_clusters.py``; where it is a process of its own, it is a victim of the kind "remote".
* A worker is there only when the cluster is made.
* A full disk and a directory that is gone happen to no process: they are for all.
* The id of a boot changes only when everything ends, and no process of before is there.
* "Waiting for the scheduler" is saved, but lasts some milliseconds, and nothing can hold it.
* Until the create code runs, nothing differs from one kind to the other.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from held_cluster import CLOCKS, IDLE_TIMEOUT, ORPHANED, SOON, STARTING, HeldCluster
from real_server import wait_until

SET_BACK = 7200.0  # seconds
PAUSE = 3.0  # seconds for which a process is frozen while something is under way
FROZEN = 15.0  # the same at "running": longer than the server waits for an answer
GONE = "gone"
NEVER = "1970-01-01T00:00:00+00:00"
# Why a cluster is lost, by what happened to whom.
LOST = {
    ("kill", "controller"): "Its kernel ended unexpectedly.",
    ("kill", "all"): "Its kernel ended while no Jupyter server was running.",
    ("restart", "all"): "This computer was restarted.",
}
LEFT = "1 of its jobs is still in the SLURM queue: Clean up cancels it."


@dataclass(frozen=True)
class Fault:
    """Something that happens at a step, and the states that are true afterwards."""

    what: str
    victim: str
    step: str
    then: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what}-{self.victim}-{self.step}"


def matrix(kind: str) -> list[Fault]:
    """Return the faults of a kind of cluster: "local" or "remote"."""
    apart = kind == "remote"
    starting = STARTING[2:] if apart else STARTING
    steps, late = (*starting, "running", "closing"), ("made", "running", "closing")
    scheduler = ("scheduler",) if apart else ()

    def row(what: str, victim: str, steps: Sequence[str], **then: str) -> list[Fault]:
        """Return the faults at some steps; where nothing else is said, the cluster goes on."""
        goes_on = dict.fromkeys(STARTING, "running") | {"running": "running", "closing": GONE}
        end = goes_on | dict.fromkeys(STARTING, then.pop("starting", "running")) | then
        return [Fault(what, victim, step, tuple(end[step].split())) for step in steps]

    return [
        *row("kill", "server", steps, starting="failed"),
        *row("kill", "controller", steps, starting="failed", running="lost"),
        *(one for victim in scheduler
          for one in row("kill", victim, late, starting="failed", running="closed")),
        *row("kill", "worker", late),  # its nanny starts another
        *row("kill", "all", steps, starting="failed", running="lost"),
        *(one for victim in ("server", "controller", *scheduler, "all")
          for one in row("freeze", victim, steps)),
        *row("freeze", "worker", late),
        *row("full", "all", steps, starting="failed"),
        # Missed by a kernel that starts, and where modules of the resident are read later, unless a
        # record that is being saved makes it again just before that. Without it a busy controller
        # cannot see that a server is there: on a slow host its timer fires.
        *row("removed", "all", steps, kernel="failed", creating="running closed",
             made="failed running" if apart else "running closed"),
        *row("restart", "all", steps, starting="failed", running="lost"),
        *(one for victim in (*(() if apart else CLOCKS), "all")
          for one in row("clock", victim, steps)),
    ]  # fmt: skip


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[Callable[[], None]]:
    """Mount a file system of some MB on a folder; yield what fills it. Skip where that fails."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", folder],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("A small disk can be mounted by root only.")

    def fill() -> None:
        with contextlib.suppress(OSError), (folder / "filler").open("wb", 0) as file:
            while True:
                file.write(b"x" * 512)

    try:
        yield fill
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def happen(fault: Fault, cluster: HeldCluster, fill: Callable[[], None]) -> None:
    """Let a fault happen; the server runs afterwards, the same one or a later one.

    ``fill`` fills the disk.
    """
    if fault.what == "kill":
        cluster.signal(fault.victim, signal.SIGKILL)
    elif fault.what == "freeze":
        freeze(fault, cluster)
    elif fault.what == "clock":
        cluster.set_back(fault.victim, SET_BACK)
    elif fault.what == "full":
        fill()
    elif fault.what == "removed":
        # Renamed first: the server may write into it at this moment.
        shutil.rmtree(cluster.directory.rename(cluster.site / "removed"))
    else:
        cluster.signal("all", signal.SIGKILL)
        record = cluster.record()
        if record["controller"]:
            record["controller"]["boot_id"] = "another"
            shutil.rmtree(record["controller"]["socket_dir"])  # as /tmp is cleared
        (cluster.directory / "cluster.json").write_text(json.dumps(record))
    if fault.what in ("kill", "restart") and fault.victim in ("server", "all"):
        cluster.kill_server()
        cluster.server.start()


def freeze(fault: Fault, cluster: HeldCluster) -> None:
    """Freeze a victim for a while; its row is true meanwhile, where a server shows it."""
    cluster.signal(fault.victim, signal.SIGSTOP)
    if fault.step == "running" and fault.victim not in ("server", "all"):
        end = time.monotonic() + FROZEN
        silent = fault.victim in ("controller", "scheduler")  # nobody asks a worker

        def told() -> bool:
            row = cluster.row()
            assert row, "a row"
            assert row["state"] == "running", row
            warned = any("does not answer" in one for one in row["warnings"])
            return time.monotonic() > end and warned is silent

        wait_until(told, lambda: f"a true row, but {cluster.row()}")
    else:
        time.sleep(FROZEN if fault.step == "running" else PAUSE)  # nothing shows it
    cluster.signal(fault.victim, signal.SIGCONT)


def settled(fault: Fault, cluster: HeldCluster) -> str:
    """Return the state of the cluster once it is one that is true after the fault."""
    seen: list[str] = []

    def holds() -> bool:
        row = cluster.row()
        seen.append(row["state"] if row else GONE)
        return seen[-1] in fault.then

    wait_until(holds, lambda: f"{fault.then}, but {[*dict.fromkeys(seen)]} {cluster.row()}", 90)
    return seen[-1]


def patience(fault: Fault) -> float:
    """Return the seconds after which a cluster without a server ends."""
    return SOON if fault.what in ("removed", "clock") else ORPHANED


def survive(fault: Fault, cluster: HeldCluster) -> None:
    """Let a fault happen, and assert that the state is true and that a later server ends it all.

    ``cluster`` is on a server that has not been started.
    """
    with contextlib.ExitStack() as stack:
        fill: Callable[[], None] = lambda: None  # noqa: E731
        if fault.what == "full":
            fill = stack.enter_context(small_disk(cluster.server.runtime))
        stack.callback(cluster.server.stop)
        cluster.server.start()
        cluster.bring_to(fault.step)
        assert cluster.server.sockets()
        happen(fault, cluster, fill)
        cluster.go_on()
        state = settled(fault, cluster)
        is_true(state, fault, cluster)
        cluster.kill_server()
        if fault.what == "removed" and state == "running":
            # No later server can know of it: its own timer ends it.
            wait_until(lambda: not cluster.server.processes(), "the end by the timer", 180)
        end_by_a_later_server(cluster)


def end_by_a_later_server(cluster: HeldCluster) -> None:
    """Assert that a later server ends what is left of a cluster, keys and records included."""
    (cluster.server.runtime / "filler").unlink(missing_ok=True)
    cluster.server.start()
    wait_until(lambda: cluster.row() is None or cluster.delete() in (204, 404, 409), "a stop")
    wait_until(lambda: cluster.row() is None, lambda: f"no row, but {cluster.row()}", 90)
    cluster.server.nothing_left(90)


def is_true(state: str, fault: Fault, cluster: HeldCluster) -> None:
    """Assert that what a row says is the case: a cluster that runs works, any other has ended."""
    if state in ("failed", "closed", GONE):
        wait_until(lambda: not cluster.server.processes(), "no process")
    if state == "lost":
        lost_is_true(fault, cluster)
    if state == "running" and fault.what != "removed":  # the keys are gone with the directory
        cluster.works()
        if fault.what == "freeze":
            wait_until(lambda: not (cluster.row() or {})["warnings"], lambda: f"{cluster.row()}")
        if fault.what != "full":
            assert cluster.record()["report"]["core_seconds"] >= 0
    if state == "running" and fault.what == "clock":
        back = SET_BACK if fault.victim in ("controller", "all") else 0
        wait_until(lambda: shown_by(cluster, time.time() - back), lambda: f"{cluster.record()}")
        end = time.monotonic() + SOON + 5
        wait_until(lambda: time.monotonic() > end, "the time of a cluster without a server")
        assert settled(fault, cluster) == "running"


def lost_is_true(fault: Fault, cluster: HeldCluster) -> None:
    """Assert that the row of a lost cluster says why, and which job is left as long as it is."""

    def told() -> bool:
        row = cluster.row()
        assert row, "a row"
        assert row["state"] == "lost", row
        assert (row["workers"]["ready"], row["usage"], row["code"]["connect"]) == (0, None, None)
        why, jobs = LOST[fault.what, fault.victim], cluster.jobs()
        assert len(jobs) <= 1, jobs
        return bool(row["message"] == " ".join([why, *[LEFT] * len(jobs)]))

    if fault.step == "running":  # a job that runs ends with the scheduler
        wait_until(lambda: cluster.jobs() == [], "no job", 90)
    wait_until(told, lambda: f"a true message, but {cluster.row()} {cluster.jobs()}")
    if fault.victim == "all":
        wait_until(lambda: not cluster.server.processes(), "no process")


def shown_by(cluster: HeldCluster, now: float) -> bool:
    """Return whether a cluster's times are by a clock on which it is ``now``."""
    # A record is not saved because of its end alone, which is another after each computation.
    row = cluster.row()
    shown = cluster.record()["report"]["cores_since"], row["idle"]["closes_at"] if row else None
    since, end = (datetime.fromisoformat(one or NEVER).timestamp() - now for one in shown)
    return since <= 1 and 0 < end <= IDLE_TIMEOUT + 1
