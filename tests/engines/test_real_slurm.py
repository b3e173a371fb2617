"""The private SLURM of the tests itself: it must leave nothing, also when its owner is killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import real_slurm
from real_slurm_config import why_not
from real_slurm_reaper import processes

ORDINARY = "games"  # a user whom every Debian has


@pytest.fixture
def prefix() -> Iterator[Path]:
    """Make a short path, for the sockets in it."""
    missing = why_not()
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    path = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.parametrize("rootless", [False, True])
def test_it_runs_a_job_and_stops(prefix: Path, rootless: bool) -> None:
    """Guards the engine: a job runs, and a stop leaves neither daemon nor job nor step."""
    user = ORDINARY if rootless and not os.getuid() else None
    with real_slurm.RealSlurm(prefix, nodes=2, user=user) as slurm:
        job = ["sbatch", "-o", "/dev/null", "--wrap", "sleep 300"]
        output = slurm.run(*job, cwd="/tmp", user=user).stdout
        assert output == "Submitted batch job 1\n"
        assert slurm.jobs() == ["1"]
        assert len(list(processes(prefix))) >= 4
    assert list(processes(prefix)) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_its_owner(prefix: Path, number: signal.Signals) -> None:
    """Guards a killed test run: the reaper ends the daemons, a running job and its step."""
    owner = subprocess.Popen(
        [sys.executable, real_slurm.__file__, str(prefix)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert owner.stdout is not None
        assert "SLURM_CONF" in owner.stdout.readline()
        env = {**os.environ, "SLURM_CONF": f"{prefix}/etc/slurm.conf"}
        job = ["sbatch", "-o", "/dev/null", "--wrap", "sleep 300"]
        subprocess.run(job, env=env, check=True, cwd="/tmp", capture_output=True)
        owner.send_signal(number)
    finally:
        owner.kill()
        owner.communicate()
    deadline = time.monotonic() + 60
    while left := list(processes(prefix)):
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.1)
