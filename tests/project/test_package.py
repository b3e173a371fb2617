"""The distributions, built from nothing but what is in version control."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import urllib.request
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from checkouts import clean_copy
from new_user import bash, environment, installed_by, requirements
from supervised import Supervised, free_ports

ROOT = Path(__file__).parent.parent.parent


BUILDS = {
    "SOURCE_DATE_EPOCH": "1700000000",
    # Node and jlpm stand beside Python, also where the environment is not activated.
    "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
}


def build(what: str, folder: Path, out: str, **env: str) -> Path:
    """Build an sdist or a wheel from a folder into a new one beside it, and return it."""
    place = folder.with_name(f"{folder.name}-{out}")
    command = [sys.executable, "-m", "build", f"--{what}", "--outdir", str(place)]
    built = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **BUILDS, **env},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    return next(path for path in place.iterdir() if path.name != ".gitignore")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the tree without anything that git ignores."""
    return clean_copy(tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="module")
def sdist(tree: Path) -> Path:
    """Return the source distribution, with the front end that Node has built."""
    return build("sdist", tree, "out-1")


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the unpacked source distribution."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def without_node(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a PATH on which there is no Node."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("sh", "env", "git", "uname"):
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    assert not any(shutil.which(name, path=str(folder)) for name in ("node", "npm", "jlpm"))
    return str(folder)


@pytest.fixture(scope="module")
def wheel(unpacked: Path, without_node: str) -> zipfile.ZipFile:
    """Return the wheel, built from the source distribution where there is no Node."""
    return zipfile.ZipFile(build("wheel", unpacked, "out-1", PATH=without_node))


@pytest.mark.timeout(600)
def test_builds_are_reproducible(
    tree: Path, sdist: Path, unpacked: Path, without_node: str, wheel: zipfile.ZipFile
) -> None:
    """Guards against distributions that nobody can check against the sources."""
    assert build("sdist", tree, "out-2").read_bytes() == sdist.read_bytes()
    again = build("wheel", unpacked, "out-2", PATH=without_node)
    assert again.read_bytes() == Path(str(wheel.filename)).read_bytes()


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


def metadata_of(wheel: zipfile.ZipFile) -> Message:
    """Return what a package index reads."""
    name = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
    return message_from_bytes(wheel.read(name))


@pytest.mark.timeout(600)
def test_readme_on_an_index(wheel: zipfile.ZipFile) -> None:
    """Guards against links and pictures that work in the repository alone."""
    text = str(metadata_of(wheel).get_payload())
    assert "pip install jupyter-cluster-launcher" in text
    assert not re.findall(r"\]\((?!https?:|#)[^)]*\)", text)


def test_readme_links_to_the_repository_once_there_is_one() -> None:
    """Guards the links of a release, which need the address of the repository."""
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = "![A](docs/a.png) [B](docs/b.md#c) [D](https://dask.org) [E](#install)"
    home = "https://example.org/x"
    assert module.for_index(text, home) == (
        f"![A]({home}/raw/main/docs/a.png) [B]({home}/blob/main/docs/b.md#c) "
        "[D](https://dask.org) [E](#install)"
    )
    assert module.for_index(text, "") == "*A* B [D](https://dask.org) [E](#install)"


@pytest.mark.timeout(600)
def test_server_does_not_need_dask(wheel: zipfile.ZipFile) -> None:
    """Guards against Dask in the server's environment, where it may differ from the kernels'."""
    metadata = metadata_of(wheel)
    needed = [line for line in metadata.get_all("Requires-Dist", []) if "extra ==" not in line]
    assert any(line.startswith("jupyter-server-proxy") for line in needed)
    assert not [line for line in needed if "dask" in line or "distributed" in line]


@pytest.mark.timeout(600)
def test_install_commands_of_the_readme(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    """Guards a stranger's first minute: each command works, and JupyterLab has the sidebar."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Install\n")[1]
    section = section.split("\n### Your first cluster\n")[0]
    block, *others = re.findall(r"^ *```\n(.*?)^ *```", section, re.MULTILINE | re.DOTALL)
    assert block in (ROOT / "docs/tutorial.md").read_text(encoding="utf-8")
    *install, last = block.splitlines()
    assert last == "jupyter lab"
    assert [line.strip() for line in others[0].splitlines()][:2] == install[:2]
    pages = [page.read_text(encoding="utf-8") for page in sorted(ROOT.glob("docs/**/*.md"))]
    wanted = sorted({*requirements(section), *installed_by("\n".join(pages))})
    assert len(wanted) > 10
    assert {"argcomplete", "jupyter-cluster-launcher[run]"} <= set(wanted)
    user = environment(tmp_path, Path(str(wheel.filename)))
    script = [
        *install,
        # The others are resolved, and not installed.
        shlex.join(["pip", "install", "--quiet", "--dry-run", *wanted]),
        "jupyter cluster-launcher --version",
        "jupyter cluster-launcher platforms",
        "jupyter labextension list 2>&1",
    ]
    done = subprocess.run(
        bash(*script), env=user, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    version = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["version"]
    assert f"\njupyter-cluster-launcher {version}\n" in done.stdout
    assert f"{tmp_path}/dask-env/share/jupyter/cluster-platforms/local.yaml" in done.stdout
    assert re.search(rf"jupyter-cluster-launcher v{version} .*enabled.*OK", done.stdout)

    (port,) = free_ports(1)
    options = {"port": port, "open_browser": False, "allow_root": True}
    (tmp_path / ".jupyter").mkdir()
    (tmp_path / ".jupyter/jupyter_server_config.json").write_text(
        json.dumps({"ServerApp": options, "IdentityProvider": {"token": "first"}})
    )
    lab = Supervised(bash(install[1], last), tmp_path / "log", user, tmp_path)

    def answer(path: str) -> str:
        try:
            address = f"http://127.0.0.1:{port}/{path}?token=first"
            with urllib.request.urlopen(address, timeout=10) as found:
                return str(found.read(), "utf-8")
        except OSError:
            return ""

    try:
        lab.wait_until("the server", lambda: answer("cluster-launcher/clusters") == "[]")
        assert '"jupyter-cluster-launcher"' in answer("lab")
    finally:
        lab.stop()
