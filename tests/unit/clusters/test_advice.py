"""How much memory is enough: the arithmetic, and where nothing is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from fakes import a_cluster, backend, shipped, site

from jupyter_cluster_launcher.backends.facts import Size
from jupyter_cluster_launcher.clusters.launching.advice import LAST, advise
from jupyter_cluster_launcher.clusters.saved.history import Entry
from jupyter_cluster_launcher.models import Adapt
from jupyter_cluster_launcher.platforms import cpus
from jupyter_cluster_launcher.used import Used

GB = 10**9
SLURM = shipped("slurm")


def past(peak: float, platform: str = "slurm", short: bool = False, **used: Any) -> Entry:
    """Return a cluster that computed for an hour with 10 GB for each worker."""
    known: dict[str, Any] = {"units": 8, "limit": 10 * GB, "threads": 1, "busy": 3600, "tasks": 500}
    when = "2026-11-23T12:00:00+00:00"
    return Entry(
        f"c{peak}", "Tides", platform, platform, when, when, "stopped", short=short,
        used=Used(peak=peak, **{**known, **used}),
    )  # fmt: skip


def size(memory: str = "10GB", **changes: Any) -> Size:
    return Size(**{"option": "memory", "memory": memory, "threads": 1, **changes})


def advised(*entries: Entry, memory: str = "10GB", **changes: Any) -> str | None:
    """Return the memory that is advised, None where nothing is."""
    advice = advise(SLURM, size(memory, **changes), entries)
    return None if advice is None else str(advice.options["memory"])


@pytest.mark.parametrize(
    ("peak", "requested", "enough"),
    [
        (2.7 * GB, "10GB", "4GB"),  # 2.7 of 4 GB is 68 %: Dask writes nothing to disk
        (3.1 * GB, "10GB", "5GB"),
        (2.0 * GB, "10 GB", "3GB"),
        (3.1 * GB, "10GiB", "5GiB"),
        (3.1 * GB, "10000MB", "5GB"),
        (0.2 * GB, "10GB", "1GB"),  # Python takes a part of that
        (0.2 * GB, "1GB", None),
        (4.0 * GB, "8GB", "6GB"),
        (5.0 * GB, "10GB", None),  # 8 GB would not be worth a change
        (9.5 * GB, "10GB", None),
        (20 * GB, "64GB", "32GB"),
        (100 * GB, "256GB", "144GB"),
        (0, "10GB", None),
        (3 * GB, "much", None),
    ],
)
def test_the_arithmetic(peak: float, requested: str, enough: str | None) -> None:
    """Guards against workers that are killed because they did as they were advised."""
    assert advised(past(peak), memory=requested) == enough


def test_the_largest_of_the_last_counts() -> None:
    """Guards against advice from the one small cluster among large ones, or from years ago."""
    assert advised(past(1 * GB), past(4 * GB), past(2 * GB)) == "6GB"
    assert advised(*[past(GB + n) for n in range(LAST)], past(4 * GB)) == "2GB"
    assert advised(past(1 * GB), past(9 * GB, "tallgrass")) == "2GB"
    assert advised(past(1 * GB, "tallgrass")) is None


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [past(GB, busy=59)],
        [past(GB, tasks=9)],
        [past(GB, short=True)],
        [past(GB), past(2 * GB, short=True)],
        [past(GB, busy=5, short=True), past(GB)],
        [replace(past(GB), state="lost")],
        [past(GB, spilled=1)],
        [past(GB), past(GB, spilled=1)],
    ],
    ids=["none", "short", "few", "killed", "before", "at once", "lost", "disk", "disk before"],
)
def test_where_nothing_can_be_said(entries: Sequence[Entry]) -> None:
    """Guards against less memory where there was too little, or where nothing was computed."""
    assert advised(*entries) is None
    assert advise(SLURM, None, [past(GB)]) is None


def test_what_was_too_little_long_ago() -> None:
    """Guards against one mistake for which no advice is ever given again."""
    assert advised(*[past(GB + n) for n in range(LAST)], past(GB, short=True)) == "2GB"


def test_workers_of_another_shape() -> None:
    """Guards against the memory of one task for a worker that runs four at a time."""
    assert advised(past(GB, threads=1), threads=4) is None
    assert advised(past(GB, threads=4), threads=1) == "2GB"
    assert advised(past(GB, threads=1), past(3 * GB, threads=4), threads=4) == "5GB"
    # The memory is of a job, the peak of a worker.
    assert advised(past(GB), memory="40GB", each=4) == "6GB"
    assert advised(past(0.1 * GB), memory="40GB", each=4) == "4GB"


def test_the_words() -> None:
    """Guards the button, which a screen reader reads without the form."""
    one = advise(SLURM, size(), [past(2.7 * GB)])
    assert one is not None
    assert one.text == "4 GB per job is enough"
    assert one.reason == "One of your last clusters on SLURM used at most 2.7 GB per job."
    local = shipped("local")
    limit = size("8GiB", option="memory_limit")
    two = advise(local, limit, [past(2 * 2**30, "local"), past(2**30, "local")])
    assert two is not None
    assert (two.options, two.text) == ({"memory_limit": "3GiB"}, "3 GiB per worker is enough")
    assert two.reason == "2 of your last clusters on This computer used at most 2 GiB per worker."


def test_what_the_platform_does_not_take() -> None:
    """Guards against a button that fills in what the launch refuses."""
    options = {"memory": {"type": "string", "title": "Memory", "enum": ["8GB", "64GB"]}}
    sizes = site(options=options)
    assert advise(sizes, size("64GB"), [past(GB, "site")]) is None


# What a launch requests


def test_the_size_of_a_job() -> None:
    """Guards the number of workers that share the memory of a job, and their threads."""
    options = {"memory": "20GB", "cores": 8, "processes": 4}
    cluster = a_cluster(kind="batch", batch="slurm", platform="slurm", options=options)
    assert backend("batch").size(SLURM, cluster) == Size("memory", "20GB", 2, 4)
    usual = a_cluster(kind="batch", batch="slurm", platform="slurm")
    assert backend("batch").size(SLURM, usual) == Size("memory", "4GB", 1, 1)


def test_the_size_of_a_worker_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a limit for workers that share the memory, where none was wished."""
    monkeypatch.setattr(cpus, "count", lambda kind: 8)
    local, given = shipped("local"), {"memory_limit": "4GB"}
    known = backend().size(local, a_cluster(requested=2, options=given))
    assert known == Size("memory_limit", "4GB", 4)
    known = backend().size(local, a_cluster(adapt=Adapt(0, 8), options=given))
    assert known == Size("memory_limit", "4GB", 1)
    assert backend().size(local, a_cluster()) is None
    assert backend().size(site(**{"class": "SSHCluster"}), a_cluster(options=given)) is None
