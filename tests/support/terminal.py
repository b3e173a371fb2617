"""A terminal in which a user runs the command line."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from jupyter_cluster_launcher.cli.parser import main


@dataclass
class Terminal:
    """A terminal of a user whose Jupyter runtime directory is ``runtime``."""

    runtime: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str, **env: str) -> tuple[int, str, str]:
        """Return the exit code, the output and the error output of ``jupyter cluster-launcher``."""
        with self.monkeypatch.context() as patch:
            for name in list(os.environ):
                if name.startswith(("JUPYTER", "JPY")):
                    patch.delenv(name)
            for name, value in {"JUPYTER_RUNTIME_DIR": str(self.runtime), **env}.items():
                patch.setenv(name, value)
            try:
                status = main(words)
            except SystemExit as end:
                status = int(end.code or 0)
        captured = self.capsys.readouterr()
        return status, captured.out, captured.err

    def says(self, *words: str, **env: str) -> str:
        """Return what a command prints that succeeds."""
        status, output, errors = self.run(*words, **env)
        assert status == 0, errors
        return output

    def refuses(self, *words: str, status: int = 1) -> str:
        """Return the sentence with which a command fails."""
        ended, output, errors = self.run(*words)
        assert (ended, output) == (status, ""), errors
        return errors
