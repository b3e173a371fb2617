"""The first command of the README, in the tree that is being tested, and the notebook it opens."""

from __future__ import annotations

import json
import os
import re
import shutil
import urllib.request
from pathlib import Path

import pytest
from real_server import RealServer
from supervised import Supervised, free_ports

from jupyter_cluster_launcher.cli.notebooks import libraries

ROOT = Path(__file__).parent.parent.parent


def why_not() -> str:
    """Return why `make lab` cannot be tried here: it would build for minutes first."""
    if not shutil.which("make"):
        return "make is not installed"
    return "" if (ROOT / ".venv/built").exists() else "the extension is not built: make lab"


def test_make_lab(tmp_path: Path) -> None:
    """Guards every user's first minute: JupyterLab, with the extension and a demo notebook."""
    missing = why_not()
    if missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    (port,) = free_ports(1)
    options = f"--no-browser --ip=127.0.0.1 --port={port} --IdentityProvider.token=demo"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY", "MAKE"))}
    env["HOME"] = str(tmp_path)
    lab = Supervised(["make", "lab", f"LAB_ARGS={options}"], tmp_path / "log", env, ROOT)

    def answer(path: str) -> bytes:
        try:
            address = f"http://127.0.0.1:{port}/{path}?token=demo"
            with urllib.request.urlopen(address, timeout=10) as answer:
                return bytes(answer.read())
        except OSError:
            return b""

    try:
        lab.wait_until("the server", lambda: answer("cluster-launcher/clusters") == b"[]")
        page = answer("lab/tree/demo.ipynb").decode()
        config = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)
        assert config
        extensions = json.loads(config[1])["federated_extensions"]
        assert "jupyter-cluster-launcher" in {extension["name"] for extension in extensions}
        notebook = json.loads(answer("api/contents/demo.ipynb"))
        assert "cluster" in json.dumps(notebook["content"])
    finally:
        lab.stop()


def test_the_demo_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a demo whose cells fail, or compute something else than they say."""
    nbclient, nbformat = libraries()
    server = RealServer(tmp_path / "server").start()
    try:
        cluster = server.ready(server.launch(platform="local", workers=1), 1)
        book = nbformat.read(ROOT / "examples/demo.ipynb", as_version=4)
        *_, pi = (cell for cell in book.cells if cell.cell_type == "code")
        assert pi.source.count("10_000_000") == 2
        pi.source = pi.source.replace("10_000_000", "10_000")
        book.cells.insert(1, nbformat.v4.new_code_cell(cluster["code"]["connect"]))
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
        resources = {"metadata": {"path": str(tmp_path)}}
        nbclient.NotebookClient(book, timeout=120, resources=resources).execute()
    finally:
        server.stop()
    answer, estimate = (
        cell.outputs[-1]["data"]["text/plain"] for cell in book.cells if cell.id in ("answer", "pi")
    )
    assert answer == "42"
    assert 3.1 < float(estimate) < 3.2
