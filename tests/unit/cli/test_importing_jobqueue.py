"""Settings of dask-jobqueue, and what ``import`` makes of each: an argument, or a sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from imports import Import

from jupyter_cluster_launcher.platforms import files


@pytest.fixture(autouse=True)
def home(jp_environ: None) -> None:
    """No platform files but those of a test."""


SETTINGS: list[tuple[str, str, Any]] = [
    ("cores: '4'", "cores", 4),
    ("cores: 4.0", "cores", 4),
    ("processes: '2'", "processes", 2),
    ("account: 12345", "account", "12345"),
    ("account: 'abc '", "account", "abc"),
    ("project: old", "account", "old"),
    ("memory: 16 GB", "memory", "16 GB"),
    ("memory: 8000000000", "memory", "8000000000"),
    ("memory: 8.0e+9", "memory", "8000000000"),
    ("job-cpu: '8'", "job_cpu", 8),
    ("job-mem: 100", "job_mem", "100"),
    # Of a number, the batch system says what it counts: minutes on SLURM.
    ("walltime: 1:30:00", "walltime", "01:30:00"),
    ("walltime: '1:30:00'", "walltime", "01:30:00"),
    ("walltime: 01:30:00", "walltime", "01:30:00"),
    ("walltime: 1-12:00:00", "walltime", "1-12:00:00"),
    ("walltime: 5400", "walltime", "5400"),
    ("walltime: 5400.0", "walltime", "5400"),
    ("worker-extra-args: --nthreads 2", "worker_extra_args", ["--nthreads 2"]),
    ("worker-extra-args: [--nthreads, 2]", "worker_extra_args", ["--nthreads", "2"]),
    ("extra: [--nthreads, 2]", "worker_extra_args", ["--nthreads", "2"]),
    ("extra: [a]\n    worker_extra_args: []", "worker_extra_args", ["a"]),
    (
        "job-script-prologue: |\n      module load a\n\n      export B=1",
        "job_script_prologue",
        ["module load a", "export B=1"],
    ),
    ("env-extra: module load a", "job_script_prologue", ["module load a"]),
    ("header-skip: --mem", "job_directives_skip", ["--mem"]),
    ("scheduler-options: {idle-timeout: 1h}", "scheduler_options", {
        "dashboard_address": "127.0.0.1:0", "idle_timeout": "1h",
    }),
    ("death-timeout: 60s", "death_timeout", "60s"),
]  # fmt: skip


@pytest.mark.parametrize(("setting", "name", "value"), SETTINGS, ids=[s for s, _, _ in SETTINGS])
def test_settings_that_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, name: str, value: Any
) -> None:
    """Guards against a value that becomes another one, or one that dask-jobqueue cannot use."""
    done = Import(f"jobqueue:\n  slurm:\n    {setting}\n", tmp_path, capsys)
    assert (done.status, done.arguments[name]) == (0, value)
    assert "not translated" not in done.said


REFUSED = [
    ("foo: 1", "foo", "dask-jobqueue has no such argument."),
    ("use-stdin: true", "use-stdin", "dask-jobqueue has no such argument."),
    ("no name: 1", "no name", "dask-jobqueue has no such argument."),
    ("nanny: false", "nanny", "dask-jobqueue does not read this from its configuration."),
    ("host: a", "host", "dask-jobqueue does not read this from its configuration."),
    ("name: my-worker", "name", "The launcher gives each cluster a name of its own."),
    ("cores: 0", "cores", "0 is not a whole number from 1 up."),
    ("cores: 1.5", "cores", "1.5 is not a whole number from 1 up."),
    ("cores: true", "cores", "true is not a whole number from 1 up."),
    ("processes: $N", "processes", '"$N" is not a whole number from 1 up.'),
    ("account: my acct", "account", '"my acct" has a space in it.'),
    ("queue: on", "queue", "true is not a text. Put text in quotes."),
    ("queue: {env: QUEUE}", "queue", "a mapping (key: value) is not a text. Put text in quotes."),
    ("memory: lots", "memory", '"lots" is not an amount such as 4GB.'),
    ("memory: 0", "memory", "0 is not an amount such as 4GB."),
    ("walltime: true", "walltime", "true is not a time limit such as 01:30:00."),
    ("walltime: 5400.5", "walltime", "5400.5 is not a time limit such as 01:30:00."),
    ("walltime: two hours", "walltime", '"two hours" is not a time limit such as 01:30:00.'),
    ("worker-extra-args: 2", "worker-extra-args", "2 is not a list."),
    ("env-extra: [{export A: b}]", "env-extra", "entry 1 is not a text. Put it in quotes."),
    ("job-extra: {a: b}", "job-extra", "a mapping (key: value) is not a list."),
    ("scheduler-options: 8787", "scheduler-options", "8787 is not a mapping (key: value)."),
    (
        "scheduler-options: {contact: {env: A}}",
        "scheduler-options",
        "a mapping with the key env stands for something else in a platform file.",
    ),
    (
        "extra: [a]\n    worker-extra-args: [b]",
        "extra",
        "dask-jobqueue ignores it, as worker_extra_args is set, too.",
    ),
    ("project: a\n    account: b", "project", "dask-jobqueue ignores it, as account is set, too."),
    ("job-mem: 1\n    job_mem: 2", "job-mem", "job_mem sets the same, and comes later."),
]


@pytest.mark.parametrize(("setting", "key", "reason"), REFUSED, ids=[s for s, _, _ in REFUSED])
def test_settings_that_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, key: str, reason: str
) -> None:
    """Guards against one value that refuses the whole file, or breaks each launch."""
    done = Import(f"jobqueue:\n  slurm:\n    interface: ib0\n    {setting}\n", tmp_path, capsys)
    assert done.status == 0
    assert f"not translated: jobqueue.slurm.{key}: {reason}\n" in done.said


NOTED = [
    ("memory: 8.5", "memory: 8.5 means bytes. Add the unit in the platform file, as in 8.5GB."),
    ("account: $ACCOUNT", 'account: "$ACCOUNT" is passed as it is: the variable is not replaced'),
    ("death-timeout: null", "death-timeout: nothing is set here, so dask-jobqueue takes 60, "),
]


@pytest.mark.parametrize(("setting", "sentence"), NOTED)
def test_settings_that_may_not_be_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], setting: str, sentence: str
) -> None:
    """Guards against a value that Dask takes, and the user meant otherwise."""
    done = Import(f"jobqueue: {{slurm: {{queue: a, {setting}}}}}", tmp_path, capsys)
    assert f"note: jobqueue.slurm.{sentence}" in done.said


def test_variables_that_shells_replace_are_not_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a doubt about what has always worked."""
    text = "{cores: 1, memory: 1GB, local-directory: $TMPDIR, env-extra: ['cd $HOME']}"
    assert Import(f"jobqueue: {{slurm: {text}}}", tmp_path, capsys).said == ""


