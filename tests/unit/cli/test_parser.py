"""What the command line offers besides its commands: its version, and completion in shells."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_cluster_launcher
from jupyter_cluster_launcher.cli import parser as cli

VERSION = importlib.metadata.version("jupyter-cluster-launcher")


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """Guards the first question of every bug report."""
    with pytest.raises(SystemExit, match="0"):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"jupyter-cluster-launcher {VERSION}\n"
    assert jupyter_cluster_launcher.__version__ == VERSION
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = jupyter_cluster_launcher.nothing


def test_importing_the_package_imports_nothing_else() -> None:
    """Guards the notebooks and servers that import it against what only some of them need."""
    code = (
        "import sys, __future__, typing; before = set(sys.modules);"
        "import jupyter_cluster_launcher;"
        "print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["jupyter_cluster_launcher"]


def test_completion_in_a_shell(tmp_path: Path) -> None:
    """Guards commands and options against having to be remembered."""
    answer = tmp_path / "answer"
    line = "jupyter-cluster-launcher st"
    env = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": " ",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    command = [sys.executable, "-m", "jupyter_cluster_launcher.cli"]
    subprocess.run(command, env=env, capture_output=True, check=False)
    assert set(answer.read_text(encoding="utf-8").split()) == {"start", "stop"}
