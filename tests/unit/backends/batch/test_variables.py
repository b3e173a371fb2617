"""Variables of a batch system that are in the environment of the Jupyter server."""

from __future__ import annotations

import pytest
from fakes import shipped

from jupyter_cluster_launcher.backends.batch import slurm, variables
from jupyter_cluster_launcher.backends.batch.polling.commands import environment

OPTIONS = shipped("slurm").options


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in slurm.VARIABLES.values():
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variable", "value", "option", "default"),
    [
        ("SBATCH_ACCOUNT", "proj123", "account", "proj123"),
        ("SBATCH_PARTITION", "debug", "queue", "debug"),
        ("SBATCH_QOS", "long", "qos", "long"),
        ("SBATCH_GRES", "gpu:1", "gres", "gpu:1"),
        ("SBATCH_CONSTRAINT", "haswell&big", "constraint", "haswell&big"),
        ("SBATCH_TIMELIMIT", "90", "walltime", "01:30:00"),
        ("SBATCH_TIMELIMIT", "2-0", "walltime", "2-00:00:00"),
        ("SBATCH_MEM_PER_NODE", "4096", "memory", "4096MiB"),
        ("SBATCH_MEM_PER_NODE", "16G", "memory", "16G"),
    ],
)
def test_a_variable_fills_its_field(
    variable: str, value: str, option: str, default: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards a form that says one thing against jobs that are another."""
    monkeypatch.setenv(variable, value)
    filled = variables.defaults(slurm, OPTIONS)
    assert {name: schema["default"] for name, schema in filled.items()} == {option: default}
    (said,) = variables.described(slurm, filled, filled).values()
    assert said["description"] == f"From {variable} in your environment"
    assert variables.warned(slurm, OPTIONS) == {}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("SBATCH_TIMELIMIT", "UNLIMITED"), ("SBATCH_ACCOUNT", "two words"), ("SBATCH_QOS", "")],
)
def test_what_a_field_does_not_take(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a form that cannot be sent."""
    monkeypatch.setenv(variable, value)
    assert variables.defaults(slurm, OPTIONS) == {}


@pytest.mark.parametrize(
    ("platform", "field"), [("slurm", "directives"), ("tallgrass", "job_extra_directives")]
)
def test_a_warning_beside_the_directives(
    platform: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against what changes jobs and has no field."""
    monkeypatch.setenv("SBATCH_SIGNAL", "USR1@60")
    monkeypatch.setenv("SBATCH_ACCOUNT", "proj123")
    (warned,) = variables.warned(slurm, shipped(platform).options).items()
    assert warned[0] == field
    assert warned[1]["warning"].startswith("SBATCH_SIGNAL in the environment of the Jupyter server")


def test_an_emptied_field(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards "not passed" against a variable that would pass it all the same."""
    monkeypatch.setenv("SBATCH_QOS", "long")
    fields = variables.of_fields(slurm, OPTIONS).values()
    unset = {**slurm.UNSET, **dict.fromkeys(fields, ())}
    assert "SBATCH_QOS" not in environment(slurm, "#!/bin/sh\n", unset)
    assert "SBATCH_QOS" in environment(slurm, "#!/bin/sh\n")
