"""The launcher as most users run it: no root, one's own server, jobs in one's own name."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_server import RealServer, wait_until
from real_slurm import RealSlurm
from tallgrass import SMALL

# Python itself is found with the rights of root; what it starts is not.
AGAIN = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
ROOT = Path(__file__).parent.parent.parent.parent
NAMES = ("games", "nobody", "daemon")


def ordinary_user() -> tuple[str, list[str]]:
    """Return a user who is not root, and a command that runs our Python as that user."""
    if os.getuid():
        return pwd.getpwuid(os.getuid()).pw_name, [sys.executable]
    user = next(name for name in NAMES if name in {entry.pw_name for entry in pwd.getpwall()})
    setpriv = ["setpriv", f"--reuid={user}", "--clear-groups"]
    # A Python in root's home cannot be run by others; one of the same version can take its place.
    same = "python{}.{}".format(*sys.version_info)
    for python in (sys.executable, f"/usr/bin/{same}"):
        try:
            asked = subprocess.run(
                [*setpriv, python, "-c", AGAIN], capture_output=True, check=False
            )
        except FileNotFoundError:
            continue
        if asked.returncode == 0:
            return user, [*setpriv, python]
    why = f"{user} can run neither {sys.executable} nor /usr/bin/{same}"
    (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    raise AssertionError(why)


@pytest.fixture
def server(
    accounting_slurm: RealSlurm, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[RealServer, str]]:
    """Start an ordinary user's server, on a SLURM whose daemons are another's."""
    user, python = ordinary_user()
    accounting_slurm.run("sacctmgr", "-i", "add", "user", user, "account=sci")
    folder = Path(tempfile.mkdtemp(prefix="user-", dir="/tmp"))
    monkeypatch.setenv("SLURM_CONF", str(accounting_slurm.layout.conf))
    monkeypatch.setenv("SLURM_JOB_ACCOUNT", "sci")
    packages = [path for path in sys.path if path.endswith("site-packages")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), *packages]))
    monkeypatch.setenv("USER", user)
    monkeypatch.setenv("LOGNAME", user)
    enable = "--ServerApp.jpserver_extensions=jupyter_cluster_launcher=True"
    server = RealServer(folder, enable, "--ClusterLauncher.queue_interval=0.5")
    server.python = python
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)
    try:
        yield server.start(), user
    finally:
        server.stop()
        accounting_slurm.empty()
        shutil.rmtree(folder, ignore_errors=True)


def test_a_launch_of_an_ordinary_user(
    accounting_slurm: RealSlurm, server: tuple[RealServer, str]
) -> None:
    """Guards what only root may do: jobs, keys and processes are the user's from end to end."""
    jupyter, user = server
    cluster_id = jupyter.launch(platform="tallgrass", workers=2, options=SMALL)
    cluster = jupyter.ready(cluster_id, 2)
    assert cluster["tls"]
    owners = accounting_slurm.run("squeue", "-h", "-o", "%u %a").stdout.splitlines()
    assert owners == [f"{user} sci"] * 2
    directory = jupyter.runtime / "cluster-launcher" / cluster_id
    assert {path.owner() for path in directory.rglob("*")} == {user}
    check = {"platform": "tallgrass", "workers": 2, "options": {**SMALL, "account": "nosuch"}}
    _, answer = jupyter.ask("POST", "cluster-launcher/check", check)
    assert "Invalid account" in answer["verdict"]

    assert jupyter.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not jupyter.clusters(), "the cluster is gone")
    assert accounting_slurm.jobs() == []
    assert not directory.exists()
