"""Requests of every kind that schemathesis can make of the contract."""

from __future__ import annotations

from pathlib import Path

import pytest
from any_request import ask_anything, operations


@pytest.mark.timeout(3600)
def test_any_request(tmp_path: Path, number: int) -> None:
    """Guards against a server error, answers that the contract does not have, and remains."""
    seen = ask_anything(tmp_path, 10_000, number)
    assert sum(seen.values()) == 10_000
    done = {label for label, status in seen if status < 300}
    assert {operation.label for operation, _ in operations()} <= done
