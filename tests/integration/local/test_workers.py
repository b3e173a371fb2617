"""The workers of a cluster one by one: what users see of them, also of those that died."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from typing import Any

from api import Api


async def run(cluster: dict[str, Any], code: str) -> str:
    """Run code after the inserted code, as a notebook does, and return what is printed."""
    script = f"{cluster['code']['connect']}\n{code}\nclient.close()\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode()
    return out.decode()


async def test_workers_that_die_and_restart(api: Api) -> None:
    """Guards against deaths without a reason or a log, and a hung worker that takes all with it."""
    cluster = await api.launch(platform="local", workers=2, options={"memory_limit": "300MB"})
    cluster = await api.ready(cluster["id"], 2)
    path = ("clusters", cluster["id"])
    listed = (await api.ask("GET", *path, "workers"))[1]
    assert [one["name"] for one in listed["workers"]] == ["0", "1"]
    assert listed["workers"][0]["memory_limit"] == 300_000_000
    assert listed["workers"][0]["restartable"]
    assert listed["dead"] == []

    # More memory than it may have: its nanny kills it.
    first = listed["workers"][0]["id"]
    eat = (
        "import time\n"
        "def eat():\n    kept = bytearray(b'x' * 400_000_000)\n    time.sleep(60)\n"
        f"eaten = client.submit(eat, workers=[{first!r}], retries=0)\n"
        "while client.run_on_scheduler("
        f"lambda dask_scheduler: {first!r} in dask_scheduler.workers): time.sleep(0.1)\n"
        "eaten.cancel()\n"
    )
    await run(cluster, eat)
    killed = await api.until(cluster["id"], lambda c: c["workers"]["killed"] == 1)
    assert killed["workers"]["failed"] == 1
    listed = (await api.ask("GET", *path, "workers"))[1]
    (dead,) = listed["dead"]
    assert dead["id"] == first
    assert re.fullmatch(r"0 \(process \d+\)", dead["name"])
    assert dead["reason"].startswith("Killed: it used more than 95% of its memory")
    logs = (await api.ask("GET", *path, "logs"))[1]
    (log,) = (one for one in logs["workers"] if one["id"] == first)
    assert log["title"] == f"Worker {dead['name']}, died"
    assert "exceeded 95% memory budget" in log["text"]

    # A worker that hangs is back under another address, and has not "died".
    await api.ready(cluster["id"], 2)
    pids = eval(await run(cluster, "import os; print(client.run(os.getpid))"))
    listed = (await api.ask("GET", *path, "workers"))[1]
    second = listed["workers"][1]["id"]
    os.kill(pids[second], signal.SIGSTOP)
    body = {"worker": second}
    status, answer = await api.ask("POST", *path, "restart", body=body, request_timeout=60)
    assert status == 204, answer
    row = await api.ready(cluster["id"], 2)
    assert row["workers"]["failed"] == 1
    listed = (await api.ask("GET", *path, "workers"))[1]
    assert second not in [one["id"] for one in listed["workers"]]
    assert len(listed["dead"]) == 1
    status, answer = await api.ask("POST", *path, "restart", body=body)
    assert (status, answer["message"]) == (409, "This worker is no longer there.")
    await api.stop(cluster["id"])
