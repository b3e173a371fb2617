"""The controller with real kernels: how it is ended, and how it ends by itself."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from fakes import write_kernelspec
from jupyter_client.kernelspec import KernelSpecManager
from kernels import CLUSTER, FOREVER, Kernel, kernel, nothing_left
from processes import group

from jupyter_cluster_launcher.controller.kernel_connection import (
    ControllerDiedError,
    ExecutionError,
)
from jupyter_cluster_launcher.controller.spawn import spawn
from jupyter_cluster_launcher.models import ControllerRef

# Ending

CHILDREN = """
import subprocess
children = [subprocess.Popen(["sleep", "3600"]) for _ in range(2)]
"""


async def test_ends_with_its_children(tmp_path: Path) -> None:
    """Guards against workers, sockets or files that stay; a polite end takes half a minute here."""
    async with kernel(tmp_path) as one:
        await one.controller.run(CHILDREN, FOREVER)
        assert len(group(one.ref.pid)) >= 3
        closed = tmp_path / "closed"
        ending = one.controller.end(f"open({str(closed)!r}, 'w').close()", FOREVER)
        # Half a minute is what jupyter_client waits for a kernel with children to end by itself.
        assert await asyncio.wait_for(ending, 25)
        assert closed.exists()
        nothing_left(one.ref)


@pytest.mark.parametrize("waiting", [True, False], ids=["waited for", "given up"])
async def test_ends_while_it_is_busy(tmp_path: Path, waiting: bool) -> None:
    """Guards against a stop that waits for the end of what it is to stop.

    The interrupt is for the kernel alone: workers that got it too would die before they can be
    closed. What was given up, as a launch is when it is stopped, is still being worked on.
    """
    async with kernel(tmp_path) as one:
        await one.controller.run(CHILDREN, FOREVER)
        busy = tmp_path / "busy"
        running = asyncio.ensure_future(
            one.controller.run(f"open({str(busy)!r}, 'w').close()\nwhile True: pass", FOREVER)
        )
        while not busy.exists():
            await asyncio.sleep(0.01)
        if not waiting:
            running.cancel()
            await asyncio.wait({running})
        alive = tmp_path / "alive"
        code = f"open({str(alive)!r}, 'w').write(repr([c.poll() for c in children]))"
        await one.controller.end(code, FOREVER)
        assert alive.read_text() == "[None, None]"
        assert "by force" not in one.output
        nothing_left(one.ref)
        if waiting:
            with pytest.raises(ExecutionError, match="KeyboardInterrupt"):
                await running


@pytest.mark.parametrize("busy", [True, False])
async def test_ends_what_is_stopped(tmp_path: Path, busy: bool) -> None:
    """Guards against a stop of half a minute that kills a cluster instead of closing it."""
    async with kernel(tmp_path) as one:
        os.kill(one.ref.pid, signal.SIGSTOP)
        if busy:  # as after a check whether it answers
            with pytest.raises(asyncio.TimeoutError):
                await one.controller.run("", 0.5)
        closed = tmp_path / "closed"
        assert await one.controller.end(f"open({str(closed)!r}, 'w').close()", FOREVER)
        assert closed.exists()
        assert "by force" not in one.output
        nothing_left(one.ref)


async def test_ends_what_does_not_listen(tmp_path: Path) -> None:
    """Guards against a library that swallows interrupts and keeps a cluster for ever."""
    async with kernel(tmp_path) as one:
        deaf = tmp_path / "deaf"
        code = f"import signal\nsignal.signal(2, signal.SIG_IGN)\nopen({str(deaf)!r}, 'w').close()"
        busy = asyncio.ensure_future(one.controller.run(f"{code}\nwhile True: pass", FOREVER))
        while not deaf.exists():
            await asyncio.sleep(0.01)
        await one.controller.end("pass", 0.5)
        assert "did not close in time and was killed" in one.output
        nothing_left(one.ref)
        with contextlib.suppress(ControllerDiedError):
            busy.cancel()
            await asyncio.wait({busy})


async def test_an_error_while_closing_is_reported_once_and_ends_all(tmp_path: Path) -> None:
    """Guards against a cluster that cannot be stopped because its close fails."""
    async with kernel(tmp_path) as one:
        await one.controller.run(CHILDREN, FOREVER)
        await one.controller.end("raise ValueError('scancel failed')", FOREVER)
        assert one.output.count("ValueError: scancel failed") == 1
        nothing_left(one.ref)


async def test_ends_twice(tmp_path: Path) -> None:
    """Guards against an error where the last step of a stop is done again."""
    async with kernel(tmp_path) as one:
        await one.controller.end(None, 5)
        await one.controller.end("pass", 5)
        nothing_left(one.ref)


async def test_detached_goes_on(tmp_path: Path) -> None:
    """Guards against a server that takes a cluster with it which is to keep running."""
    async with kernel(tmp_path) as one:
        one.controller.detach()
        one.controller.detach()
        assert one.controller.alive


# A kernel that ends by itself

# The limits are those of the end, which waits for the disk for a while.
HANG = """
import os, time
from cluster_launcher_resident.watching import watch
watch.NOTE_LIMIT, watch.NOTE_PAUSES = 0.5, ()

