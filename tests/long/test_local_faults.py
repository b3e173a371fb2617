"""Faults of clusters on this computer: of each kind, to each victim, at each step."""

from __future__ import annotations

from pathlib import Path

import pytest
from held_cluster import SOON, HeldCluster
from local_faults import FAULTS, Fault, end_without_a_server, patience, survive


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_fault(fault: Fault, tmp_path: Path) -> None:
    """Guards against a row that is not true, and against remains after a later server's start."""
    survive(fault, HeldCluster(tmp_path, orphaned=patience(fault)))


# "kernel" is not here: nothing of ours runs in a kernel that has not started.
@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", ["creating", "running", "closing"])
def test_no_server_any_more(step: str, tmp_path: Path) -> None:
    """Guards against processes that run for ever because no server is started again."""
    end_without_a_server(step, HeldCluster(tmp_path, orphaned=SOON))
