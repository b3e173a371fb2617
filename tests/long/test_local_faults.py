"""Faults of clusters on this computer: of each kind, to each victim, at each step."""

from __future__ import annotations

from pathlib import Path

import pytest
from held_cluster import SOON, HeldCluster
from local_faults import SET_BACK, Fault, end_without_a_server, matrix, patience, survive

KINDS = ("local", "remote")
LATE = ("made", "running", "closing")


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("kind", "fault"),
    [pytest.param(kind, fault, id=f"{kind}-{fault}") for kind in KINDS for fault in matrix(kind)],
)
def test_fault(kind: str, fault: Fault, tmp_path: Path) -> None:
    """Guards against a row that is not true, and against remains after a later server's start."""
    survive(fault, HeldCluster(tmp_path, kind=kind, orphaned=patience(fault)))


# "kernel" is not here: nothing of ours runs in a kernel that has not started.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("back", [0, SET_BACK], ids=["", "clock set back"])
@pytest.mark.parametrize(
    ("kind", "step"),
    [("local", "creating"), *((kind, step) for kind in KINDS for step in LATE)],
)
def test_no_server_any_more(kind: str, step: str, back: float, tmp_path: Path) -> None:
    """Guards against processes that run for ever because no server is started again."""
    end_without_a_server(step, HeldCluster(tmp_path, kind=kind, orphaned=SOON), back)
