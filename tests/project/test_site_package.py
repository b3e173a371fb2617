"""The package that a computing center forks: installed by pip, and with what is in it at work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "site-package"


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment with the package installed, as if in the environment of a server."""
    prefix = tmp_path_factory.mktemp("installed")
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(prefix)]
    done = subprocess.run([*command, str(EXAMPLE)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(prefix), str(ROOT)]),
        "JUPYTER_PATH": str(prefix / "share/jupyter"),
        "JUPYTER_CONFIG_PATH": str(prefix / "etc/jupyter"),
    }


def output(environment: dict[str, str], *command: str, cwd: Path | None = None) -> str:
    """Return what a command prints."""
    done = subprocess.run(
        [sys.executable, *command],
        env=environment, cwd=cwd, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_own_tests(environment: dict[str, str]) -> None:
    """Guards the tests that a center starts from."""
    plain = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(EXAMPLE)]
    assert "7 passed" in output(environment, "-m", "pytest", *plain, str(EXAMPLE / "tests"))


def test_users_see_its_platforms(environment: dict[str, str]) -> None:
    """Guards against files that are installed where nobody looks."""
    listed = output(environment, "-m", "jupyter_cluster_launcher.cli", "platforms")
    assert "share/jupyter/cluster-platforms/birch.yaml" in listed
    assert "share/jupyter/cluster-platforms/birch-node.yaml" in listed


def test_its_settings_are_read(environment: dict[str, str]) -> None:
    """Guards against a preset that JupyterLab and the server never find."""
    code = (
        "from jupyter_cluster_launcher.server.app import ClusterLauncher;"
        "from jupyterlab_server.settings_utils import _get_overrides;"
        "print(_get_overrides('nowhere')[0]['jupyter-cluster-launcher:sidebar']);"
        "app = ClusterLauncher(); app.load_config_file(); print(app.queue_interval)"
    )
    assert output(environment, "-c", code).splitlines() == [
        "{'idleMinutes': 60}",
        "60.0",
    ]
