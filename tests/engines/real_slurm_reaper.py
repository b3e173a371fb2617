"""End what is left of a private SLURM, also when the process that started it was killed.

``python tests/engines/real_slurm_reaper.py PREFIX`` waits for the end of its standard input, whose
other end the owner of the SLURM holds, so that it ends with the owner. An owner that has cleaned up
itself writes to it first.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path


def drain(conf: Path, timeout: float = 20) -> None:
    """Cancel every job and wait until none is left, also none that is completing.

    A slurmd that is stopped while a job completes waits for it, and its step stays behind.
    """
    env = {**os.environ, "SLURM_CONF": str(conf)}

    def ask(*command: str) -> list[str]:
        try:
            done = subprocess.run(
                command, check=False, env=env, text=True, capture_output=True, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            return []
        return done.stdout.split()

    end = time.monotonic() + timeout
    jobs = ask("squeue", "-h", "-o", "%A")
    if jobs:
        ask("scancel", *jobs)
    while time.monotonic() < end and ask("squeue", "-h", "-o", "%A"):
        time.sleep(0.1)


def sweep(prefix: Path) -> None:
    """End what is left of the SLURM under ``prefix``: daemons, steps and jobs."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        end = time.monotonic() + 3
        for pid in processes(prefix):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        while time.monotonic() < end and any(True for _ in processes(prefix)):
            time.sleep(0.05)


def processes(prefix: Path) -> Iterator[int]:
    """Yield the processes of this SLURM, known by an open file or by the job that they are.

    A step rewrites its title and empties its environment, but it holds its slurmd's log open.
    """
    conf = f"SLURM_CONF={prefix}/etc/slurm.conf".encode()
    held = tuple(f"{prefix}/{name}/" for name in ("log", "db", "run", "spool", "state"))
    for process in Path("/proc").glob("[0-9]*"):
        if int(process.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            environment = (process / "environ").read_bytes().split(b"\0")
            job = any(one.startswith(b"SLURM_JOB_ID=") for one in environment)
            if (job and conf in environment) or any(
                os.readlink(one).startswith(held) for one in (process / "fd").iterdir()
            ):
                yield int(process.name)


def reap(prefix: Path) -> None:
    """Wait until the process that started SLURM has died, or has cleaned up itself."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if not sys.stdin.buffer.read():
        drain(prefix / "etc/slurm.conf")
        sweep(prefix)


if __name__ == "__main__":
    reap(Path(sys.argv[1]))
