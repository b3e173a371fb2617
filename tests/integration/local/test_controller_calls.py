"""Calls of the resident: none keeps another waiting, and none happens later than it may."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from kernels import CLUSTER, FOREVER, kernel, nothing_left, watched

from jupyter_cluster_launcher.clusters.connection import CLOSE
from jupyter_cluster_launcher.controller.kernel_connection import ExecutionError

SLOW_LOGS = """
import threading
gate = threading.Event()
def slow_logs():
    gate.wait()
    return {"scheduler": "words", "workers": []}
__cluster_launcher.logs = slow_logs
"""


async def test_logs_keep_nothing_waiting(tmp_path: Path) -> None:
    """Guards against a scale that waits for four requests of logs, and answers that are mixed."""
    async with kernel(tmp_path) as one:
        await watched(one, tmp_path)
        await one.controller.run(SLOW_LOGS, FOREVER)
        logs = [asyncio.ensure_future(one.controller.call("logs")) for _ in range(4)]
        await one.controller.call("scale", 1)
        await one.until(lambda: one.reports[-1]["ready"] == 1)
        assert not any(answer.done() for answer in logs)
        await one.controller.run("gate.set()", FOREVER)
        assert [one["scheduler"] for one in await asyncio.gather(*logs)] == ["words"] * 4
        await one.controller.run("__cluster_launcher.logs = lambda: 1 / 0", FOREVER)
        with pytest.raises(ExecutionError, match="division by zero"):
            await one.controller.call("logs")


async def test_what_was_given_up_does_not_happen_later(tmp_path: Path) -> None:
    """Guards against a scale that was answered with 409 and is carried out a minute later."""
    async with kernel(tmp_path) as one:
        await watched(one, tmp_path)
        gate, busy = tmp_path / "gate", tmp_path / "busy"
        code = (
            f"import os, time\nopen({str(busy)!r}, 'w').close()\n"
            f"while not os.path.exists({str(gate)!r}): time.sleep(0.01)"
        )
        running = asyncio.ensure_future(one.controller.run(code, FOREVER))
        while not busy.exists():
            await asyncio.sleep(0.01)
        with pytest.raises(asyncio.TimeoutError):
            await one.controller.call("scale", 2, timeout=0.2)
        gate.touch()
        await running
        await one.controller.call("ping")
        assert await one.value("len(cluster.worker_spec)", tmp_path) == 0


async def test_a_report_that_cannot_be_taken_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Guards against a row that stands still for ever after one error in the server."""
    async with kernel(tmp_path) as one:
        await watched(one, tmp_path)
        listener, failures = one.controller.on_report, [ValueError("odd")]

        def fail_once(report: dict[str, Any]) -> None:
            if failures:
                raise failures.pop()
            listener(report)

        one.controller.on_report = fail_once
        one.reports.clear()
        for _ in range(2):
            await one.controller.call("ping")
        await one.until(lambda: one.reports)
        assert f"A message of cluster {tmp_path.name} could not be taken in" in caplog.text
        assert "ValueError: odd" in caplog.text


async def test_a_cluster_that_no_notebook_can_reach(tmp_path: Path) -> None:
    """Guards against a green row whose connect code raises in every notebook."""
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        await one.controller.run(CLUSTER.replace('protocol="tcp://", ', ""), FOREVER)
        with pytest.raises(ExecutionError, match="no notebook can connect"):
            await one.controller.start_watch("cluster", {}, FOREVER)
        assert await one.controller.end(CLOSE, FOREVER)
        nothing_left(one.ref)


async def test_a_server_that_dies_after_it_closed_the_cluster(tmp_path: Path) -> None:
    """Guards against a controller that stays for ever, because ending it was left to its server."""
    async with kernel(tmp_path) as one:
        await watched(one, tmp_path)
        await one.controller.run(CLOSE, FOREVER)
        await one.controller.ended
        assert json.loads((tmp_path / "ended.json").read_text())["ended"] == "Stopped."
