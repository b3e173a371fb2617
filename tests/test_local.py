"""Launches for real: a real server, real kernels, real LocalClusters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
from conftest import Api


def run_connect(code: str, expression: str) -> str:
    """Run inserted code in a fresh Python, as a notebook does, and return what is printed."""
    script = f"{code}\nprint({expression})\nclient.close()\n"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split("\n")[-1]


async def test_a_launch_from_click_to_nothing_left(api: Api, jp_runtime_dir: Path) -> None:
    """The main job. A state that stays "starting", or a stop that leaves a process, breaks it."""
    cluster = await api.launch(platform="local", workers=2)
    assert cluster["state"] == "starting"
    assert cluster["code"]["connect"] is None
    cluster = await api.ready(cluster["id"], 2)
    assert cluster["workers"]["requested"] == 2
    assert cluster["tls"]
    assert cluster["address"].startswith("tls://127.0.0.1:")
    code = cluster["code"]["connect"]
    assert "BEGIN" not in code
    assert run_connect(code, "client.submit(lambda: 6 * 7).result()") == "42"

    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 3}))[0] == 202
    cluster = await api.ready(cluster["id"], 3)
    await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1})
    await api.ready(cluster["id"], 1)

    directory = Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"]
    for name in ("key.pem", "cert.pem", "ca.pem", "connection.json", "cluster.json"):
        assert (directory / name).stat().st_mode & 0o777 == 0o600, name
    assert directory.stat().st_mode & 0o777 == 0o700
    await api.stop(cluster["id"])
    assert not directory.exists()
    assert [p for p in psutil.process_iter(["cmdline"]) if str(directory) in str(p.info)] == []