@pytest.mark.parametrize(
    ("section", "text", "added", "sentence"),
    [
        ("slurm", "queue: a", {"cores": 1, "memory": "4GB"}, "it sets no cores and no memory"),
        ("slurm", "cores: 0, queue: a", {"cores": 1, "memory": "4GB"}, "starts with 1 and 4GB: "),
        ("slurm", "cores: 0, memory: 1GB", {"cores": 1}, "slurm: it has no usable cores, and"),
        ("slurm", "cores: 1, memory: 16 gigabytes", {"memory": "4GB"}, "has no usable memory, "),
        ("htcondor", "cores: 1, memory: 1GB, disk: big", {"disk": "4GB"}, "has no usable disk, "),
        ("slurm", "cores: 2", {"cores": 2, "memory": "4GB"}, "it sets no memory, and dask-"),
        ("htcondor", "cores: 2, memory: 1GB", {"disk": "4GB"}, "it sets no disk, and dask-"),
    ],
)  # fmt: skip
def test_what_dask_jobqueue_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], section: str, text: str,
    added: dict[str, Any], sentence: str,
) -> None:  # fmt: skip
    """Guards against a platform of which each launch fails: "You must specify how much cores"."""
    done = Import(f"jobqueue: {{{section}: {{{text}}}}}", tmp_path, capsys, section)
    assert {name: done.fields[name] for name in added} == added
    assert sentence in done.said


def test_settings_that_sections_share(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Guards against anchors in a platform file, and a time limit of another section."""
    text = (
        "all: &all {cores: 1, memory: 1GB, walltime: 2:00:00, extra: &args [a]}\n"
        "jobqueue:\n"
        "  slurm: {<<: *all, walltime: 1:30:00, env-extra: *args}\n"
        "  pbs: {<<: *all}\n"
    )
    slurm = Import(text, tmp_path, capsys)
    assert slurm.fields["walltime"] == "01:30:00"
    assert slurm.fields["worker_extra_args"] == slurm.fields["job_script_prologue"] == ["a"]
    pbs = files.read(tmp_path / "pbs.yaml")
    assert isinstance(pbs, files.Platform)
    assert pbs.options["walltime"]["default"] == "02:00:00"
    assert "&" not in (tmp_path / "slurm.yaml").read_text()


def test_control_characters_are_no_defaults_of_fields(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a form whose own default is refused."""
    text = 'jobqueue: {slurm: {cores: 1, resource-spec: x, env-extra: ["a\\n\\tb", c]}}'
    done = Import(text, tmp_path, capsys)
    assert "job_script_prologue" not in done.fields
    assert done.arguments["job_script_prologue"] == ["a\n\tb", "c"]
