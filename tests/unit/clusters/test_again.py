"""Launching a cluster again: what stays, what its end asks for, and when it is long gone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from batch_rows import cluster as batch_row
from batch_rows import job
from fakes import a_cluster, backend, shipped, write_platform
from worlds import AtOnce, World

from jupyter_cluster_launcher.clusters.launching.again import adjusted, option_named_in
from jupyter_cluster_launcher.clusters.launching.request import named
from jupyter_cluster_launcher.clusters.saved.past import PAST
from jupyter_cluster_launcher.errors import BadInputError, UnknownError
from jupyter_cluster_launcher.jobs import Phase, Queue
from jupyter_cluster_launcher.models import Adapt, Cluster, Death, Report, State
from jupyter_cluster_launcher.used import Used

OPTIONS: dict[str, Any] = {"memory": {"type": "string", "title": "Memory per worker"}}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A server whose one platform has an option."""
    write_platform(tmp_path / "platforms", options=OPTIONS)
    return World(AtOnce(tmp_path / "records"), tmp_path / "platforms")


def old(folder: Path, **changes: Any) -> Cluster:
    """Return a cluster of that platform which has failed."""
    return a_cluster(
        **{
            **{"name": "Tides", "platform": "site", "platform_title": "Site", "cwd": str(folder)},
            **{"state": State.FAILED, "requested": 5, "options": {"memory": "2GB"}, "tls": False},
            **{"kernel_name": "analysis", "idle_timeout": 900.0, **changes},
        }
    )


def again(world: World, **request: Any) -> Cluster:
    """Return what a launch again would start."""

    async def planned() -> Cluster:
        _, cluster = await world.manager._plan({"from": "c1", **request})
        async with world.manager._others.alone() as taken:
            return named(cluster, taken)

    return asyncio.run(planned())


def test_everything_stays(world: World, tmp_path: Path) -> None:
    """Guards against another form to fill in, and a notebook that asks for the name of before."""
    world.add(old(tmp_path))
    made = again(world)
    assert (made.platform, made.name, made.kernel_name) == ("site", "Tides", "analysis")
    assert (made.requested, made.options, made.cwd) == (5, {"memory": "2GB"}, str(tmp_path))
    assert (made.idle_timeout, made.tls, made.state) == (900.0, False, State.STARTING)
    assert made.id != "c1"


def test_what_the_request_says_holds(world: World, tmp_path: Path) -> None:
    """Guards against an offer of more memory that launches with too little again."""
    world.add(old(tmp_path, adapt=Adapt(1, 4), cwd="/no/such/folder"))
    made = again(world, options={"memory": "4GB"}, name="Waves")
    assert (made.options, made.name, made.cwd) == ({"memory": "4GB"}, "Waves", None)
    assert made.adapt == Adapt(1, 4)
    made = again(world, workers=3)
    assert (made.adapt, made.requested) == (None, 3)
    assert again(world, **{"from": "Tides"}).platform == "site"


def test_no_workers_when_it_stopped(world: World, tmp_path: Path) -> None:
    """Guards against a cluster without workers, on which the next cell waits for ever."""
    world.add(old(tmp_path, requested=0))
    assert again(world).requested == 2  # as the form suggests


def test_a_name_that_is_in_use(world: World, tmp_path: Path) -> None:
    """Guards against two running clusters of one name, between which no notebook can choose."""
    world.add(old(tmp_path))
    world.add(replace(old(tmp_path), id="c2", state=State.RUNNING))
    assert again(world).name == "Site 1"


def test_the_name_of_one_that_ended_by_itself(world: World, tmp_path: Path) -> None:
    """Guards against a second Run All that does not find what the first one launched."""
    world.add(old(tmp_path, state=State.RUNNING, report=Report(ended="Stopped: idle.")))
    assert again(world).name == "Tides"


