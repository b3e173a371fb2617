"""A few launches and stops; `make test-long` has many."""

from __future__ import annotations

from pathlib import Path

import pytest
from many_launches import leave_nothing


@pytest.mark.timeout(600)
def test_launches_and_stops(tmp_path: Path) -> None:
    """Guards against processes, files, sockets, descriptors and tasks that each launch leaves."""
    leave_nothing(tmp_path, 3)
