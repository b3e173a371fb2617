"""Notebook files as ``run`` reads and saves them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from notebooks import write_notebook

from jupyter_cluster_launcher.cli import notebooks
from jupyter_cluster_launcher.cli.parser import main
from jupyter_cluster_launcher.errors import BadInputError, LauncherError


def test_without_nbclient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a traceback, or a cluster that is launched for nothing."""
    monkeypatch.setitem(sys.modules, "nbclient", None)
    assert main(["run", str(tmp_path / "tides.ipynb"), "-p", "local"]) == 1
    assert capsys.readouterr().err == (
        "jupyter cluster-launcher: Executing notebooks needs nbclient. Install it with: "
        'pip install "jupyter-cluster-launcher[run]"\n'
    )


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"cells": 3, "nbformat": 4}', "import this"])
def test_what_is_no_notebook(tmp_path: Path, text: str) -> None:
    """Guards against tracebacks for a wrong file."""
    path = tmp_path / "tides.ipynb"
    path.write_text(text)
    with pytest.raises(BadInputError, match=r"tides\.ipynb is not a notebook"):
        notebooks.read(path)


def test_what_cannot_be_read_or_saved(tmp_path: Path) -> None:
    """Guards against tracebacks for a file that is not there, and a folder that is not."""
    with pytest.raises(BadInputError, match=r"tides\.ipynb cannot be read: No such file"):
        notebooks.read(tmp_path / "tides.ipynb")
    write_notebook(tmp_path / "other.ipynb")
    changed = notebooks.read(tmp_path / "other.ipynb")
    with pytest.raises(LauncherError, match=r"tides\.ipynb cannot be saved: No such file"):
        notebooks.save(changed, tmp_path / "nowhere" / "tides.ipynb")


def test_saving_keeps_what_the_file_is(tmp_path: Path) -> None:
    """Guards shared notebooks: their permissions stay, and a link goes on to be one."""
    real, link = tmp_path / "real.ipynb", tmp_path / "link.ipynb"
    write_notebook(real)
    real.chmod(0o640)
    link.symlink_to(real)
    changed = notebooks.read(link)
    changed.metadata["title"] = "Tides"
    notebooks.save(changed, link)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert notebooks.read(real).metadata["title"] == "Tides"
    assert {path.name for path in tmp_path.iterdir()} == {"real.ipynb", "link.ipynb"}


@pytest.mark.parametrize("words", [["--timeout", "0"], ["--timeout", "nan"], ["-w", "many"]])
def test_wrong_usage(words: list[str]) -> None:
    """Guards against limits that are none."""
    with pytest.raises(SystemExit, match="2"):
        main(["run", "tides.ipynb", "-p", "local", *words])


def test_a_notebook_that_wants_no_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a guess, and a message that does not say what to do."""
    write_notebook(tmp_path / "tides.ipynb", "print(1)")
    with pytest.raises(SystemExit, match="2"):
        main(["run", str(tmp_path / "tides.ipynb")])
    said = capsys.readouterr().err
    assert "give --platform or --preset: the notebook does not say which cluster it wants" in said
