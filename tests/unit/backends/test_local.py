"""Clusters on this computer: what the resident has to know of their platform."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import backend, shipped, site


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
