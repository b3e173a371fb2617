"""``jupyter cluster-launcher import``: what dask-labextension and dask-jobqueue users bring."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from api import PLATFORMS
from jupyter_cluster_launcher.cli import parser as cli
from jupyter_cluster_launcher.platforms import files
from jupyter_cluster_launcher.platforms.code import codegen

LABEXTENSION = """
labextension:
  factory:
    module: dask.distributed
    class: LocalCluster
    args: []
    kwargs: {threads-per-worker: 2, memory-limit: 2GB}
  default: {workers: 3, adapt: null}
"""
JOBQUEUE = """
jobqueue:
  slurm:
    name: dask-worker
    cores: 4
    memory: 16GB
    processes: null
    walltime: 1:30:00
    account: abc
    job-extra: ["--hint=multithread"]
    worker-extra-args: []
    death-timeout: 120
    scheduler-options: {port: 8788}
"""


@pytest.fixture(autouse=True)
def home(jp_environ: None, jp_data_dir: Path) -> Path:
    """The folder of a user's own platform files; no package has brought any."""
    return Path(jp_data_dir) / "cluster-platforms"


def code_of(path: Path) -> str:
    """Return what a launch with the defaults of a platform file runs."""
    platform = files.read(path)
    assert isinstance(platform, files.Platform), platform
    workers = platform.data["workers"]["default"]
    assert isinstance(workers, int)
    return codegen.create(platform, workers=workers)


def test_both_kinds_of_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards the way from the tools that users have: what they configured is what runs."""
    (tmp_path / "labextension.yaml").write_text(LABEXTENSION)
    (tmp_path / "jobqueue.yaml").write_text(JOBQUEUE)
    sources = [str(tmp_path / name) for name in ("labextension.yaml", "jobqueue.yaml")]
    made = tmp_path / "made"
    assert cli.main(["import", *sources, "--to", str(made)]) == 0
    out, err = capsys.readouterr()
    assert out.split() == [str(made / "labextension.yaml"), str(made / "slurm.yaml")]
    assert err == (
        "not translated: jobqueue.slurm.name: The launcher gives each cluster a name of its own.\n"
    )
    assert code_of(made / "labextension.yaml") == (
        "from dask.distributed import Client, LocalCluster\n\n"
        "cluster = LocalCluster(\n"
        "    n_workers=3,\n"
        "    threads_per_worker=2,\n"
        '    memory_limit="2GB",\n'
        '    dashboard_address="127.0.0.1:0",\n'
        "    security=True,\n"
        ")\n"
        "client = Client(cluster)\n"
    )
    code = code_of(made / "slurm.yaml")
    for argument in (
        "death_timeout=120,",
        'scheduler_options={"dashboard_address": "127.0.0.1:0", "port": 8788},',
        "cores=4,",
        'memory="16GB",',
        'account="abc",',
        'walltime="01:30:00",',
        'job_extra_directives=["--hint=multithread"],',
        "security=True,",
    ):
        assert f"    {argument}\n" in code
    assert "cluster.scale(jobs=1)" in code
    assert "processes" not in code


def test_what_has_no_counterpart_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against settings that silently no longer hold."""
    path = tmp_path / "dask.yaml"
    path.write_text(
        "distributed: {dashboard: {link: x}}\n"
        "labextension:\n"
        "  initial: [{name: x}]\n"
        "  factory: {module: dask_kubernetes.operator, class: KubeCluster, args: [1]}\n"
        "  default: {workers: 5, adapt: {minimum: 0, maximum: 8}}\n"
        "jobqueue: {oar: {cores: 2, use-stdin: true}, birch: {cores: 1}, local: {cores: 1}}\n"
    )
    assert cli.main(["import", str(path), "--print"]) == 0
    out, err = capsys.readouterr()
    assert [line.split(": ")[1] for line in err.splitlines()] == [
        "distributed",
        "labextension.factory.args",
        "labextension.default.adapt",
        "labextension.initial",
        "labextension",
        "jobqueue.oar.use-stdin",
        "jobqueue.oar",
        "jobqueue.oar",
        "jobqueue.birch",
        "jobqueue.local",
    ]
    assert "jobqueue.oar.use-stdin: dask-jobqueue has no such argument.\n" in err
    assert (
        "not translated: jobqueue.birch: it does not say which batch system it is for. Rename the "
        "section in a copy of the file, to one of slurm, "
    ) in err
    assert "use_stdin" not in out
    assert "maximum: 8" in out
    assert "tls" not in out.split("# oar.yaml")[0]


