"""A few of the requests that `make test-long` makes of the contract."""

from __future__ import annotations

from pathlib import Path

from any_request import ask_anything


def test_any_request(tmp_path: Path) -> None:
    """Guards against a server error, and answers that the contract does not have."""
    assert sum(ask_anything(tmp_path, 60).values()) == 60
