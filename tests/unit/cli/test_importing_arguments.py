"""The arguments that ``import`` knows, compared with dask-jobqueue itself."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import dask_jobqueue
import pytest
import yaml
from dask_jobqueue.core import Job, JobQueueCluster
from imports import Import

from jupyter_cluster_launcher.backends.batch.system import batch_system
from jupyter_cluster_launcher.platforms.importing.arguments import (
    DEFAULTS,
    RENAMED,
    SECTIONS,
    arguments,
    known,
)

OWN_DEFAULTS = Path(dask_jobqueue.__file__).parent / "jobqueue.yaml"
JOBS: dict[str, type[Job]] = {
    name: getattr(dask_jobqueue, one.class_name).job_cls for name, one in SECTIONS.items()
}


@pytest.mark.parametrize("section", SECTIONS)
def test_arguments_are_those_of_the_classes(section: str) -> None:
    """Guards against an argument that dask-jobqueue no longer has, and one that it has got."""
    job = JOBS[section]
    taken: set[str] = set()
    for one in (JobQueueCluster, Job, job):
        parameters = inspect.signature(one.__init__).parameters.values()
        taken |= {p.name for p in parameters if p.kind is not p.VAR_KEYWORD}
    assert known(section) == taken - {"self"}


@pytest.mark.parametrize("section", SECTIONS)
def test_settings_are_those_that_dask_jobqueue_reads(section: str) -> None:
    """Guards against a setting that dask-jobqueue reads, and the launcher leaves out."""
    sources = "".join(
        inspect.getsource(one) for one in (JobQueueCluster, *JOBS[section].__mro__[:-1])
    )
    read = {key.replace("-", "_") for key in re.findall(r'"jobqueue\.%s\.([\w-]+)"', sources)}
    assert set(arguments(section)) == read - RENAMED.keys() - {"name"} - (
        {"project"} if "project" not in arguments(section) else set()
    )


def test_defaults_are_those_of_dask_jobqueue() -> None:
    """Guards against a section that was changed, and is not imported."""
    for section in yaml.safe_load(OWN_DEFAULTS.read_text())["jobqueue"].values():
        for key, value in section.items():
            assert not value or value in DEFAULTS[key.replace("-", "_")]


REAL = """
jobqueue:
  {section}:
    cores: '4'
    memory: 8000000000
    disk: 1GB
    queue: q
    project: 12
    account: 12345
    walltime: 1:30
    job-cpu: '8'
    ncpus: '8'
    mem: '8000000000'
    lsf-units: mb
    use-stdin: false
    interface: lo
    death-timeout: 60
    worker-extra-args: --resources GPU=1
    env-extra: |
      module load a
      module load b
    header-skip: -n
    submit-command-extra: -name "a b"
    log-directory: logs
    memory-per-core-property-name: mem
    no-such: 1
"""


@pytest.mark.parametrize("section", SECTIONS)
def test_dask_jobqueue_takes_the_arguments(
    section: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    jp_environ: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards against a platform of which dask-jobqueue refuses each launch."""
    monkeypatch.chdir(tmp_path)
    text = REAL.replace("{section}", section)
    if section == "htcondor":
        text = text.replace("    header-skip: -n\n", "    job-extra: {requirements: a}\n")
    done = Import(text, tmp_path, capsys, section)
    passed = {**done.arguments}
    passed.pop("scheduler_options")
    passed.pop("shared_temp_directory", None)
    script = JOBS[section]("tcp://127.0.0.1:1", name="a", **passed).job_script()
    assert "--resources GPU=1" in script
    assert "module load b" in script
    if section != "htcondor":
        assert "1:30" in script
    if section == "htcondor":
        assert passed["submit_command_extra"] == ["-name", "a b"]


def test_batch_systems_are_those_that_the_launcher_has() -> None:
    """Guards against a batch system that was added since, and against one that is not there."""
    for name, section in SECTIONS.items():
        if section.batch:
            batch_system(section.batch)
        else:
            with pytest.raises(LookupError):
                batch_system(name)
