"""An account without a Jupyter server, which runs a notebook from a command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from notebooks import write_notebook
from real_server import PLATFORMS

CONNECT = 'from jupyter_cluster_launcher import connect\ncluster, client = connect("Yesterday")'
ONE_WORKER = ("--platform", "local", "--workers", "1", "-o", "threads_per_worker=1")


class Desk:
    """A folder with a notebook, and an account that has never had a Jupyter server."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.runtime = folder, folder / "runtime"
        self.notebook = folder / "work" / "tides.ipynb"
        self.notebook.parent.mkdir()
        (folder / "jupyter").mkdir()
        (folder / "jupyter" / "cluster-platforms").symlink_to(PLATFORMS)
        # A module of the user must not stand in for a library of the server.
        (self.notebook.parent / "regex.py").write_text("raise SystemExit('the wrong module')")
        self.running: subprocess.Popen[str] | None = None

    def run(
        self, *cells: str, words: tuple[str, ...] = (), where: tuple[str, ...] = ONE_WORKER
    ) -> subprocess.Popen[str]:
        """Begin to run a notebook with these cells, by default in a cluster of one worker."""
        if cells:
            write_notebook(self.notebook, *cells)
        self.running = subprocess.Popen(
            self.command(*where, *words),
            env=self.env(),
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.running

    def command(self, *words: str) -> list[str]:
        """Return the command that runs the notebook."""
        module = (sys.executable, "-m", "jupyter_cluster_launcher.cli")
        return [*module, "run", str(self.notebook), *words]

    def env(self) -> dict[str, str]:
        """Return the environment of this account."""
        return {
            **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY"))},
            "HOME": str(self.folder),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "JUPYTER_PATH": str(self.folder / "jupyter"),
        }

    def said_until(self, words: str) -> str:
        """Return what the command has said when it says ``words``."""
        assert self.running is not None
        assert self.running.stderr is not None
        said = ""
        while words not in said:
            line = self.running.stderr.readline()
            assert line, said
            said += line
        return said

    def outputs(self, path: Path | None = None) -> list[Any]:
        """Return the outputs of each cell as they are saved."""
        cells = json.loads((path or self.notebook).read_text())["cells"]
        return [cell["outputs"] for cell in cells]

    def records(self) -> list[Path]:
        """Return the records of clusters that there are."""
        return list(self.runtime.glob("cluster-launcher/*/cluster.json"))
