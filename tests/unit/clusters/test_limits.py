"""What a platform allows its users, on one server and on several."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_controllers import FakeControllers
from fakes import write_platform
from virtual_time import Run
from worlds import AtOnce, World, crash

from jupyter_cluster_launcher.clusters.saved.root import LIMITS
from jupyter_cluster_launcher.errors import BadInputError, NotAvailableError
from jupyter_cluster_launcher.models import Cluster, State

Limited = Callable[..., tuple[World, World]]


@pytest.fixture
def limited(tmp_path: Path, run: Run) -> Iterator[Limited]:
    """Two servers of one user, on whose platforms these limits hold."""
    worlds: list[World] = []

    def make(**limits: float) -> tuple[World, World]:
        platforms, controllers = tmp_path / "platforms", FakeControllers()
        write_platform(platforms, "local", limits=limits)
        write_platform(platforms, "other", title="Other")
        for _ in range(2):
            worlds.append(World(AtOnce(tmp_path / "clusters"), platforms, controllers))
            run(worlds[-1].manager.attach())
        return worlds[0], worlds[1]

    yield make
    for world in worlds:
        run(crash(world))


async def launched(world: World, **request: Any) -> Cluster:
    """Return a cluster that runs."""
    row = await world.manager.start({"platform": "local", **request})
    for _ in range(600):
        if world.manager.get(row.id).state is State.RUNNING:
            return row
        await asyncio.sleep(0.1)
    raise AssertionError(world.manager.get(row.id))


def test_a_number_of_clusters(limited: Limited, run: Run) -> None:
    """Guards the limit against a second server, and a dismissed cluster against counting."""
    first, second = limited(clusters=2)

    async def story() -> None:
        row = await launched(first, name="Tides")
        await second.manager.start({"platform": "local", "name": "Waves"})
        sentence = (
            "Site allows each user 2 clusters at the same time. You have Tides, Waves: stop one "
            "first."
        )
        for world in (first, second):
            with pytest.raises(BadInputError) as refused:
                await world.manager.start({"platform": "local"})
            assert str(refused.value) == sentence
            # The user has been told before.
            preview = await world.manager.preview({"platform": "local"})
            assert preview.warnings == [sentence]
            assert (await world.manager.check({"platform": "local"}))[1] == [sentence]
        assert not (await first.manager.preview({"platform": "other"})).warnings
        await second.manager.start({"platform": "other"})
        with pytest.raises(BadInputError):  # nor a launch again
            await first.manager.start({"from": row.id})
        await first.manager.close(row.id)
        await first.manager.start({"from": row.id})

    run(story())


def test_a_number_of_workers(limited: Limited, run: Run) -> None:
    """Guards the limit against each way to get workers, and against a wrong number in words."""
    first, second = limited(workers=8)

    async def story() -> None:
        row = await launched(first, workers=5, name="Tides")
        rule = "Site allows each user 8 workers in all. 5 are taken by Tides: "
        requests: list[dict[str, Any]] = [{"workers": 4}, {"adapt": {"minimum": 1, "maximum": 4}}]
        for request in requests:
            with pytest.raises(BadInputError) as refused:
                await second.manager.start({"platform": "local", **request})
            assert str(refused.value) == f"{rule}request at most 3, or stop one first."
        other = await launched(second, workers=3, name="Waves")
        for change in ({"workers": 4}, {"adapt": {"minimum": 1, "maximum": 4}}):
            with pytest.raises(BadInputError, match="request at most 3, or stop one first"):
                await second.manager.change(other.id, change)
        assert second.manager.get(other.id).requested == 3
        await second.manager.change(other.id, {"workers": 1})
        await first.manager.change(row.id, {"workers": 7})
        with pytest.raises(BadInputError, match="8 are taken by Tides, Waves: stop one first"):
            await first.manager.start({"platform": "local", "workers": 1})

    run(story())


def test_more_than_all(limited: Limited, run: Run) -> None:
    """Guards the sentence of a user who has nothing to stop."""
    first, _ = limited(workers=4)
    with pytest.raises(BadInputError) as refused:
        run(first.manager.start({"platform": "local", "workers": 5}))
    assert str(refused.value) == "Site allows each user 4 workers in all. Request at most that."


def test_requests_at_the_same_time(limited: Limited, run: Run) -> None:
    """Guards against two servers that both find room for one more, and equal names."""
    first, second = limited(clusters=3)

    async def story() -> None:
        starts = [world.manager.start({"platform": "local"}) for world in (first, second) * 3]
        done = await asyncio.gather(*starts, return_exceptions=True)
        names = {one.name for one in done if isinstance(one, Cluster)}
        assert names == {"Site 1", "Site 2", "Site 3"}
        assert sum(isinstance(one, BadInputError) for one in done) == 3

    run(story())


def test_a_limit_that_was_lowered(limited: Limited, run: Run, tmp_path: Path) -> None:
    """Guards against a cluster that can no longer be made smaller, or whose file has gone."""
    first, _ = limited(workers=8, clusters=2)

    async def story() -> None:
        row = await launched(first, workers=6)
        write_platform(tmp_path / "platforms", "local", limits={"workers": 2, "clusters": 1})
        assert (await first.manager.scale(row.id, 4)).requested == 4
        with pytest.raises(BadInputError, match="Request at most that"):
            await first.manager.scale(row.id, 5)
        (tmp_path / "platforms" / "local.yaml").unlink()
        assert (await first.manager.scale(row.id, 8)).requested == 8

    run(story())


def test_a_server_that_hangs(limited: Limited, run: Run) -> None:
    """Guards against a launch that waits for another server for ever."""
    first, second = limited(clusters=3)

    async def story() -> None:
        async with first.manager._turn("local"):
            with pytest.raises(NotAvailableError, match="Another of your Jupyter servers is"):
                await second.manager.start({"platform": "local"})

    run(story())


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_disk_that_takes_nothing(
    limited: Limited, run: Run, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Guards users against "500: Internal Server Error" when they launch or scale."""
    first, _ = limited(clusters=3, workers=8)
    opened = os.open

    def refused(path: Any, *args: Any, **kwargs: Any) -> int:
        if Path(path).name == LIMITS:
            raise OSError(code, os.strerror(code))
        return opened(path, *args, **kwargs)

    async def story() -> None:
        row = await launched(first, workers=1)
        monkeypatch.setattr(os, "open", refused)
        sentence = "The limits of Site cannot be checked, because nothing can be written in "
        for wanted in (first.manager.start({"platform": "local"}), first.manager.scale(row.id, 2)):
            with pytest.raises(NotAvailableError, match=f"{sentence}.*: {os.strerror(code)}"):
                await wanted

    run(story())


