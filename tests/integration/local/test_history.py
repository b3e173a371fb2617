"""What a real cluster has used: its row, the history, and the form's advice for the next one."""
# ruff: noqa: RUF001  # the sign of multiplication

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from api import Api
from jupyter_cluster_launcher.cli import main
from jupyter_cluster_launcher.clusters.launching import advice

OPTIONS = {"memory_limit": "4GB", "threads_per_worker": 1}
# Each worker holds 200 MB for as long as it takes until the scheduler has heard of it, and the
# resident of the tasks before.
COMPUTE = """
import time

def hold(number):
    kept = bytearray(b"x" * 200_000_000)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        sum(range(10_000))
    return len(kept)

client.gather(client.map(lambda n: n, range(40)))
client.gather(client.map(hold, range(4)))
client.shutdown()
"""


async def test_what_a_cluster_has_used(
    api: Api,
    jp_data_dir: Path,
    jp_runtime_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Guards against memory that is requested again and again although nobody ever used it."""
    monkeypatch.setattr(advice, "BUSY", 1.0)  # a minute takes long

    async def history(number: int) -> list[dict[str, Any]]:
        while True:
            assert main(["history", "--json"]) == 0
            found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
            if len(found) >= number:
                return found
            await asyncio.sleep(0.05)

    launch = {"platform": "local", "workers": 2, "options": OPTIONS}
    assert (await api.ask("POST", "code", body=launch))[1]["advice"] is None
    cluster = await api.launch(**launch, name="Tides")
    cluster = await api.ready(cluster["id"], 2)
    assert await history(0) == []
    code = cluster["code"]["connect"] + COMPUTE
    notebook = await asyncio.create_subprocess_exec(sys.executable, "-c", code)
    assert await notebook.wait() == 0
    closed = await api.until(cluster["id"], lambda c: c["state"] == "closed")
    used = closed["used"]
    assert (used["units"], used["memory"], used["spilled"]) == (2, 4e9, 0)
    assert 200e6 < used["peak"] < 700e6
    assert 0 < used["cpu"] < 1.5

    (ended,) = await asyncio.wait_for(history(1), 30)
    assert (ended["name"], ended["state"], ended["workers"]) == ("Tides", "closed", 2)
    assert (ended["memory"], ended["peak"], ended["cpu"]) == (4e9, used["peak"], used["cpu"])
    assert ended["core_hours"] > 0
    await api.stop(cluster["id"])
    assert await history(1) == [ended], "dismissed, and still there"
    assert main(["history"]) == 0
    row = capsys.readouterr().out.splitlines()[1]
    assert row.startswith("Tides  local")
    assert "2 × 4 GB" in row
    assert row.endswith("Stopped: the scheduler was shut down.")

    preview = (await api.ask("POST", "code", body=launch))[1]
    assert preview["advice"]["options"] == {"memory_limit": "1GB"}
    assert preview["advice"]["text"] == "1 GB per worker is enough"
    assert preview["advice"]["reason"].startswith("One of your last clusters on This computer used")
    # Without a limit nothing is requested, and with more threads nothing is known.
    for changed in ({}, {**OPTIONS, "threads_per_worker": 2}):
        body = {**launch, "options": changed}
        assert (await api.ask("POST", "code", body=body))[1]["advice"] is None
    kept = jp_data_dir / "cluster-launcher" / "history.jsonl"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert str(Path.home()) not in kept.read_text()
    assert not list(jp_runtime_dir.glob("**/*history*"))
