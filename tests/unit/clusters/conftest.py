"""Servers of one user, without a browser, in an event loop in which hours pass in no time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_controllers import FakeControllers
from virtual_time import Run, VirtualLoop
from worlds import AtOnce, World, crash, write_platforms


@pytest.fixture
def run() -> Iterator[Run]:
    """Run work in an event loop in which hours pass in no time."""
    loop = VirtualLoop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture
def pair(tmp_path: Path, run: Run) -> Iterator[tuple[World, World]]:
    """Two servers on one directory, both running."""
    write_platforms(tmp_path / "platforms", ("local", "gateway"))
    controllers = FakeControllers()
    first, second = (
        World(AtOnce(tmp_path / "clusters"), tmp_path / "platforms", controllers) for _ in range(2)
    )
    for world in (first, second):
        run(world.manager.attach())
    yield first, second
    for world in (first, second):
        run(crash(world))
