"""``connect()`` in a kernel's environment that has the package itself and nothing of the server."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_scheduler import RealScheduler
from real_server import RealServer

ROOT = Path(__file__).parent.parent.parent
SAME = ("dask", "distributed", "cloudpickle", "msgpack")  # as where the cluster runs
USE = """
import importlib.util
from jupyter_cluster_launcher import connect

assert not importlib.util.find_spec("jupyter_server")
cluster, client = connect()
assert client.submit(lambda: 6 * 7).result() == 42
cluster.scale(2)
client.wait_for_workers(2, timeout=100)
print(cluster.status)
cluster.close()
"""

USE_JOINED = """
from jupyter_cluster_launcher import connect

cluster, client = connect("Ours")
print(client.submit(lambda: 6 * 7).result())
"""


@pytest.fixture(scope="module")
def python(pytestconfig: pytest.Config) -> str:
    """The interpreter of a kernel's environment, as the documentation says; made once and kept."""
    packages = [f"{name}=={importlib.metadata.version(name)}" for name in SAME]
    packages += ["ipykernel", "cryptography"]
    folder = Path(pytestconfig.cache.mkdir("connect-alone")) / "venv"
    own, complete = folder / "bin" / "python", folder / "complete"
    wanted = "\n".join([str(ROOT), *packages])
    if not complete.exists() or complete.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=120)
        # Editable, so that no front end is needed.
        for what in (packages, ["--no-deps", "--editable", str(ROOT)]):
            done = subprocess.run(
                [str(own), "-m", "pip", "install", "--quiet", *what],
                env={**os.environ, "SKIP_JUPYTER_BUILDER": "1"},
                capture_output=True, text=True, timeout=500, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
        complete.write_text(wanted)
    return str(own)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RealServer]:
    """A Jupyter server of a user."""
    running = RealServer(tmp_path).start()
    yield running
    running.stop()


def use(python: str, server: RealServer, code: str) -> str:
    """Return what code prints in that environment, in a kernel of the server's user."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY", "PYTHON"))}
    done = subprocess.run(
        [python, "-c", code],
        env={**kept, "JUPYTER_RUNTIME_DIR": str(server.runtime)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(900)
def test_without_the_packages_of_the_server(server: RealServer, python: str) -> None:
    """Guards kernels' environments against sixty packages that only a Jupyter server needs."""
    server.ready(server.launch(platform="local", workers=1), 1)
    assert use(python, server, USE) == "running\n"
    assert server.clusters() == []


@pytest.mark.timeout(900)
def test_a_scheduler_that_was_joined(server: RealServer, python: str, tmp_path: Path) -> None:
    """Guards against a kind of platform for which the kernel needs more than for the others."""
    scheduler = RealScheduler(tmp_path / "scheduler").start()
    try:
        server.ready(server.launch(platform="running", adopt=scheduler.address, name="Ours"), 1)
        assert use(python, server, USE_JOINED) == "42\n"
    finally:
        scheduler.stop()
