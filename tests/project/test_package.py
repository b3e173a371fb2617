"""The wheel as a user installs it, built from nothing but what is in version control."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Return the wheel, built in a copy of the tree without anything that git ignores."""
    if not (ROOT / ".git").exists():
        pytest.skip("This is not a git checkout, so it cannot be told which files belong to it.")
    folder = tmp_path_factory.mktemp("clean")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(
        listed, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    # Node and jlpm stand beside Python, also where the environment is not activated.
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", "out"]
    built = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return zipfile.ZipFile(next(folder.glob("out/*.whl")))


def installed(wheel: zipfile.ZipFile) -> dict[str, str]:
    """Return where each file goes when the wheel is installed, and its name in the wheel."""
    return {name.split(".data/data/")[-1]: name for name in wheel.namelist()}


@pytest.mark.timeout(600)
def test_front_end(wheel: zipfile.ZipFile) -> None:
    """Guards against a wheel without the sidebar, or with the development bundle and its maps."""
    folder = "share/jupyter/labextensions/jupyter-cluster-launcher/"
    names = {name.removeprefix(folder) for name in installed(wheel) if name.startswith(folder)}
    assert {"package.json", "install.json"} <= names
    assert any(name.startswith("static/remoteEntry.") for name in names)
    assert any(name.startswith("schemas/jupyter-cluster-launcher/") for name in names)
    assert not [name for name in names if name.endswith(".map")]


@pytest.mark.timeout(600)
def test_server_extension_is_enabled(wheel: zipfile.ZipFile) -> None:
    """Guards against an installation that has to be enabled by hand."""
    name = installed(wheel)["etc/jupyter/jupyter_server_config.d/jupyter_cluster_launcher.json"]
    assert b'"jupyter_cluster_launcher": true' in wheel.read(name)


@pytest.mark.timeout(600)
def test_all_of_the_package(wheel: zipfile.ZipFile) -> None:
    """Guards against leaving out what is read at run time: platforms, schemas, residents."""
    places = installed(wheel)
    for path in (ROOT / "jupyter_cluster_launcher").rglob("*"):
        name = str(path.relative_to(ROOT))
        if path.is_dir() or "labextension" in path.parts or "__pycache__" in path.parts:
            continue
        place = (
            f"share/jupyter/cluster-platforms/{path.name}"
            if path.parent == ROOT / "jupyter_cluster_launcher/platforms/data"
            else name
        )
        assert place in places
    assert not [name for name in places if name.startswith("share/") and name.endswith(".py")]
    others = ("tests/", "src/", "ui-tests/", "node_modules/", "examples/")
    assert not [name for name in places if name.startswith(others) or "example" in name]


@pytest.mark.timeout(600)
def test_server_does_not_need_dask(wheel: zipfile.ZipFile) -> None:
    """Guards against Dask in the server's environment, where it may differ from the kernels'."""
    metadata = message_from_bytes(
        wheel.read(next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA")))
    )
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert any(line.startswith("jupyter-server-proxy") for line in needed)
    assert not [line for line in needed if "dask" in line or "distributed" in line]
