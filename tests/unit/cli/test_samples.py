"""`jupyter cluster-launcher platforms add`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from api import SAMPLES
from jupyter_cluster_launcher.cli.parser import main
from jupyter_cluster_launcher.platforms import files
from jupyter_cluster_launcher.platforms.add import sample_names


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's data folder."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "user"))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    return tmp_path


def test_samples_are_valid_and_not_listed() -> None:
    """Guards against a sample that is refused once it is copied, or offered though it is none."""
    found, faults = files.find([str(SAMPLES)])
    assert not faults
    assert sorted(platform.name for platform in found) == sample_names()
    assert {"ssh", "kubernetes", "gpu", "coiled", "pbs"} <= set(sample_names())
    assert all(platform.description and platform.requires for platform in found)


@pytest.mark.parametrize(
    ("flags", "place"),
    [([], "user"), (["--user"], "user"), (["--sys-prefix"], "env/share/jupyter")],
)
def test_a_sample_becomes_a_platform(
    flags: list[str], place: str, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a copy that no server finds."""
    assert main(["platforms", "add", "ssh", *flags]) == 0
    path = data / place / "cluster-platforms/ssh.yaml"
    assert str(path) in capsys.readouterr().out
    assert path.read_text() == (SAMPLES / "ssh.yaml").read_text()
    assert [one.name for one in path.parent.iterdir()] == ["ssh.yaml"]


def test_nothing_is_overwritten_unasked(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards the user's own changes."""
    main(["platforms", "add", "ssh"])
    path = data / "user/cluster-platforms/ssh.yaml"
    path.write_text("mine")
    assert main(["platforms", "add", "ssh"]) == 1
    assert "--force" in capsys.readouterr().err
    assert path.read_text() == "mine"
    assert main(["platforms", "add", "ssh", "--force"]) == 0
    assert path.read_text() == (SAMPLES / "ssh.yaml").read_text()


def test_an_unknown_sample(capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against an error that does not say what there is."""
    assert main(["platforms", "add", "../local"]) == 1
    error = capsys.readouterr().err
    assert "There is no sample '../local'" in error
    assert "kubernetes" in error


def test_a_folder_that_cannot_be_written(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against a traceback where an administrator has to act."""
    (data / "user").write_text("a file in the place of the folder")
    assert main(["platforms", "add", "ssh"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Guards scripts."""
    assert main(["platforms", "add", "gpu", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "gpu"