def hanging(function):
    def wait(path, *args, **kwargs):
        while str(path).startswith({folder!r}):
            time.sleep(1)
        return function(path, *args, **kwargs)
    return wait

for name in ("stat", "lstat", "open", "replace", "unlink"):
    setattr(os, name, hanging(getattr(os, name)))
"""


async def test_ends_although_the_home_does_not_answer(tmp_path: Path) -> None:
    """Guards against workers that cost money for as long as a network file system hangs."""
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        sockets = {"directory": str(tmp_path), "sockets": one.ref.socket_dir}
        await one.controller.call("prepare", sockets)
        await one.controller.run(CLUSTER, FOREVER)
        await one.controller.run(HANG.format(folder=str(tmp_path)), FOREVER)
        await one.controller.start_watch("cluster", {"idle_timeout": 1.0}, FOREVER)
        await asyncio.wait_for(one.controller.ended, 60)
        await one.until(lambda: one.reports and one.reports[-1].get("ended"))
        assert one.reports[-1]["ended"] == "Stopped after 1 second without work."
        while group(one.ref.pid):
            await asyncio.sleep(0.05)
        nothing_left(one.ref)


async def test_a_death_is_noticed(tmp_path: Path) -> None:
    """Guards against a row that says "running" about a process that was killed."""
    async with kernel(tmp_path) as one:
        busy = asyncio.ensure_future(one.controller.run("while True: pass", FOREVER))
        os.kill(one.ref.pid, signal.SIGKILL)
        await one.controller.ended
        assert not one.controller.alive
        with pytest.raises(ControllerDiedError, match="ended unexpectedly"):
            await busy
        with pytest.raises(ControllerDiedError):
            await one.controller.run("pass", FOREVER)


async def test_a_death_while_attaching_is_noticed(
    tmp_path: Path, jp_environ: None, jp_kernel_dir: Path
) -> None:
    """Guards against waiting a minute for a kernel that failed at once."""
    argv = [sys.executable, "-c", "raise SystemExit('no ipykernel')", "{connection_file}"]
    write_kernelspec(Path(jp_kernel_dir), "dies", argv=argv)
    with pytest.raises(ControllerDiedError):
        async with kernel(tmp_path, "dies"):
            pass
    assert "no ipykernel" in (tmp_path / "launch.log").read_text()


async def test_a_kernel_that_never_answers(
    tmp_path: Path, jp_environ: None, jp_kernel_dir: Path
) -> None:
    """Guards against a launch that stays "Starting Python" for ever."""
    argv = [sys.executable, "-c", "import time; time.sleep(3600)", "{connection_file}"]
    write_kernelspec(Path(jp_kernel_dir), "mute", argv=argv)
    ref = await spawn("mute", KernelSpecManager(), tmp_path, None, {})
    one = Kernel(ref)
    with pytest.raises(asyncio.TimeoutError):
        await one.controller.attach(0.5)
    await one.controller.end(None, 0)
    nothing_left(ref)


async def test_anothers_process_with_that_number(tmp_path: Path) -> None:
    """Guards against ending an unrelated process whose number an old record holds."""
    async with kernel(tmp_path) as one:
        record = one.ref
        await one.controller.end(None, 5)
    other = subprocess.Popen(["sleep", "3600"], start_new_session=True)
    try:
        stranger = Kernel(replace(record, pid=other.pid))
        assert not stranger.controller.alive
        with pytest.raises(ControllerDiedError):
            await stranger.controller.attach(FOREVER)
        await stranger.controller.end("pass", FOREVER)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


async def test_a_record_is_all_that_is_needed(tmp_path: Path) -> None:
    """Guards against something that only the server which started a controller knows."""
    async with kernel(tmp_path) as one:
        one.controller.detach()
        again = Kernel(ControllerRef(**json.loads(json.dumps(asdict(one.ref)))))
        await again.controller.attach(FOREVER)
        await again.controller.end("pass", FOREVER)
        nothing_left(one.ref)
