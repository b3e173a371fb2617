"""Every fault of the local kind: what happens, to whom, at which step, and what must be true then.

What is not here makes no sense:

* The scheduler is in the controller's process. Where it ends on its own, see ``test_watch.py``.
* A worker is there only while the cluster runs or closes.
* A full disk and a directory that is gone happen to no process: they are for all.
* A clock that is set back: libfaketime 0.9.10 makes ``time.sleep`` of Python 3.11 raise (EINVAL),
  and setting the clock of this computer would disturb everything else on it.
* The id of a boot changes only when everything ends, and no process of before is there.
* "Waiting for the scheduler" is saved, but lasts some milliseconds, and nothing can hold it.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from held_cluster import ORPHANED, SOON, HeldCluster
from real_server import wait_until

PAUSE = 3.0  # seconds for which a process is frozen
GONE = "gone"


@dataclass(frozen=True)
class Fault:
    """Something that happens at a step, and the states that are true afterwards."""

    what: str
    victim: str
    step: str
    then: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what}-{self.victim}-{self.step}"


STARTING = ("kernel", "creating")
FAULTS = [
    *(Fault("kill", "server", step, ("failed", GONE)) for step in STARTING),
    Fault("kill", "server", "running", ("running",)),
    Fault("kill", "server", "closing", (GONE,)),
    *(Fault("kill", "controller", step, ("failed",)) for step in STARTING),
    Fault("kill", "controller", "running", ("lost", "failed")),
    Fault("kill", "controller", "closing", (GONE,)),
    Fault("kill", "worker", "running", ("running",)),  # its nanny starts another
    Fault("kill", "worker", "closing", (GONE,)),
    *(Fault("kill", "all", step, ("failed", "lost")) for step in STARTING),
    Fault("kill", "all", "running", ("lost",)),
    Fault("kill", "all", "closing", (GONE,)),
    *(
        Fault("freeze", victim, step, (GONE,) if step == "closing" else ("running",))
        for victim in ("server", "controller", "all")
        for step in (*STARTING, "running", "closing")
    ),
    Fault("freeze", "worker", "running", ("running",)),
    Fault("freeze", "worker", "closing", (GONE,)),
    *(
        Fault(what, "all", step, (GONE,) if step == "closing" else ("running", "failed"))
        for what in ("full", "removed")
        for step in (*STARTING, "running", "closing")
    ),
    *(Fault("restart", "all", step, ("failed", "lost", "closed", GONE)) for step in
      (*STARTING, "running", "closing")),
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
        cluster.signal(fault.victim, signal.SIGSTOP)
        time.sleep(PAUSE)  # frozen processes show nothing to wait for
        cluster.signal(fault.victim, signal.SIGCONT)
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
    return SOON if fault.what == "removed" else ORPHANED


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
        happen(fault, cluster, fill)
        cluster.go_on()
        state = settled(fault, cluster)
        if state == "running" and fault.what not in ("full", "removed"):
            assert cluster.record()["report"]["core_seconds"] >= 0
        cluster.kill_server()
        (cluster.server.runtime / "filler").unlink(missing_ok=True)
        if fault.what == "removed" and state == "running":
            # No later server can know of it: its own timer ends it.
            wait_until(lambda: not cluster.server.processes(), "the end by the timer", 180)
        cluster.server.start()
        wait_until(lambda: cluster.row() is None or cluster.delete() in (204, 404, 409), "a stop")
        wait_until(lambda: cluster.row() is None, lambda: f"no row, but {cluster.row()}", 90)
        cluster.server.nothing_left(90)


def end_without_a_server(step: str, cluster: HeldCluster) -> None:
    """Assert that the timers end everything at a step when the server is killed for good."""
    try:
        cluster.server.start()
        cluster.bring_to(step)
        cluster.kill_server()
        wait_until(lambda: not cluster.server.processes(), "the end by the timers", 180)
    finally:
        cluster.server.stop()