def test_a_cluster_that_was_stopped_yesterday(world: World, tmp_path: Path) -> None:
    """Guards against Run All on the next day: the row, its directory and the server are gone."""
    before = world.add(old(tmp_path))
    before._remove()
    assert list(world.store.root.iterdir()) == []
    world.manager._clusters.clear()
    made = again(world)
    assert (made.name, made.requested, made.options) == ("Tides", 5, {"memory": "2GB"})
    ((kept, gone),) = world.store.past()
    assert (kept.name, kept.controller) == ("Tides", None)
    assert (datetime.now(timezone.utc) - gone).total_seconds() < 600
    folder = world.store.root.with_name("records-past")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


def test_few_are_kept(world: World, tmp_path: Path) -> None:
    """Guards against a home directory that fills with clusters of years ago, or damaged files."""
    for number in range(PAST + 3):
        world.store.keep(replace(old(tmp_path), id=f"c{number}"))
    assert len(world.store.past()) == PAST
    (world.store.root.with_name("records-past") / "c9.json").write_text("{")
    assert len(world.store.past()) == PAST - 1


def test_what_cannot_be_launched_again(world: World, tmp_path: Path) -> None:
    """Guards against a cluster of somebody else that is made anew, and a KeyError."""
    with pytest.raises(UnknownError, match="There is no record of a cluster 'c1'"):
        again(world)
    world.add(old(tmp_path, report=Report(joined=True)))
    with pytest.raises(BadInputError, match="Tides was not launched here"):
        again(world)


# What the end of a cluster asks for


def asked(cluster: Cluster, platform: str) -> tuple[dict[str, Any], str]:
    now = datetime.now(timezone.utc)
    kind = "batch" if cluster.batch else "local"
    options, change, field = adjusted(
        cluster, backend(kind).status(cluster, now), shipped(platform).options
    )
    assert field == ""
    return options, change


def on_slurm(state: str, **options: str) -> Cluster:
    ended = job("1", Phase.ENDED, state, failed=True, exit_code="0:9")
    row = batch_row(State.FAILED, queue=Queue((ended,), polled=True))
    return replace(row, options=options)


def test_out_of_memory() -> None:
    """Guards against a second launch that ends like the first."""
    assert asked(on_slurm("OUT_OF_MEMORY"), "slurm") == ({"memory": "8GB"}, "with 8 GB per job")
    assert asked(on_slurm("OUT_OF_MEMORY", memory="1.5 GiB"), "slurm") == (
        {"memory": "3GiB"},
        "with 3 GiB per job",
    )
    assert asked(on_slurm("OUT_OF_MEMORY", memory="much"), "slurm") == ({}, "")


def test_the_peak(tmp_path: Path) -> None:
    """Guards against advice whose reason is elsewhere in the row."""
    used = Used(units=2, each=2, limit=10**9, peak=1.05e9)
    row = on_slurm("OUT_OF_MEMORY", memory="2GB")
    row = replace(row, report=replace(row.report, used=used))
    assert asked(row, "slurm")[1] == "with 4 GB per job (peak 2.1 of 2 GB)"
    row = replace(row, report=replace(row.report, used=replace(used, peak=2**29 * 0.9)))
    row = replace(row, options={"memory": "1 GiB"})
    assert asked(row, "slurm")[1] == "with 2 GiB per job"  # it was not seen to need more
    row = replace(row, report=replace(row.report, used=replace(used, limit=2**29, peak=2**29)))
    assert asked(row, "slurm")[1] == "with 2 GiB per job (peak 1 of 1 GiB)"


