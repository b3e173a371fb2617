"""``jupyter cluster-launcher import``: what dask-labextension and dask-jobqueue users bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_cluster_launcher.backends.batch.system import batch_system
from jupyter_cluster_launcher.cli import parser as cli
from jupyter_cluster_launcher.platforms import files
from jupyter_cluster_launcher.platforms.code import codegen
from jupyter_cluster_launcher.platforms.importing import SECTIONS

LABEXTENSION = """
labextension:
  factory:
    module: dask.distributed
    class: LocalCluster
    args: []
    kwargs: {threads_per_worker: 2}
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
        "jobqueue: {oar: {cores: 2, use-stdin: true}, birch: {cores: 1}}\n"
    )
    assert cli.main(["import", str(path), "--print"]) == 0
    out, err = capsys.readouterr()
    assert [line.split()[2] for line in err.splitlines()] == [
        "distributed:",
        "labextension.initial:",
        "labextension.factory.args:",
        "labextension.default.adapt:",
        "jobqueue.oar:",
        "jobqueue.birch:",
    ]
    assert "use_stdin: true" in out
    assert "maximum: 8" in out
    assert "tls" not in out.split("# oar.yaml")[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "cannot be read: No such file or directory."),
        ("a: [", "is not a YAML file"),
        ("- a", "it has no sections"),
        ("dataframe: {}", "No platform could be made"),
    ],
)
def test_files_that_cannot_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, sentence: str
) -> None:
    """Guards against tracebacks for a wrong file name or a broken file."""
    path = tmp_path / "x.yaml"
    if text is not None:
        path.write_text(text)
    assert cli.main(["import", str(path), "--to", str(tmp_path / "made")]) == 1
    assert sentence in capsys.readouterr().err
    assert not (tmp_path / "made").exists()


def test_nothing_is_overwritten_and_nothing_broken_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards a file that the user edited, and the sidebar against files that it would refuse."""
    path = tmp_path / "jobqueue.yaml"
    path.write_text('jobqueue: {slurm: {cores: 1}, sge: {cores: 2, "no name": 1}}')
    made = tmp_path / "slurm.yaml"
    made.write_text("mine")
    assert cli.main(["import", str(path), "--to", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert f"not written: {made} is there already. Move it away first." in err
    assert f"not written: sge.yaml from {path}: " in err
    assert made.read_text() == "mine"
    assert not (tmp_path / "sge.yaml").exists()


def test_batch_systems_are_those_that_the_launcher_has() -> None:
    """Guards against a batch system that was added since, and against one that is not there."""
    for _, name, _ in SECTIONS.values():
        if name:
            batch_system(name)
    for section in (section for section, (_, name, _) in SECTIONS.items() if not name):
        with pytest.raises(LookupError):
            batch_system(section)
