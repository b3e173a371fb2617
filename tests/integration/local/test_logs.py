"""What users can read of a cluster: all of its output, and no secrets."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from real_gateway import RealGateway

from api import Api
from jupyter_cluster_launcher.masking import MASK

SECRET = "wJalrXUtnFEMI-K7MDENG"


async def run(cluster: dict[str, Any], code: str) -> str:
    """Run code after the inserted code, as a notebook does, and return what is printed."""
    script = f"{cluster['code']['connect']}\n{code}\nclient.close()\n"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, error = await process.communicate()
    assert process.returncode == 0, error.decode()
    return out.decode()


async def test_scheduler_and_workers(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against logs that only the terminal of the server shows, or that show a secret."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    cluster = await api.launch(platform="local", workers=2)
    cluster = await api.ready(cluster["id"], 2)
    await run(
        cluster,
        "import logging, os\n"
        "def speak(who):\n"
        "    log = logging.getLogger('distributed.' + who.split()[0])\n"
        "    key = os.environ['AWS_SECRET_ACCESS_KEY']\n"
        "    log.warning(f'first words of {who} with {key}')\n"
        "    log.warning('second words')\n"
        "client.run(lambda dask_worker: speak(f'worker {dask_worker.name}'))\n"
        "client.run_on_scheduler(lambda: speak('scheduler'))\n",
    )
    status, logs = await api.ask("GET", "clusters", cluster["id"], "logs")
    assert status == 200
    assert [worker["title"] for worker in logs["workers"]] == ["Worker 0", "Worker 1"]
    for worker in logs["workers"]:
        words = f"first words of {worker['title'].lower()} with {MASK}"
        assert words in worker["text"]
        assert worker["text"].index("first words") < worker["text"].index("second words")
    assert f"first words of scheduler with {MASK}" in logs["scheduler"]
    assert SECRET not in str(logs)
    await api.stop(cluster["id"])


async def test_a_worker_that_hangs(api: Api) -> None:
    """Guards against one worker that is stuck and takes the logs of all others with it."""
    cluster = await api.launch(platform="local", workers=2)
    cluster = await api.ready(cluster["id"], 2)
    code = "import os; print(*client.run(os.getpid).items())"
    (address, stuck), *_ = eval(f"[{(await run(cluster, code)).replace(') (', '), (')}]")
    os.kill(stuck, signal.SIGSTOP)
    try:
        status, logs = await api.ask("GET", "clusters", cluster["id"], "logs", request_timeout=60)
    finally:
        os.kill(stuck, signal.SIGCONT)
    assert status == 200
    texts = {worker["id"]: worker["text"] for worker in logs["workers"]}
    assert "does not answer now" in texts.pop(address)
    assert len(texts) == 1
    assert "does not answer" not in str(texts)
    await api.stop(cluster["id"])


async def test_from_a_gateway(api: Api, gateway: RealGateway) -> None:
    """Guards against silence of the clusters that one cannot look into in any other way."""
    cluster = await api.launch(platform="nebari", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    logger = "__import__('logging').getLogger('distributed.worker')"
    await run(cluster, f"client.run(lambda: {logger}.error('Ouch'))")
    _, logs = await api.ask("GET", "clusters", cluster["id"], "logs")
    (worker,) = logs["workers"]
    assert "Ouch" in worker["text"]
    assert "Receive client connection" in logs["scheduler"]
    await api.stop(cluster["id"])


async def test_a_failed_launch_keeps_its_traceback(api: Api, platform_folder: Path) -> None:
    """Guards against a failure of which only the last line is left, and that only for a moment."""
    (platform_folder / "broken.yaml").write_text(
        "version: 1\ntitle: Broken\nmodule: dask.distributed\nclass: NoSuchCluster\n"
        "workers: {keyword: n_workers, default: 1, maximum: 2}\n"
    )
    cluster = await api.launch(platform="broken")
    failed = await api.until(cluster["id"], lambda c: c["state"] == "failed")
    assert "NoSuchCluster" in failed["message"]
    _, logs = await api.ask("GET", "clusters", cluster["id"], "logs")
    assert "Traceback (most recent call last)" in logs["launch"]
    assert "from dask.distributed import Client, NoSuchCluster" in logs["launch"]
    assert logs["launch"].rstrip().endswith(failed["message"])
    assert logs["workers"] == []
    await api.stop(cluster["id"])


async def test_what_tasks_print_stands_there_once(api: Api) -> None:
    """Guards against a log in which everything stands twice, or that lacks what workers print."""
    cluster = await api.launch(platform="local", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    await run(cluster, "client.run(print, 'Low tide')")
    while "Low tide" not in (launch := await launch_text(api, cluster["id"])):
        await asyncio.sleep(0.05)
    assert launch == "Low tide\n"
    await api.stop(cluster["id"])


async def test_a_python_that_does_not_start(
    api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Guards against "it ended" without the words that it ended with."""
    (tmp_path / "ipykernel_launcher.py").write_text("raise SystemError('no more entropy')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    cluster = await api.launch(platform="local", workers=1)
    failed = await api.until(cluster["id"], lambda c: c["state"] == "failed")
    launch = await launch_text(api, cluster["id"])
    assert "SystemError: no more entropy" in launch
    assert failed["message"] in launch
    await api.stop(cluster["id"])


async def launch_text(api: Api, cluster_id: str) -> str:
    """Return the log of a launch."""
    return str((await api.ask("GET", "clusters", cluster_id, "logs"))[1]["launch"])


async def test_what_is_ordinary_leaves_no_traceback(api: Api) -> None:
    """Guards against a healthy cluster whose log begins with a traceback."""
    cluster = await api.launch(platform="local", workers=4)
    cluster = await api.ready(cluster["id"], 4)
    path = ("clusters", cluster["id"])
    await run(cluster, "client.gather(client.map(abs, range(100)))")
    for workers in (1, 3, 0, 2):
        await api.ask("PATCH", *path, body={"workers": workers})
        await api.ready(cluster["id"], workers)
    assert await launch_text(api, cluster["id"]) == ""
    await api.stop(cluster["id"])
