"""A few of the faults that `make test-long` lets happen."""

from __future__ import annotations

from pathlib import Path

import pytest
from held_cluster import HeldCluster
from local_faults import Fault, matrix, patience, survive

FEW = ("kill-all-running", "removed-all-creating", "freeze-controller-closing")
FAULTS = {str(one): one for one in matrix("local")}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("fault", [FAULTS[name] for name in FEW], ids=str)
def test_fault(fault: Fault, tmp_path: Path) -> None:
    """Guards against a row that is not true, and against remains after a later server's start."""
    survive(fault, HeldCluster(tmp_path, orphaned=patience(fault)))
