"""A gateway that goes away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cloud import point_to
from real_gateway import RealGateway, missing, require


@pytest.fixture
def durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealGateway]:
    """A gateway whose clusters outlive it, and which a test may kill."""
    require(missing())
    server = RealGateway(tmp_path / "gateway", database=True).start()
    point_to(server, monkeypatch)
    yield server
    server.stop()
