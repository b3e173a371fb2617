"""What a real server has imported after it was used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SERVER = """
import asyncio, json, sys, urllib.request
from jupyter_server.serverapp import ServerApp

app = ServerApp()
app.initialize(["--ServerApp.port=0", "--ServerApp.ip=127.0.0.1", "--ServerApp.open_browser=False",
                "--ServerApp.allow_root=True", "--IdentityProvider.token=secret",
                "--ServerApp.jpserver_extensions=jupyter_cluster_launcher=True"])

def ask():
    address = f"{app.connection_url}cluster-launcher/platforms?token=secret"
    with urllib.request.urlopen(address, timeout=60) as answer:
        return json.load(answer)

async def check():
    try:
        platforms = await asyncio.get_running_loop().run_in_executor(None, ask)
        print("platforms:", *sorted(platform["name"] for platform in platforms))
        print("modules:", *sorted(sys.modules))
    finally:
        app.stop()

app.io_loop.add_callback(check)
app.start()
"""


def test_server_has_no_dask(tmp_path: Path) -> None:
    """Guards against a server that imports Dask, and with it its threads, memory and seconds.

    A server in a process of its own, whose platforms are fetched: that is when the environments of
    the kernels are looked at.
    """
    env = {**os.environ, "HOME": str(tmp_path), "JUPYTER_NO_CONFIG": "0"}
    run = subprocess.run(
        [sys.executable, "-c", SERVER],
        env=env,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    lines = dict(
        line.split(": ", 1)
        for line in run.stdout.splitlines()
        if line.startswith(("platforms: ", "modules: "))
    )
    assert "platforms" in lines, run.stderr
    assert "local" in lines["platforms"].split()
    loaded = {name.split(".")[0] for name in lines["modules"].split()}
    assert "jupyter_cluster_launcher" in loaded
    assert not loaded & {"dask", "distributed", "dask_gateway", "dask_jobqueue", "bokeh", "numpy"}
