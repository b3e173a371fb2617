"""What the extension does before its first request: little, and nothing is lost by that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

from real_server import RealServer, wait_until

PACKAGE = "jupyter_cluster_launcher"
# All that every start of a Jupyter server waits for. What is added here costs each of its users.
AT_START = {
    "", ".clusters", ".clusters.saved", ".clusters.saved.root", ".controller",
    ".controller.boot", ".controller.disk", ".controller.preload", ".errors",
    ".server", ".server.app", ".server.dashboard_hosts", ".server.gate", ".server.mcp",
    ".systems",
}  # fmt: skip
MODULES = """
import sys
from jupyter_server.serverapp import ServerApp

NAME = "jupyter_cluster_launcher"
app = ServerApp()
app.initialize(["--ServerApp.port=0", "--ServerApp.ip=127.0.0.1", "--ServerApp.open_browser=False",
                "--ServerApp.allow_root=True"], find_extensions=False)
manager, before = app.extension_manager, set(sys.modules)

async def start():
    manager.add_extension(NAME, enabled=True)
    manager.link_extension(NAME)
    manager.load_extension(NAME)
    await manager.start_extension(NAME)
    print("new:", *set(sys.modules) - before)
    app.stop()

app.io_loop.add_callback(start)
app.start()
"""
LOOKING_OFTEN = f"import {PACKAGE}.server.app as app\napp.LOOK_EVERY = 0.2\n"


def test_a_start_imports_next_to_nothing(tmp_path: Path) -> None:
    """Guards the start of every Jupyter server, also for users who never open the sidebar."""
    env = {**os.environ, "HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime")}
    command = [sys.executable, "-c", MODULES]
    done = subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("new: "))
    new = set(line.split()[1:])
    own = {name.removeprefix(PACKAGE) for name in new if name.startswith(PACKAGE)}
    assert own == AT_START
    assert {name.partition(".")[0] for name in new} <= {PACKAGE, *sys.stdlib_module_names}


def running_by_metrics(server: RealServer) -> bool:
    """Return whether a server has a cluster that runs, without any request of the extension."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{server.base_url}metrics",
        headers={"Authorization": f"token {server.token}"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return 'cluster_launcher_clusters{platform="local",state="running"} 1' in (
            answer.read().decode()
        )


def test_clusters_are_taken_over_without_a_request(tmp_path: Path) -> None:
    """Guards clusters whose server was killed while nobody has the other server's page open."""
    first, second = RealServer(tmp_path / "first"), RealServer(tmp_path / "second")
    second.runtime = first.runtime
    (second.folder / "config" / "jupyter_server_config.py").write_text(LOOKING_OFTEN)
    try:
        second.start()
        first.start()
        assert not running_by_metrics(second)
        cluster = first.launch(platform="local", workers=0)
        first.until(cluster, lambda seen: seen["state"] == "running")
        first.signal(signal.SIGKILL)
        wait_until(lambda: running_by_metrics(second), "the other server has it")
        assert second.ask("DELETE", f"cluster-launcher/clusters/{cluster}")[0] == 204
        wait_until(lambda: second.clusters() == [], "the row gone")
    finally:
        second.stop()
        first.stop()
