"""Files of which ``import`` makes nothing, and what it says: comments, defaults, broken files."""

from __future__ import annotations

import shutil
from pathlib import Path

import dask.config
import dask_jobqueue
import pytest
import yaml

from jupyter_cluster_launcher.cli import parser as cli
from jupyter_cluster_launcher.platforms import files

OWN_DEFAULTS = Path(dask_jobqueue.__file__).parent / "jobqueue.yaml"
LABEXTENSION = "labextension: {default: {workers: 2}}"


@pytest.fixture(autouse=True)
def home(jp_environ: None) -> None:
    """No platform files but those of a test."""


def test_files_as_dask_makes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards the documented command on the files of users who have changed only one of them."""
    jobqueue, labextension = tmp_path / "jobqueue.yaml", tmp_path / "labextension.yaml"
    dask.config.ensure_file(str(OWN_DEFAULTS), str(tmp_path))
    labextension.write_text(LABEXTENSION)
    assert cli.main(["import", str(jobqueue), "--to", str(tmp_path / "made")]) == 0
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"note: {jobqueue} sets nothing: ")
    assert cli.main(["import", str(jobqueue), str(labextension), "--print"]) == 0
    assert "class: LocalCluster" in capsys.readouterr().out


def test_defaults_are_no_platforms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against seven platforms that cannot start, from a file whose comments were removed."""
    jobqueue, labextension = tmp_path / "jobqueue.yaml", tmp_path / "labextension.yaml"
    shutil.copy(OWN_DEFAULTS, jobqueue)
    labextension.write_text(
        "labextension:\n  factory: {module: dask.distributed, class: LocalCluster, args: [], "
        "kwargs: {}}\n  default: {workers: null, adapt: null}\n  initial: []\n"
    )
    assert cli.main(["import", str(labextension), str(jobqueue), "--to", str(tmp_path / "m")]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    first, second = err.splitlines()
    assert first.startswith("note: labextension: nothing is set but defaults")
    assert second.startswith("note: jobqueue.oar, jobqueue.pbs, ")
    settings = yaml.safe_load(OWN_DEFAULTS.read_text())["jobqueue"]
    assert all(f"jobqueue.{section}" in second for section in settings)


def test_one_section_of_the_defaults_that_was_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a file that says all that dask-jobqueue says, and cannot be read for it."""
    settings = yaml.safe_load(OWN_DEFAULTS.read_text())
    settings["jobqueue"]["pbs"] |= {"cores": 24, "memory": "100GB", "queue": "regular"}
    (tmp_path / "jobqueue.yaml").write_text(yaml.safe_dump(settings))
    made = tmp_path / "made"
    assert cli.main(["import", str(tmp_path / "jobqueue.yaml"), "--to", str(made)]) == 0
    assert capsys.readouterr().out == f"{made / 'pbs.yaml'}\n"
    platform = files.read(made / "pbs.yaml")
    assert isinstance(platform, files.Platform)
    assert platform.options["walltime"]["default"] == "00:30:00"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "not read: PATH: The file cannot be read: No such file or directory."),
        ("a:\n- [}", "PATH:2: This is not valid YAML: "),
        ("- a", "it has no sections"),
        ("jobqueue: {slurm: {cores: 1, cores: 2}}", "PATH:1: cores is set twice: remove one."),
        ("jobqueue: &a {slurm: *a}", "PATH:1: This contains itself"),
        ("jobqueue: {slurm: {walltime: 2024-13-45}}", "PATH:1: This is a date or time"),
    ],
)
def test_files_that_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, sentence: str
) -> None:
    """Guards against tracebacks for a wrong file, and against others that then are not imported."""
    path, good = tmp_path / "x.yaml", tmp_path / "good.yaml"
    if text is not None:
        path.write_text(text)
    good.write_text("jobqueue: {slurm: {cores: 1}}\n")
    made = tmp_path / "made"
    assert cli.main(["import", str(path), str(good), "--to", str(made)]) == 1
    out, err = capsys.readouterr()
    assert sentence.replace("PATH", str(path)) in err
    assert out == f"{made / 'slurm.yaml'}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("dataframe: {a: 1}", "there is neither labextension nor jobqueue in these files."),
        ("jobqueue: {birch: {cores: 1}}", "No platform could be made."),
        ("jobqueue: [a]", "not translated: jobqueue: this is a list, without sections."),
        ("jobqueue: {slurm: [1]}", "jobqueue.slurm: this is a list, without settings."),
        ("jobqueue: {slurm: {foo: 1}}", "jobqueue.slurm: nothing is left of it"),
        ("labextension: [a]", "labextension: this is a list, without settings."),
        ("labextension: {factory: {module: [a]}}", "module and class of the factory must be names"),
        (
            "labextension: {factory: {module: dask.distributed, class: SSHCluster}}",
            "not translated: labextension: there is no platform for SSHCluster: use `jupyter "
            "cluster-launcher platforms add ssh` and put your hosts there.",
        ),
        (
            "labextension: {initial: [{name: x}]}",
            "not translated: labextension: nothing is left of it, so there is no platform for it.",
        ),
        (
            "labextension: {default: {adapt: {minimum: 1}}}",
            "not translated: labextension: nothing is left of it, so there is no platform for it.",
        ),
        ("labextension: {factory: {class: a b}}", "module and class of the factory must be names"),
    ],
)
def test_files_without_a_platform(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    """Guards against a platform that cannot start, and against success for what is lost."""
    path = tmp_path / "x.yaml"
    path.write_text(text)
    assert cli.main(["import", str(path), "--to", str(tmp_path / "made")]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("text", ["jobqueue: null", "jobqueue: {slurm: null}", "labextension:"])
def test_sections_that_are_empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Guards against an error for a section of which all settings are comments."""
    path = tmp_path / "x.yaml"
    path.write_text(text)
    assert cli.main(["import", str(path)]) == 0
    assert "note: " in capsys.readouterr().err