@pytest.mark.parametrize(
    ("message", "platform", "name"),
    [
        ("SLURM rejected the jobs: invalid partition specified: nosuch", "slurm", "queue"),
        ("SLURM: Invalid account or account/partition combination specified", "slurm", "account"),
        ("SLURM: Invalid qos specification", "slurm", "qos"),
        (
            "SLURM: Requested time limit is invalid (missing or exceeds some limit)",
            "slurm",
            "walltime",
        ),
        ("SLURM: Memory specification can not be satisfied", "slurm", "memory"),
        ("SLURM: Invalid feature specification", "slurm", "constraint"),
        ("ValueError: 'ib9' is not a valid network interface", "slurm", "interface"),
        ("No worker started within 60 seconds.", "slurm", ""),
        ("Its kernel ended unexpectedly.", "slurm", ""),
        ("", "local", ""),
    ],
)
def test_the_option_that_a_failure_names(message: str, platform: str, name: str) -> None:
    """Guards against a user who has to search for the field that was wrong."""
    declared = shipped(platform).options
    assert option_named_in(message, declared) == name
    hosts = {"hosts": {"title": "Hosts"}, "memory_limit": {"title": "Memory per worker"}}
    assert option_named_in("A host was not found (nosuch). Check its name.", hosts) == "hosts"
    assert option_named_in("whatever it is", {"s": {}}) == ""
    assert option_named_in("x: memory limit of 2 GB", hosts) == "memory_limit"


@pytest.mark.parametrize(
    ("limit", "twice"),
    [
        ("01:00:00", "02:00:00"),
        ("00:40:30", "01:21:00"),
        ("30:00", "60:00"),
        ("1-13:00:00", "3-02:00:00"),
        ("90", "180"),
    ],
)
def test_out_of_time(limit: str, twice: str) -> None:
    """Guards against a time limit that SLURM reads as another one."""
    wanted = {"walltime": twice}, f"with a time limit of {twice}"
    assert asked(on_slurm("TIMEOUT", walltime=limit), "slurm") == wanted


def test_more_than_the_site_allows() -> None:
    """Guards against an offer that the site refuses, or that waits in the queue for ever."""
    now = datetime.now(timezone.utc)

    def twice(state: str, limit: str, **options: str) -> Any:
        row = on_slurm(state, **options)
        status = backend("batch").status(row, now)
        declared = {**shipped("slurm").options, "queue": {"default": "debug"}}

        def excess(values: Mapping[str, Any]) -> list[str]:
            assert values["queue"] == "debug"
            return ["At most that."] if limit in values.values() else []

        return adjusted(row, status, declared, excess)

    short = {"walltime": "00:05:00"}
    assert twice("TIMEOUT", "00:10:00", **short) == ({}, "", "walltime")
    assert twice("TIMEOUT", "00:20:00", **short)[0] == {"walltime": "00:10:00"}
    assert twice("OUT_OF_MEMORY", "8GB", memory="4GB") == ({}, "", "memory")


def test_what_the_site_supplied(world: World, tmp_path: Path) -> None:
    """Guards against a network interface of yesterday's host in a launch again."""
    options = {"memory": "2GB"}
    world.add(old(tmp_path, options=options, own_options=()))
    assert again(world).options == {}
    world.add(old(tmp_path, id="c2", options=options, own_options=("memory",)))
    assert again(world, **{"from": "c2"}).options == options


def test_killed_workers() -> None:
    """Guards against more memory than there is, where the workers share all of it."""
    died = a_cluster(state=State.CLOSED, report=Report(failed=2))
    given = replace(died, options={"memory_limit": "2GB"})
    assert asked(given, "local") == ({"memory_limit": "4GB"}, "with 4 GB per worker")
    assert asked(died, "local") == ({}, "")
    assert asked(replace(given, report=Report()), "local") == ({}, "")
    assert asked(on_slurm("NODE_FAIL"), "slurm") == ({}, "")


def test_workers_that_the_system_killed() -> None:
    """Guards against more memory for each where all together had more than there is."""
    options = {"memory_limit": "2GB"}
    doubled = ({"memory_limit": "4GB"}, "with 4 GB per worker")
    by_system, by_nanny = Death(id="tls://n:1"), Death(id="tls://n:2", memory=True)
    report = Report(failed=1, killed=1, deaths=(by_system,))
    assert asked(a_cluster(state=State.CLOSED, report=report, options=options), "local") == ({}, "")
    report = Report(failed=2, killed=2, deaths=(by_system, by_nanny))
    assert asked(a_cluster(state=State.CLOSED, report=report, options=options), "local") == doubled
