"""Commands of a batch system that hang, with what they have started."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import psutil
import pytest

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.backends.batch.polling.commands import run
from jupyter_cluster_launcher.controller import programs

SECONDS = "61.8034"  # of the children here, by which they are found


def script(folder: Path, text: str) -> str:
    path = folder / "squeue"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def children() -> list[psutil.Process]:
    found = psutil.process_iter(["cmdline", "status"])
    return [
        one
        for one in found
        if SECONDS in (one.info["cmdline"] or ()) and one.info["status"] != psutil.STATUS_ZOMBIE
    ]


async def took(command: str) -> float:
    """Return how many seconds it took to give up a command that hangs."""
    begun = time.monotonic()
    output = await asyncio.wait_for(run(slurm, [command], timeout=0.3), 30)
    assert (output.returncode, output.text) == (None, f"{command} did not answer within 0.3 s")
    return time.monotonic() - begun


async def test_a_wrapper_whose_program_hangs(tmp_path: Path) -> None:
    """Guards every Stop: a center's wrapper is killed, and its program has the output open."""
    assert await took(script(tmp_path, f"sleep {SECONDS}; true")) < 3
    assert children() == []


async def test_a_program_that_nothing_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the next poll against a program in a session of its own, or on a dead disk."""
    monkeypatch.setattr(programs, "LIMIT", 0.2)
    await took(script(tmp_path, "exec sleep 60"))  # what the first one opens stays open
    before = os.listdir("/proc/self/fd")
    command = script(tmp_path, f"setsid sleep {SECONDS} & sleep 60")
    try:
        assert await took(command) < 3
        await asyncio.sleep(0.1)
        assert os.listdir("/proc/self/fd") == before
    finally:
        for child in children():
            child.kill()
