"""Directives of a user's own that would break a launch."""

from __future__ import annotations

import pytest
from fakes import context, shipped

from jupyter_cluster_launcher.backends.batch.backend import BatchBackend
from jupyter_cluster_launcher.errors import BadInputError


@pytest.mark.parametrize("platform", ["slurm", "tallgrass"])
@pytest.mark.parametrize(
    ("directive", "word", "reason"),
    [
        ("--array=1-3", "--array=1-3", "Each job would become many"),
        ("--arr 1-3", "--arr", "Each job would become many"),
        ("-a1-3", "-a1-3", "Each job would become many"),
        ("--exclusive -W", "-W", "The launch would wait"),
        ("--wait", "--wait", "The launch would wait"),
        ("--test-only", "--test-only", "No job would be submitted"),
        ("--test", "--test", "No job would be submitted"),
        ("--wrap='sleep 1'", "--wrap=sleep 1", "It would replace the command"),
        ("--comment='a --wait", "--wait", "The launch would wait"),
        ("-h", "-h", "No job would be submitted"),
    ],
)
def test_directives_that_break_a_launch(
    platform: str, directive: str, word: str, reason: str
) -> None:
    """Guards against jobs that nobody counts, and launches that wait for ever."""
    field = {"slurm": "directives", "tallgrass": "job_extra_directives"}[platform]
    given = {"interface": None, field: ["--nice", directive]}
    with pytest.raises(BadInputError) as error:
        BatchBackend(context()).refuse(shipped(platform), given)
    said = str(error.value)
    assert said.startswith(f"Further SLURM directives: {word} cannot be used here. {reason}")


@pytest.mark.parametrize(
    "directive",
    [
        "--parsable", "--quiet", "--hold", "-H", "--wait-all-nodes=1", "--account=a", "-A a",
        "--comment='please --wait'", "--threads-per-core=1", "--time=5", "-w n1",
    ],
)  # fmt: skip
def test_directives_that_do_not(directive: str) -> None:
    """Guards what a site or a user needs against a refusal."""
    given = {"interface": None, "directives": [directive]}
    BatchBackend(context()).refuse(shipped("slurm"), given)
