"""Launches and stops on one server."""

from __future__ import annotations

from pathlib import Path

import pytest
from many_launches import leave_nothing, leave_nothing_of_jobs


@pytest.mark.timeout(3600)
def test_launches_and_stops(tmp_path: Path) -> None:
    """Guards against what each launch leaves a little of, memory included."""
    leave_nothing(tmp_path, 200)


@pytest.mark.timeout(1200)
def test_launches_and_stops_with_jobs(tmp_path: Path) -> None:
    """Guards the same: jobs that a server still knows, polls or cancels after their cluster."""
    leave_nothing_of_jobs(tmp_path, 6)
