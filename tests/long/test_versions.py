"""The lowest and the newest versions of everything that is required, and each supported Python."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from checkouts import clean_copy
from notebooks import write_notebook
from packaging.requirements import Requirement
from processes import group
from pythons import interpreter
from real_server import RealServer, wait_until

EXTRAS = ("local", "slurm", "gateway", "ssh", "run", "completion")
COMPUTE = """
import distributed, sys
with client:
    value = client.submit(lambda: 6 * 7).result()
    print(value, distributed.__version__, "%d.%d" % sys.version_info[:2])
"""
CONNECT = """
from jupyter_cluster_launcher import connect
cluster, client = connect("Tides")
cluster.scale(2)
"""


def lowest(wheel: Path) -> list[str]:
    """Return a constraint for each requirement of a wheel: its lowest version."""
    with zipfile.ZipFile(wheel) as file:
        (name,) = (one for one in file.namelist() if one.endswith(".dist-info/METADATA"))
        described = message_from_bytes(file.read(name)).get_all("Requires-Dist") or []
    wanted = [
        one
        for one in map(Requirement, described)
        if one.marker is None
        or one.name == "ipykernel"
        or any(one.marker.evaluate({"extra": extra}) for extra in EXTRAS)
    ]
    return [
        f"{one.name}=={spec.version}.*"
        for one in wanted
        for spec in one.specifier
        if spec.operator == ">="
    ]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as users install it; the browser's half is not needed here."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder)]
    env = {**os.environ, "SKIP_JUPYTER_BUILDER": "1"}
    subprocess.run(
        command, cwd=clean_copy(folder / "source"), env=env, check=True, capture_output=True
    )
    return next(folder.glob("*.whl"))


@pytest.fixture
def python(request: pytest.FixtureRequest, tmp_path: Path, wheel: Path) -> str:
    """The Python of an environment with the package, of a version and with the lowest or newest."""
    version, versions = request.param
    folder = tmp_path / "venv"
    subprocess.run([interpreter(version), "-m", "venv", str(folder)], check=True, timeout=120)
    constraints = tmp_path / "constraints.txt"
    constraints.write_text("\n".join(lowest(wheel) if versions == "lowest" else []))
    found = str(folder / "bin" / "python")
    command = [found, "-m", "pip", "install", "--quiet", "--constraint", str(constraints)]
    done = subprocess.run(
        [*command, f"{wheel}[{','.join(EXTRAS)}]", "ipykernel"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return found


@pytest.fixture
def server(tmp_path: Path, python: str) -> Iterator[RealServer]:
    one = RealServer(tmp_path)
    one.python = [python]
    # A kernelspec's command is plain `python`, and nothing of this checkout is on the path.
    one.variables = {"PATH": f"{Path(python).parent}:{os.environ['PATH']}", "PYTHONPATH": ""}
    one.start()
    yield one
    one.stop()


def run(server: RealServer, *words: str) -> list[str]:
    """Return the words that Python prints, which runs where the server does."""
    env = {
        **os.environ,
        **server.variables,
        "HOME": str(server.folder),
        "JUPYTER_RUNTIME_DIR": str(server.runtime),
    }
    done = subprocess.run(
        [*server.python, *words], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def run_notebook(server: RealServer, code: str) -> str:
    """Return what a notebook prints that ``jupyter cluster-launcher run`` executes."""
    notebook = server.work / "tides.ipynb"
    write_notebook(notebook, code)
    words = ("-m", "jupyter_cluster_launcher.cli", "run", str(notebook))
    run(server, *words, "--platform", "local", "--workers", "1")
    (cell,) = json.loads(notebook.read_text())["cells"]
    return "".join(text for output in cell["outputs"] for text in output.get("text", []))


@pytest.mark.timeout(2400)
@pytest.mark.parametrize(
    "python",
    [
        ("3.10", "lowest"),
        ("3.10", "newest"),
        ("3.11", "newest"),
        ("3.12", "newest"),
        ("3.13", "newest"),
    ],
    indirect=True,
    ids="-".join,
)
def test_launch_compute_scale_and_stop(server: RealServer, request: pytest.FixtureRequest) -> None:
    """Guards against a bound that is promised and does not hold, and against a newer release."""
    version, versions = request.node.callspec.params["python"]
    cluster_id = server.launch(platform="local", workers=1, name="Tides")
    cluster = server.ready(cluster_id, 1)
    assert cluster["warnings"] == []
    value, dask, python = run(server, "-c", cluster["code"]["connect"] + COMPUTE)
    assert (value, python) == ("42", version)
    assert (dask.startswith("2024.5.")) == (versions == "lowest")
    assert run(server, "-c", CONNECT + COMPUTE)[0] == "42"
    server.ready(cluster_id, 2)
    path = f"cluster-launcher/clusters/{cluster_id}"
    assert server.ask("GET", f"{path}/logs")[1]["scheduler"]
    wait_until(lambda: server.ask("GET", f"{path}/plots")[1], "the plots of the dashboard")
    record = json.loads(
        (server.runtime / f"cluster-launcher/{cluster_id}/cluster.json").read_text()
    )
    assert server.ask("DELETE", path)[0] == 204
    wait_until(lambda: server.clusters() == [], "the row is gone")
    assert group(int(record["controller"]["pid"])) == []
    assert "42 " in run_notebook(server, CONNECT + COMPUTE)
