"""``jupyter cluster-launcher platforms``, for administrators."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from fakes import write_platform

from api import PLATFORMS
from jupyter_cluster_launcher.cli import parser as cli


@pytest.fixture
def folder(jp_environ: None, jp_data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a user's own platform files, and no SLURM here."""
    monkeypatch.setattr(shutil, "which", lambda _: None)
    folder = Path(jp_data_dir) / "cluster-platforms"
    folder.mkdir()
    return folder


def test_each_with_its_origin_and_reason(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against an administrator who cannot tell which of two files is used, or why not."""
    shutil.copy(PLATFORMS / "tallgrass.yaml", folder)
    write_platform(folder, "mine")
    assert cli.main(["platforms"]) == 0
    mine, tallgrass, reason = capsys.readouterr().out.splitlines()[-3:]
    if mine.startswith("tallgrass"):
        mine, tallgrass, reason = reason, mine, tallgrass
    assert mine.split() == ["mine", str(folder / "mine.yaml")]
    assert tallgrass.split() == ["tallgrass", str(folder / "tallgrass.yaml")]
    assert reason.strip() == ("not available: sbatch is not on PATH: this is not a SLURM machine.")


def test_a_broken_file_is_listed_and_counts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a check in a deployment that passes although a platform is missing."""
    write_platform(folder, "good")
    (folder / "bad.yaml").write_text("version: 1\ntitle: [\n")
    assert cli.main(["platforms"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["good", str(folder / "good.yaml")] for line in lines)
    assert lines[-1].startswith(f"BROKEN  {folder / 'bad.yaml'}:3: This is not valid YAML")


def test_odd_names_are_escaped(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against a file's name that ends the list, or moves the cursor of a terminal.

    No such file is a platform, whatever stands in it.
    """
    for name in (b"a\nb.yaml", b"\x1b[2J.yaml", b"\xff.yaml"):
        Path(os.fsdecode(bytes(folder) + b"/" + name)).write_text("title: [")
    good = write_platform(folder, "good")
    good.origin.rename(os.fsdecode(bytes(folder) + b"/\xfe\n.yaml"))
    assert cli.main(["platforms"]) == 1
    lines = capsys.readouterr().out.encode().decode().splitlines()
    assert [line for line in lines if not line.isprintable()] == []
    assert sum(line.startswith("BROKEN") for line in lines) == 4
    assert any("\\udcfe\\n.yaml" in line for line in lines)


def test_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against a script that has to read what is meant for readers."""
    write_platform(folder, "good", requires={"env": ["NOWHERE_SET"]})
    (folder / "bad.yaml").write_text("version: 1\ntitle: [\n")
    assert cli.main(["platforms", "--json"]) == 1
    printed = json.loads(capsys.readouterr().out)
    (good,) = [row for row in printed["platforms"] if row["name"] == "good"]
    assert good["origin"] == str(folder / "good.yaml")
    assert "NOWHERE_SET" in good["reason"]
    (fault,) = printed["faults"]
    assert (fault["origin"], fault["line"]) == (str(folder / "bad.yaml"), 3)


@pytest.mark.usefixtures("jp_environ")
def test_a_fresh_installation_is_whole() -> None:
    """Guards against a command that Jupyter does not find, or platforms that were not installed."""
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    env = {name: value for name, value in os.environ.items() if name != "JUPYTER_PATH"}
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "cluster-launcher", "platforms", "--json"],
        env={**env, "PATH": path},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    names = {row["name"] for row in json.loads(done.stdout)["platforms"]}
    assert {"local", "denali", "tallgrass", "esip-qhub", "nebari"} <= names
