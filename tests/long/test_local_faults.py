"""Faults of clusters on this computer: of each kind, to each victim, at each step."""

from __future__ import annotations

from pathlib import Path

import pytest
from held_cluster import SOON, HeldCluster
from local_faults import Fault, matrix, patience, survive
from without_a_server import end_without_a_server

KINDS = ("local", "remote")
# "kernel" is not here: nothing of ours runs in a kernel that has not started.
STEPS = (
    ("local", "creating"),
    *((kind, step) for kind in KINDS for step in ("made", "running", "closing")),
)
DISK = (("local", "creating"), ("local", "running"), ("remote", "running"))
WITHOUT = [
    *((*where, what) for what in ("", "clock") for where in STEPS),
    *((*where, what) for what in ("full", "removed") for where in DISK),
    ("local", "running", "freeze"),
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("kind", "fault"),
    [pytest.param(kind, fault, id=f"{kind}-{fault}") for kind in KINDS for fault in matrix(kind)],
)
def test_fault(kind: str, fault: Fault, tmp_path: Path) -> None:
    """Guards against a row that is not true, and against remains after a later server's start."""
    survive(fault, HeldCluster(tmp_path, kind=kind, orphaned=patience(fault)))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "fault", [one for one in matrix("local") if one.step == "creating"], ids=str
)
def test_a_launch_that_was_prepared(fault: Fault, tmp_path: Path) -> None:
    """Guards against a controller that saves time, and breaks what holds for all others.

    Its kernel has started before, and nothing differs once the cluster is there.
    """
    survive(fault, HeldCluster(tmp_path, orphaned=patience(fault), prepared=True))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "step", "what"), WITHOUT)
def test_no_server_any_more(kind: str, step: str, what: str, tmp_path: Path) -> None:
    """Guards against processes that run for ever because no server is started again."""
    end_without_a_server(step, HeldCluster(tmp_path, kind=kind, orphaned=SOON), what)
