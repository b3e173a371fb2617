"""JupyterLab on a real SLURM, for the browser tests.

Prints one JSON line, ``{url, SLURM_CONF}``, and serves until its standard input ends. With
``--accounting`` it is another site, which enforces accounts and QOS. The home and the notebooks'
folder are those of the browser tests where ``UI_TESTS_HOME`` names them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from real_slurm import RealSlurm
from real_slurm_config import why_not
from slurm_site import enforce_accounts
from supervised import Supervised, free_ports

ROOT = Path(__file__).parent.parent.parent
PLATFORMS = ROOT / "jupyter_cluster_launcher/platforms/data"
BASE_URL = "lab-test"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Make a short path, which sockets need, and remove it at the end."""
    path = Path(tempfile.mkdtemp(prefix="slurm-", dir="/tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def lab(directory: Path, slurm: RealSlurm) -> Iterator[str]:
    """Serve JupyterLab to the browser tests, and yield its address."""
    home = Path(os.environ.get("UI_TESTS_HOME") or directory / "home")
    (home / "root").mkdir(parents=True, exist_ok=True)
    (directory / "share").mkdir()
    (directory / "share/cluster-platforms").symlink_to(PLATFORMS)
    (port,) = free_ports(1)
    env = {
        **slurm.env,
        "HOME": str(home),
        "UI_TESTS_HOME": str(home),
        "UI_TESTS_PORT": str(port),
        "JUPYTER_RUNTIME_DIR": str(directory / "runtime"),
        "JUPYTER_PATH": os.pathsep.join(
            filter(None, [str(directory / "share"), os.environ.get("JUPYTER_PATH")])
        ),
        **({} if slurm.layout.accounting else {"SLURM_JOB_ACCOUNT": "sci"}),
    }
    config = ROOT / "ui-tests/jupyter_server_test_config.py"
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--config={config}"]
    command.append("--ClusterLauncher.queue_interval=1")
    server = Supervised(command, directory / "lab.log", env, home / "root")
    url = f"http://127.0.0.1:{port}/{BASE_URL}"
    try:
        server.wait_until("JupyterLab", lambda: _answers(f"{url}/api"))
        yield url
    finally:
        server.stop()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def main() -> None:
    """Serve until standard input ends."""
    accounting = "--accounting" in sys.argv
    if reason := why_not(accounting):
        sys.exit(f"No SLURM can run here: {reason}")
    with (
        folder() as directory,
        RealSlurm(directory, nodes=4 if accounting else 3, accounting=accounting) as slurm,
        lab(directory, slurm) as url,
    ):
        if accounting:
            enforce_accounts(slurm)
        known = {"url": url, "SLURM_CONF": str(slurm.layout.conf)}
        sys.stdout.write(json.dumps(known) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
