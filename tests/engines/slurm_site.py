"""A real SLURM for a suite, where one can run."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_slurm import RealSlurm
from real_slurm_config import why_not


def enforce_accounts(slurm: RealSlurm) -> None:
    """Give the user of a SLURM the account ``sci`` and the QOS ``debug``, which has limits."""
    for command in (
        "add account sci Description=x Organization=x",
        f"add user {slurm.user} account=sci",
        "add qos debug MaxSubmitJobsPerUser=2 MaxWall=00:05:00 Flags=DenyOnLimit",
        f"modify user {slurm.user} set qos+=debug",
    ):
        slurm.run("sacctmgr", "-i", *command.split()).check_returncode()


def start(accounting: bool) -> Iterator[RealSlurm]:
    """Yield a SLURM; skip where it cannot run, unless everything must be tried."""
    missing = why_not(accounting)
    if missing and os.environ.get("CI"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    # Short, for the sockets in it.
    prefix = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
    try:
        with RealSlurm(prefix, accounting=accounting) as slurm:
            yield slurm
    finally:
        shutil.rmtree(prefix, ignore_errors=True)
