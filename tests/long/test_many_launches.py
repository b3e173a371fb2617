"""Launches and stops on one server."""

from __future__ import annotations

from pathlib import Path

import pytest
from many_launches import leave_nothing


@pytest.mark.timeout(3600)
def test_launches_and_stops(tmp_path: Path) -> None:
    """Guards against what each launch leaves a little of, memory included."""
    leave_nothing(tmp_path, 200)