def test_a_section_that_is_wrong_beside_a_good_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against settings that are lost because something else in the file is fine."""
    path = tmp_path / "dask.yaml"
    path.write_text(f"{LABEXTENSION}\njobqueue: [a]\n")
    assert cli.main(["import", str(path), "--print"]) == 0
    out, err = capsys.readouterr()
    assert "# labextension.yaml" in out
    assert err == "not translated: jobqueue: this is a list, without sections.\n"


def test_nothing_is_overwritten_and_nothing_broken_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards a file that the user edited, and the sidebar against files that it would refuse."""
    path = tmp_path / "dask.yaml"
    path.write_text(
        "labextension: {factory: {module: a, class: Client}}\njobqueue: {slurm: {cores: 1}}\n"
    )
    made = tmp_path / "slurm.yaml"
    made.write_text("mine")
    assert cli.main(["import", str(path), "--to", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert f"not written: {made} is there already. Move it away first." in err
    assert f"not written: labextension.yaml from {path}: class: Client is used by " in err
    assert made.read_text() == "mine"
    assert not (tmp_path / "labextension.yaml").exists()


def test_a_folder_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against a traceback, and against a sentence about the wrong file."""
    (tmp_path / "dask.yaml").write_text(JOBQUEUE)
    (tmp_path / "file").touch()
    source, folder = str(tmp_path / "dask.yaml"), str(tmp_path / "file")
    assert cli.main(["import", source, "--to", folder]) == 1
    err = capsys.readouterr().err
    assert f"not written: The directory {folder} cannot be made: File exists." in err


def test_a_full_disk(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against half a file, which the next import would not replace."""
    (tmp_path / "dask.yaml").write_text(JOBQUEUE)
    made = tmp_path / "made/slurm.yaml"
    made.parent.mkdir()
    usual = Path.open

    def full(path: Path, *args: str, **kwargs: str) -> object:
        if path == made:
            made.touch()
            return open("/dev/full", "w", encoding="utf-8")
        return usual(path, *args, **kwargs)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", full)
    assert cli.main(["import", str(tmp_path / "dask.yaml"), "--to", str(made.parent)]) == 1
    assert f"not written: {made} cannot be written: No space left" in capsys.readouterr().err
    assert not made.exists()


def test_a_platform_that_is_replaced(
    home: Path, tmp_path: Path, jp_env_jupyter_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a form that no longer lists partitions, and no word of why."""
    packages = Path(jp_env_jupyter_path) / "cluster-platforms"
    shutil.copytree(PLATFORMS, packages)
    path = tmp_path / "dask.yaml"
    path.write_text(f"{JOBQUEUE}  pbs: {{cores: 1, memory: 1GB}}\n{LABEXTENSION}")
    assert cli.main(["import", str(path)]) == 0
    out, err = capsys.readouterr()
    assert sorted(out.split()) == sorted(str(one) for one in home.iterdir())
    assert [line for line in err.splitlines() if "replaces" in line] == [
        f"note: slurm.yaml replaces the platform SLURM ({packages / 'slurm.yaml'}), which reads "
        "jobqueue.slurm itself and lists partitions and accounts. Delete the new file to use that "
        "platform again."
    ]
    other = tmp_path / "other"
    shutil.copy(home / "pbs.yaml", packages)
    assert cli.main(["import", str(path), "--to", os.fspath(other)]) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if "replaces" in line]
    assert [note.split()[1] for note in notes] == ["labextension.yaml", "slurm.yaml", "pbs.yaml"]
