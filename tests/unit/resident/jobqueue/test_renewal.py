"""Jobs that are replaced before their time limit."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from fake_clusters import FakeCluster, a_worker

from jupyter_cluster_launcher.resident.jobqueue.renewal import RETRY, Renewal
from jupyter_cluster_launcher.resident.jobqueue.tracker import JobTracker

LIFE = 1000.0
KEPT = 10_000.0


class Cluster(FakeCluster):
    """A cluster of jobs whose workers the test brings; data moves unless it is ``stuck``."""

    def __init__(self, jobs: int, processes: int = 1) -> None:
        super().__init__()
        self._i = 0
        self._dummy_job = SimpleNamespace(worker_processes=processes)
        self.retired: list[str] = []
        self.stuck: set[str] = set()
        self.tracker = JobTracker("dask-a", "jobs", [])
        self.scheduler.workers = {}
        self.scheduler.retire_workers = self._retire
        self.scale(jobs=jobs)

    @property
    def scheduler_info(self) -> dict[str, Any]:
        return {"workers": {key: {"name": one.name} for key, one in self.scheduler.workers.items()}}

    def scale(self, **kwargs: int) -> None:
        """Submit jobs up to a number, as Dask does."""
        while len(self.worker_spec) < kwargs["jobs"]:
            while self._i in self.worker_spec:
                self._i += 1
            self.worker_spec[self._i] = {}
            self.tracker.begin(self._i)["id"] = str(100 + self._i)

    def bring(self, *jobs: int) -> None:
        """Have jobs bring their workers."""
        for job in jobs:
            each = self._dummy_job.worker_processes
            names = [str(job)] if each == 1 else [f"{job}-{one}" for one in range(each)]
            self.scheduler.workers.update({f"tls://{name}": a_worker(name) for name in names})

    async def _retire(self, workers: list[str], close_workers: bool, remove: bool) -> None:
        assert close_workers
        assert remove
        for address in workers:
            if address not in self.stuck:
                self.retired.append(address)
                self.scheduler.workers.pop(address, None)


class Clock:
    """Seconds that the test lets pass."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


class World:
    """A cluster, its renewal, and the time."""

    def __init__(self, jobs: int = 2, processes: int = 1, kept: float = KEPT) -> None:
        self.clock, self.cluster = Clock(), Cluster(jobs, processes)
        settings: Any = {"seconds": kept, "life": LIFE}
        cluster: Any = self.cluster
        self.renewal = Renewal(cluster, self.cluster.tracker, settings, self.clock)

    def at(self, now: float) -> list[int]:
        """Let the time pass, and return the jobs that there are."""
        self.clock.now = now
        asyncio.run(self.renewal.step())
        return sorted(self.cluster.worker_spec)

    @property
    def renewed(self) -> int:
        """How many jobs were renewed."""
        return self.renewal.report()["renewed"]


@pytest.fixture
def world() -> World:
    """Two jobs that began to work at second 200, after as long a wait."""
    world = World()
    assert world.at(0) == [0, 1]
    world.cluster.bring(0, 1)
    world.at(200)
    return world


def test_a_replacement_is_submitted_one_wait_ahead(world: World) -> None:
    """Guards against workers that end before others are there."""
    assert world.at(999) == [0, 1]
    assert world.at(1000) == [0, 1, 2, 3]
    assert world.renewal.extra == 2
    assert world.at(1100) == [0, 1, 2, 3]
    assert world.cluster.retired == []


def test_the_old_ones_go_when_the_others_work(world: World) -> None:
    """Guards data: workers are retired, and only those whose successors are there."""
    world.at(1000)
    world.cluster.bring(2)
    assert world.at(1010) == [1, 2, 3]
    assert world.cluster.retired == ["tls://0"]
    assert (world.renewed, world.renewal.extra) == (1, 1)
    closed = [job["worker"] for job in world.cluster.tracker.entries if job["closed"]]
    assert closed == ["0"], "else its end is shown as one that nobody wanted"
    world.cluster.bring(3)
    assert world.at(1020) == [2, 3]
    assert (world.renewed, world.renewal.extra) == (2, 0)
    # And again, each in its turn.
    assert world.at(1809) == [2, 3]
    assert world.at(1811) == [2, 3, 4]
    assert world.at(1821) == [2, 3, 4, 5]


def test_all_workers_of_a_replacement(world: World) -> None:
    """Guards against half a job in the place of a whole one."""
    world = World(jobs=1, processes=2)
    world.at(0)
    world.cluster.bring(0)
    world.at(0)
    world.at(990)
    world.cluster.scheduler.workers["tls://1-0"] = a_worker("1-0")
    assert world.at(991) == [0, 1]
    world.cluster.bring(1)
    assert world.at(992) == [1]
    assert world.cluster.retired == ["tls://0-0", "tls://0-1"]


def test_data_that_cannot_move(world: World) -> None:
    """Guards data that finds no place on another worker: its worker stays for now."""
    world.at(1000)
    world.cluster.stuck = {"tls://0"}
    world.cluster.bring(2, 3)
    assert world.at(1010) == [0, 2, 3]
    world.cluster.stuck = set()
    assert world.at(1011) == [2, 3]
    assert world.renewed == 2


def test_nothing_after_the_end(world: World) -> None:
    """Guards against jobs that nobody asked for."""
    short = World(kept=1100.0)
    short.at(0)
    short.cluster.bring(0, 1)
    short.at(0)
    assert short.at(999) == [0, 1, 2, 3]
    short.cluster.bring(2, 3)
    short.at(1000)
    assert short.at(1099) == [2, 3]
    assert short.at(1900) == [2, 3]


def test_a_long_queue(world: World) -> None:
    """Guards against jobs that do nothing but replace each other."""
    world = World(jobs=1)
    world.at(0)
    world.cluster.bring(0)
    world.at(5000)
    assert world.at(5499) == [0]
    assert world.at(5500) == [0, 1]


def test_a_short_queue_is_not_trusted() -> None:
    """Guards against a queue that is longer this time."""
    world = World(jobs=1)
    world.cluster.bring(0)
    world.at(0)
    assert world.at(899) == [0]
    assert world.at(900) == [0, 1]


def test_a_replacement_that_is_refused(world: World) -> None:
    """Guards against a limit of jobs: it is tried again, but not all the time."""
    world.at(1000)
    refused = world.cluster.tracker.latest([2])[2]
    assert refused
    refused["id"], refused["error"] = None, "QOSMaxSubmitJobPerUserLimit"
    world.at(1010)
    assert world.at(1009 + RETRY) == [0, 1, 2, 3]
    assert world.at(1010 + RETRY) == [0, 1, 3, 4]


def test_a_job_that_ended_first(world: World) -> None:
    """Guards against waiting for ever for a worker that went at its limit."""
    world.at(1000)
    world.cluster.scheduler.workers.clear()
    world.cluster.bring(2, 3)
    assert world.at(1300) == [2, 3]
    assert world.cluster.retired == []


def test_not_while_it_adapts(world: World) -> None:
    """Guards against two that submit jobs."""
    world.cluster.adapt()
    assert world.at(1000) == [0, 1]


def test_another_number_is_asked_for(world: World) -> None:
    """Guards the number of jobs against replacements that wait."""
    world.at(1000)
    world.cluster.bring(2)
    world.clock.now = 1010
    asyncio.run(world.renewal._settle())
    assert sorted(world.cluster.worker_spec) == [1, 2]
    assert world.renewal.extra == 0
