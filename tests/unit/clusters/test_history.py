"""The clusters of a user that have ended, and what they have used."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_rows import NOW, job
from batch_rows import cluster as batch_row
from fakes import a_cluster, backend
from virtual_time import VirtualLoop
from worlds import AtOnce, World

from jupyter_cluster_launcher.clusters import usage
from jupyter_cluster_launcher.clusters.saved import history
from jupyter_cluster_launcher.clusters.saved.history import Entry, History
from jupyter_cluster_launcher.jobs import Phase, Queue
from jupyter_cluster_launcher.models import Cluster, Report, State
from jupyter_cluster_launcher.used import Used

USED = Used(units=8, limit=1e10, peak=3.1e9, threads=1, cpu_seconds=40, core_seconds=100)


def an_entry(**changes: Any) -> Entry:
    entry = Entry(
        "c1", "Tides", "slurm", "SLURM", "2026-11-23T12:00:00+00:00", "2026-11-23T13:00:00+00:00",
        "stopped", unit="jobs", requested=8, core_hours=1.5, used=USED,
    )  # fmt: skip
    return replace(entry, **changes)


# The file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "history.jsonl"


def test_it_is_kept_for_its_user_alone(path: Path) -> None:
    """Guards against others who learn what somebody computes, and a history that is not there."""
    assert History(path).entries() == ()
    older, newer = an_entry(), an_entry(id="c2", used=None)
    kept = History(path)
    kept.add(older)
    kept.add(newer)
    assert kept.entries() == History(path).entries() == (newer, older)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    path.chmod(0o644)
    kept.add(an_entry(id="c3"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(kept.entries()) == 3, "read again when it has changed"


BROKEN = (
    "{", "[]", "null", "\x00\xff", "[" * 100_000, '{"id": "c9"}',
    json.dumps({"id": "c9", "name": 1}),
)  # fmt: skip


@pytest.mark.parametrize("line", BROKEN, ids=lambda line: line[:12])
def test_a_broken_line(path: Path, line: str) -> None:
    """Guards against one damaged line that costs all others, or the server its form."""
    kept = History(path)
    kept.add(an_entry())
    with path.open("ab") as file:
        file.write(line.encode("latin-1"))  # and no end of the line: the disk was full
    kept.add(an_entry(id="c2"))
    assert [one.id for one in kept.entries()] == ["c2", "c1"]


@pytest.mark.parametrize(
    "changes",
    [{"launched": "yesterday"}, {"ended": "2026-11-23T12:00:00"}, {"used": Used(peak=-1)}],
)
def test_what_cannot_be(path: Path, changes: dict[str, Any]) -> None:
    """Guards against times that cannot be shown, and advice from memory below 0."""
    kept = History(path)
    kept.add(an_entry(**changes))
    kept.add(an_entry(id="c2"))
    assert [one.id for one in kept.entries()] == ["c2"]


def test_it_does_not_grow_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a home directory that fills, and against losing what is new."""
    monkeypatch.setattr(history, "SIZE", 20_000)
    monkeypatch.setattr(history, "KEPT", 30)
    kept = History(path)
    for number in range(300):
        kept.add(an_entry(id=f"c{number}"))
        assert path.stat().st_size < 25_000
    ids = [one.id for one in kept.entries()]
    assert ids[:30] == [f"c{number}" for number in range(299, 269, -1)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(one.name for one in path.parent.iterdir()) == [".history-lock", "history.jsonl"]


def test_several_servers_write(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against entries that are lost while another server shortens the file."""
    monkeypatch.setattr(history, "SIZE", 30_000)
    monkeypatch.setattr(history, "KEPT", 40)

    def server(name: str) -> None:
        kept = History(path)
        for number in range(60):
            kept.add(an_entry(id=f"{name}{number}"))

    with ThreadPoolExecutor(4) as servers:
        list(servers.map(server, "abcd"))
    found = [one.id for one in History(path).entries()]
    assert len(found) >= 40
    assert found[0] in ("a59", "b59", "c59", "d59")
    assert all(history._entry(line) for line in path.read_bytes().splitlines())


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "directory"])
def test_what_is_no_file(
    path: Path, make: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    """Guards against a server that waits for ever, or ends, for something in its way."""
    path.parent.mkdir()
    make(path)
    kept = History(path)
    kept.add(an_entry())
    assert kept.entries() == ()
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


# What is kept of a cluster


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(AtOnce(tmp_path / "records"), tmp_path / "platforms")


def entries(world: World) -> list[Entry]:
    """Return what is in the file when everything is written."""
    kept = world.store.history
    assert kept.finish(60)
    return list(kept.entries())


def run(story: Any) -> None:
    """Run it to its end; seconds pass at once."""
    loop = VirtualLoop()
    loop.run_until_complete(story)
    loop.close()


def running(**changes: Any) -> Cluster:
    report = Report(used=USED, core_seconds=3600, ready=2)
    return a_cluster(**{"state": State.RUNNING, "report": report, **changes})


def test_a_cluster_that_is_stopped(world: World) -> None:
    """Guards against a history of failures only; what comes at the very end counts, too."""
    managed = world.add(running())

    async def story() -> None:
        managed.close()
        managed._reported({"used": {**vars(USED), "peak": 3.5e9}})
        await managed.settled()

    run(story())
    assert managed.gone
    (entry,) = entries(world)
    assert (entry.id, entry.state, entry.message) == ("c1", "stopped", "")
    assert (entry.core_hours, entry.unit, entry.requested) == (1, "workers", 2)
    assert entry.used == replace(USED, peak=3.5e9)
    assert list(world.store.root.iterdir()) == []


def test_a_row_that_ended_and_is_dismissed(world: World) -> None:
    """Guards against a cluster that counts twice, and one that another server dismissed."""
    managed = world.add(running())

    async def story() -> None:
        managed.put(managed.cluster.to(State.CLOSED, "Stopped after 1 hour without work."))
        (record,) = world.store.load()
        assert record.ended == managed.cluster.ended
        managed.close()
        await managed.settled()

    run(story())
    (entry,) = entries(world)
    assert (entry.state, entry.message) == ("closed", "Stopped after 1 hour without work.")
    assert entry.ended == managed.cluster.ended


@pytest.mark.parametrize(
    "noted",
    [
        {"used": {**vars(USED), "peak": 9e9}, "core_seconds": 7200.0},
        {"used": {**vars(USED), "peak": -1}, "core_seconds": 7200.0},
        {"used": vars(USED), "core_seconds": "many"},
        {"core_seconds": 7200.0},
    ],
)
def test_a_cluster_that_ended_without_a_server(world: World, noted: dict[str, Any]) -> None:
    """Guards against advice from the first minutes of a cluster that then ran for days."""
    managed = world.add(running())
    process = world.controllers.running()[0]

    async def story() -> None:
        managed.detach()
        process.end("Stopped after 1 hour without work.")
        path = world.store.root / "c1" / "ended.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **noted}))
        await managed.attach()
        await managed.settled()

    run(story())
    (entry,) = entries(world)
    good = "used" in noted and noted["used"]["peak"] == 9e9
    assert entry.used is not None
    assert (entry.used.peak, entry.core_hours) == ((9e9, 2) if good else (3.1e9, 1))
    assert managed.cluster.report.used == entry.used


def test_a_cluster_that_is_lost(world: World) -> None:
    """Guards against an end that is none: an unreachable cluster may be reached again."""
    managed = world.add(running(state=State.LOST, message="This computer was restarted."))

    async def story() -> None:
        managed.put(replace(managed.cluster, name="Neap"))
        assert entries(world) == []
        managed.close()
        await managed.settled()

    run(story())
    (entry,) = entries(world)
    assert (entry.state, entry.name) == ("lost", "Neap")


def test_a_cluster_that_was_joined(world: World) -> None:
    """Guards against advice from what others computed."""
    managed = world.add(running(report=Report(used=USED, joined=True)))

    async def story() -> None:
        managed.put(managed.cluster.to(State.CLOSED, "The cluster was stopped."))

    run(story())
    assert entries(world) == []


@pytest.mark.parametrize(
    "message",
    [
        "sbatch: error: cannot open /data/ann/job.sh",
        "No such file: ~/tides/keys",
        "https://example.org/?token=abc123 does not answer",
        "The password='abc123' is wrong.",
    ],
)
def test_messages_with_paths_or_secrets(message: str) -> None:
    """Guards what is kept for long against what belongs to one moment and one user."""
    failed = a_cluster(state=State.FAILED, message=message)
    status = backend().status(failed, NOW)
    assert usage.entry(failed, status, "failed").message == ""
    plain = replace(failed, message="Creating the cluster\x1b took\ntoo long." + "!" * 300)
    kept = usage.entry(plain, status, "failed").message
    assert kept.startswith("Creating the cluster took too long.!!!")
    assert len(kept) == usage.LENGTH


@pytest.mark.parametrize(
    ("create", "decimal"),
    [
        ('LocalCluster(memory_limit="4GB")', True),
        ("SLURMCluster(\n    memory='10 GB',\n)", True),
        ('LocalCluster(memory_limit="4GiB")', False),
        ("LocalCluster()", False),
    ],
)
def test_the_units_of_the_user(create: str, decimal: bool) -> None:
    """Guards against 9.3 GiB for the 10 GB that were requested."""
    one = running(create=create)
    assert usage.entry(one, backend().status(one, NOW), "stopped").decimal == decimal


def test_who_ran_out_of_memory() -> None:
    """Guards against advice for less memory where there was too little."""

    def short(cluster: Cluster) -> bool:
        kind = "batch" if cluster.batch else "local"
        return usage.short_of_memory(cluster, backend(kind).status(cluster, NOW))

    assert not short(running())
    assert short(running(report=Report(killed=1)))
    assert short(running(report=Report(failed=1)))
    ended = job("1", Phase.ENDED, "OUT_OF_MEMORY", failed=True)
    assert short(batch_row(State.FAILED, queue=Queue((ended,), polled=True)))
    ended = job("1", Phase.ENDED, "TIMEOUT", failed=True)
    assert not short(batch_row(State.FAILED, queue=Queue((ended,), polled=True)))
