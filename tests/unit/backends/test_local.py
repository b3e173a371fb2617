# ruff: noqa: RUF001  # the sign of multiplication
"""Clusters on this computer: what the resident has to know of their platform."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import a_cluster, backend, shipped, site

from jupyter_cluster_launcher.models import Adapt
from jupyter_cluster_launcher.platforms import cpus, memory


@pytest.mark.parametrize(
    ("options", "shared"),
    [
        ({}, ["nthreads", "memory_limit"]),
        ({"threads_per_worker": 2}, ["memory_limit"]),
        ({"memory_limit": "4GB", "threads_per_worker": None}, ["nthreads"]),
        ({"memory_limit": "4GB", "threads_per_worker": 2}, []),
    ],
)
def test_what_the_user_set_is_not_shared_out(options: dict[str, Any], shared: list[str]) -> None:
    """Guards against scaling that takes away the threads or the memory that were requested."""
    needs = backend().needs(shipped("local"), options)
    assert needs.preparation == {"workers_here": True, "shared": shared}


def test_workers_elsewhere_share_nothing_of_this_host() -> None:
    """Guards against cutting up the memory of nodes that are not this one."""
    needs = backend().needs(site(**{"class": "SSHCluster"}), {})
    assert needs.preparation == {"workers_here": True, "shared": []}
    needs = backend().needs(site(module="somewhere"), {})
    assert needs.preparation == {"workers_here": False}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "2 workers × 4 threads, 8 GiB each"),
        ({"requested": 1}, "1 worker × 8 threads, 16 GiB"),
        ({"requested": 8}, "8 workers × 1 thread, 2 GiB each"),
        ({"options": {"threads_per_worker": 1}}, "2 workers × 1 thread, 2 GiB each"),
        ({"options": {"memory_limit": "4GB"}}, "2 workers × 4 threads, 4GB each"),
        ({"adapt": Adapt(0, 4)}, "up to 4 workers × 2 threads, 4 GiB each"),
        ({"requested": 0}, None),
    ],
)
def test_what_a_launch_amounts_to(
    changes: dict[str, Any], text: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against "0 to 64" instead of what each worker gets."""
    monkeypatch.setattr(cpus, "count", lambda kind: 8)
    monkeypatch.setattr(memory, "usable", lambda: 16 << 30)
    cluster = a_cluster(**{"requested": 2, **changes})
    assert backend().summary(shipped("local"), cluster) == text


def test_other_classes_decide_themselves() -> None:
    """Guards against the memory of this host for workers elsewhere."""
    elsewhere = site(**{"class": "SSHCluster"})
    assert backend().summary(elsewhere, a_cluster(requested=2)) is None
