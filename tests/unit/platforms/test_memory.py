"""How much memory workers may use, and how it is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from distributed.system import MEMORY_LIMIT

from jupyter_cluster_launcher.platforms import memory


def test_memory_is_what_dask_divides() -> None:
    """Guards against a form that promises other memory than workers get."""
    assert memory.usable() == pytest.approx(MEMORY_LIMIT, rel=0.01)


def test_a_containers_limit_counts(tmp_path: Path) -> None:
    """Guards against the memory of the whole node in a pod that may use a part of it."""
    limit, none = tmp_path / "memory.max", tmp_path / "none"
    limit.write_text("1048576\n")
    none.write_text("max\n")
    assert memory.usable((tmp_path / "absent", none, limit)) == 1048576


def test_a_system_that_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against an exception on Windows."""
    monkeypatch.delattr(os, "sysconf")
    assert memory.usable() is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(512, "512 B"), (12 << 30, "12 GiB"), (1.5 * 2**30, "1.5 GiB"), (1 << 40, "1 TiB")],
)
def test_sizes(value: float, text: str) -> None:
    """Guards against other units in the form than in the rows."""
    assert memory.size(value) == text


@pytest.mark.parametrize(
    ("create", "decimal"),
    [
        ('LocalCluster(memory_limit="4GB")', True),
        ('SSHCluster(worker_options={"memory_limit": "4GB"})', True),
        ("SSHCluster(worker_options={'memory_limit': '4GiB'})", False),
        ("LocalCluster()", False),
    ],
)
def test_the_unit_is_that_of_the_request(create: str, decimal: bool) -> None:
    """Guards against 3.7 GiB for the 4 GB that were requested of workers on other hosts."""
    assert memory.is_decimal(create) is decimal
