"""The controller with real kernels: code, what it prints, and reports."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from kernels import FOREVER, Kernel, kernel, watched

from jupyter_cluster_launcher.controller.kernel_connection import ExecutionError
from jupyter_cluster_launcher.resident.process.log_file import LIMIT

# Running code

PRINTS = """
import subprocess, sys
print("out \\u00e9")
print("err", file=sys.stderr)
subprocess.run(["echo", "child"])
"""
FLOOD = """
import os, sys, time
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
for _ in range(40_000):
    os.write(1, b"x" * 99 + bytes([10]))
    os.write(1, (b"x" * 99 + bytes([10])) * 9)
os.write(1, b"the last line" + bytes([10]))
os.remove(sys.argv[1])
"""


async def test_prints_reach_the_log(tmp_path: Path) -> None:
    """Guards against a launch whose progress, or warning, is not shown."""
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        await one.controller.run(PRINTS, FOREVER)
        assert (tmp_path / "launch.log").read_text(encoding="utf-8") == "out é\nerr\nchild\n"


async def test_the_log_is_limited_without_a_server(tmp_path: Path) -> None:
    """Guards against one task that fills a home directory, and against output that is lost."""
    flag, log = tmp_path / "flag", tmp_path / "launch.log"
    (tmp_path / "flood.py").write_text(FLOOD)
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        code = f"subprocess.Popen([sys.executable, 'flood.py', {str(flag)!r}])"
        await one.controller.run(f"import subprocess, sys; {code}", FOREVER)
        one.controller.detach()
        flag.touch()
        while flag.exists() or log.stat().st_size > LIMIT:
            await asyncio.sleep(0.1)
        lines = log.read_text(encoding="utf-8").splitlines()
        assert lines[-1] == "the last line"
        assert set(lines[:-1]) == {"x" * 99}, "whole lines"


async def test_an_error_is_shown_whole(tmp_path: Path) -> None:
    """Guards against a failure without its name, and a log full of colour codes."""
    async with kernel(tmp_path) as one:
        with pytest.raises(ExecutionError) as raised:
            await one.controller.run("def f():\n    raise KeyError('no profile')\nf()", FOREVER)
        error = raised.value
        assert (error.name, error.text) == ("KeyError", "'no profile'")
        assert "in f()" in error.traceback
        assert "\x1b" not in error.traceback
        await one.until(lambda: "KeyError" in one.output)
        assert "\x1b" not in one.output
        assert await one.value("1", tmp_path) == 1, "it goes on after an error"


async def test_code_that_asks_does_not_wait(tmp_path: Path) -> None:
    """Guards against a launch that waits for ever for input that users cannot give."""
    async with kernel(tmp_path) as one:
        with pytest.raises(ExecutionError) as raised:
            await one.controller.run("input('Password? ')", FOREVER)
        assert raised.value.name == "StdinNotImplementedError"


async def test_a_time_limit(tmp_path: Path) -> None:
    """Guards against a platform that hangs and takes the launch with it."""
    async with kernel(tmp_path) as one:
        with pytest.raises(asyncio.TimeoutError):
            await one.controller.run("import time; time.sleep(3600)", 0.2)


async def test_a_reply_is_not_lost_while_the_server_is_busy(tmp_path: Path) -> None:
    """Guards against a launch that hangs: what is sent may take away the notice of a reply.

    It comes in within milliseconds of the other, so this is tried often.
    """
    async with kernel(tmp_path) as one:
        for _ in range(20):
            again = Kernel(one.ref)
            await again.controller.attach(FOREVER)
            time.sleep(0.005)
            await again.controller.run("pass", FOREVER)
            again.controller.detach()


# Reports


async def test_reports_are_pushed(tmp_path: Path) -> None:
    """Guards against a row that changes only when it is polled."""
    async with kernel(tmp_path) as one:
        await watched(one, tmp_path)
        assert one.reports[0]["address"] == await one.value("cluster.scheduler_address", tmp_path)
        await one.controller.call("scale", 3)
        await one.until(lambda: one.reports[-1]["ready"] == 3)


async def test_reports_come_while_the_shell_is_busy(tmp_path: Path) -> None:
    """Guards against a row that stands still during a long create or close."""
    async with kernel(tmp_path) as one:
        await watched(one, tmp_path)
        gate, busy = tmp_path / "gate", tmp_path / "busy"
        code = (
            "import os, time\ncluster.scale(2)\n"
            f"open({str(busy)!r}, 'w').close()\n"
            f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)"
        )
        running = asyncio.ensure_future(one.controller.run(code, FOREVER))
        await one.until(lambda: one.reports[-1]["ready"] == 2)
        assert busy.exists()
        assert not running.done()
        gate.touch()
        await running


async def test_a_second_server_gets_a_report(tmp_path: Path) -> None:
    """Guards against attaching to a cluster and showing nothing, because nothing changes."""
    async with kernel(tmp_path) as one:
        await watched(one, tmp_path)
        one.controller.detach()
        two = Kernel(one.ref)
        await two.controller.attach(FOREVER)
        await two.controller.call("ping")
        await two.until(lambda: two.reports)
        assert two.reports[-1]["address"] == one.reports[-1]["address"]
        await two.controller.call("scale", 2)
        await two.until(lambda: two.reports[-1]["ready"] == 2)
        two.controller.detach()


async def test_two_servers_at_once(tmp_path: Path) -> None:
    """Guards against a reply that goes to another listener than the caller."""
    async with kernel(tmp_path) as one:
        two = Kernel(one.ref)
        await two.controller.attach(FOREVER)
        await asyncio.gather(
            one.value("'one'", tmp_path),
            two.controller.run("import time; time.sleep(0.1)", FOREVER),
        )
        with pytest.raises(ExecutionError):
            await two.controller.run("1 / 0", FOREVER)
        assert await one.value("2", tmp_path) == 2
        two.controller.detach()


async def test_what_is_passed_is_data(tmp_path: Path) -> None:
    """Guards against an argument that is code when it reaches the controller."""
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        await one.controller.run(
            "got = []\n__cluster_launcher.take = lambda *a, **k: got.append([a, k])"
        )
        text = '\'); import os; os.abort() #\n"""'
        await one.controller.call("take", text, 1.5, None, flag=True, names=[text])
        assert await one.value("got", tmp_path) == [
            [[text, 1.5, None], {"flag": True, "names": [text]}]
        ]