def test_a_file_system_without_locks(
    limited: Limited, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards launches on a Lustre that is mounted without flock."""
    first, _ = limited(clusters=1)

    def refused(*_: Any) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", refused)

    async def story() -> None:
        await launched(first)
        with pytest.raises(BadInputError, match="1 cluster at the same time"):
            await first.manager.start({"platform": "local"})

    run(story())


@pytest.mark.parametrize("platform", ["local", "other"])
def test_clusters_that_cannot_be_counted(
    limited: Limited, run: Run, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """Guards against "500: Internal Server Error", and against a count of none."""
    first, _ = limited(clusters=1)
    listdir = os.listdir

    def stale(path: Any) -> list[str]:
        if path == first.store.root:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return listdir(path)

    async def story() -> None:
        await launched(first)
        with monkeypatch.context() as patched:
            patched.setattr(os, "listdir", stale)
            with pytest.raises(NotAvailableError, match=r"cannot be read: Stale file handle\."):
                await first.manager.start({"platform": platform})
            if platform == "local":
                with pytest.raises(NotAvailableError, match="cannot be read"):
                    await first.manager.preview({"platform": platform})
        assert len(first.manager.list()) == 1

    run(story())


def test_core_hours(limited: Limited, run: Run) -> None:
    """Guards against a cluster without the platform's limit, or with more."""
    first, _ = limited(core_hours=20)

    async def story() -> None:
        for wanted, got in ((None, 20), (5.5, 5.5), (20, 20)):
            row = await first.manager.start({"platform": "local", "core_hours": wanted})
            assert row.core_hours == got
        assert (await first.manager.start({"from": row.id})).core_hours == 20
        with pytest.raises(BadInputError) as refused:
            await first.manager.start({"platform": "local", "core_hours": 21})
        assert str(refused.value) == (
            "Site shuts clusters down after 20 core-hours. Request at most that."
        )
        assert (await first.manager.start({"platform": "other"})).core_hours is None

    run(story())
