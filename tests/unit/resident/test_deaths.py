"""Workers that died, and those that were asked to end."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_cluster_launcher.resident.deaths import Deaths


def a_nanny(status: str = "running") -> Any:
    """A nanny whose worker's process notes that its end was told."""
    ends: list[int] = []
    process = SimpleNamespace(on_exit=ends.append)
    return SimpleNamespace(status=SimpleNamespace(name=status), process=process, ends=ends)


@pytest.mark.parametrize(
    ("code", "status", "number"),
    [(-9, "running", 1), (1, "running", 1), (0, "running", 0), (-15, "closing_gracefully", 0)],
)
def test_what_counts_as_a_death(code: int, status: str, number: int) -> None:
    """Guards against workers killed for memory without a trace, and against false alarms.

    A worker that is restarted ends with 0; one that is not needed any more may be killed.
    """
    deaths, nanny = Deaths(), a_nanny()
    for _ in range(3):
        assert deaths.watch({0: nanny}) == 0
    nanny.status.name = status
    nanny.process.on_exit(code)
    assert deaths.watch({0: nanny}) == number
    assert nanny.ends == [code]  # Dask has been told, once


def test_workers_without_a_process() -> None:
    """Guards against an exception where workers are threads, or are just starting."""
    starting = SimpleNamespace(process=None)
    assert Deaths().watch({0: SimpleNamespace(), 1: starting}) == 0
