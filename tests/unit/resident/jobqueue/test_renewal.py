"""Jobs that are replaced before their time limit."""

from __future__ import annotations

import asyncio
import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from fake_clusters import FakeCluster, a_worker

from jupyter_cluster_launcher.resident.jobqueue.losses import MOST_FAILURES, PAUSE
from jupyter_cluster_launcher.resident.jobqueue.renewal import Renewal
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
        """Submit jobs up to a number, and close what is not wanted, as Dask does."""
        for entry in self.tracker.entries:
            if entry["worker"] not in map(str, self.worker_spec):
                entry["closed"] = True
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

    def lose(self, *jobs: int, error: str | None = None) -> None:
        """Have jobs end, or be rejected with an error."""
        for job, entry in self.tracker.latest(jobs).items():
            assert entry
            entry["error"] = error
            entry["ended"] = error is None
            for address in [f"tls://{job}", f"tls://{job}-0", f"tls://{job}-1"]:
                self.scheduler.workers.pop(address, None)

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

    def __init__(self, jobs: int = 2, processes: int = 1, kept: float | None = KEPT) -> None:
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

    @property
    def replaced(self) -> int:
        """How many jobs were replaced because they had ended."""
        return self.renewal.report()["replaced"]

    @property
    def submitted(self) -> int:
        """How many jobs were submitted in all."""
        return self.cluster.tracker.submitted


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
    assert world.at(1009 + PAUSE) == [0, 1, 2, 3]
    assert world.at(1010 + PAUSE) == [0, 1, 3, 4]


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


def test_a_job_that_ends_without_a_plan_is_replaced_at_once(world: World) -> None:
    """Guards the number of jobs against a lost node, and one that somebody canceled."""
    world.cluster.lose(0)
    assert world.at(300) == [1, 2]
    assert world.replaced == 1
    assert (world.renewed, world.renewal.extra) == (0, 0)
    (lost,) = [job for job in world.cluster.tracker.entries if job["closed"]]
    assert (lost["worker"], lost["lost"]) == ("0", True), "else nothing says how it ended"
    assert world.at(301) == [1, 2]


def test_a_worker_that_still_answers(world: World) -> None:
    """Guards against a batch system that has forgotten a job which goes on."""
    entry = world.cluster.tracker.latest([0])[0]
    assert entry
    entry["ended"] = True
    assert world.at(300) == [0, 1]


def test_a_job_that_dask_has_given_up(world: World) -> None:
    """Guards against a lost worker where no Jupyter server polls the batch system."""
    world.cluster.lose(0)
    entry = world.cluster.tracker.latest([0])[0]
    assert entry
    entry["ended"], entry["closed"], entry["lost"] = False, True, True
    assert world.at(300) == [1, 2]


def test_jobs_that_all_fail() -> None:
    """Guards against jobs that fail and are submitted for ever."""
    world, now = World(jobs=1), 0.0
    times = []
    while now < 3 * 3600:
        (job, *_) = [*world.at(now), None]
        if job is not None:
            times.append(now)
            world.cluster.lose(job)
        now += 5
    assert [later - earlier for earlier, later in itertools.pairwise(times)] == pytest.approx(
        [5, 60, 120, 240, 480], abs=6
    )
    assert world.submitted == 1 + MOST_FAILURES
    assert world.renewal.extra == -1, "else a row says that nothing is missing"
    (warning,) = world.renewal.report()["warnings"]
    assert warning.startswith("1 job is not replaced any more: 6 in a row ended too soon.")
    asyncio.run(world.renewal._settle())  # as another number is asked for
    assert "warnings" not in world.renewal.report()
    assert world.renewal.extra == 0


def test_a_loss_after_much_work_counts_for_itself() -> None:
    """Guards against a cluster that is given up after a few nodes in a month."""
    world = World(jobs=1, kept=1e7)
    now = 0.0
    for job in range(2 * MOST_FAILURES):
        assert world.at(now) == [job]
        world.cluster.bring(job)
        world.at(now + 1)
        now += 800
        world.cluster.lose(job)
    assert world.at(now) == [2 * MOST_FAILURES]


def test_a_rejected_job_is_tried_again(world: World) -> None:
    """Guards against a limit of jobs that is over a minute later; its reason stays till then."""
    world = World(jobs=2)
    world.cluster.bring(0)
    world.cluster.lose(1, error="QOSMaxSubmitJobPerUserLimit")
    assert world.at(1) == [0, 1]
    assert world.renewal.extra == 0
    assert world.at(PAUSE) == [0, 1]
    assert world.at(PAUSE + 1) == [0, 2]


def test_replacements_that_fail_are_bounded() -> None:
    """Guards against one job after the other for as long as the old one works."""
    world = World(jobs=1, kept=1e7)
    world.renewal.life = 100_000.0
    world.cluster.bring(0)
    world.at(0)
    world.renewal._waits.append(50_000.0)
    for now in range(50_000, 60_000, 10):
        world.at(now)
        for job in world.cluster.worker_spec:
            if job:
                world.cluster.lose(job)
    assert 0 in world.cluster.worker_spec
    assert world.submitted == 2 + MOST_FAILURES
    world.cluster.lose(0)
    world.at(60_001)
    assert world.submitted == 2 + MOST_FAILURES
    assert "warnings" in world.renewal.report()


def test_a_replacement_that_is_lost_before_it_took_over(world: World) -> None:
    """Guards against waiting for a job that began and went."""
    world = World(jobs=1, processes=2)
    world.cluster.bring(0)
    world.at(0)
    world.at(900)
    world.cluster.scheduler.workers["tls://1-0"] = a_worker("1-0")
    world.at(901)
    world.cluster.lose(1)
    world.at(902)
    assert world.at(902 + PAUSE) == [0, 2]


def test_jobs_that_are_kept_from_later_on() -> None:
    """Guards jobs that began long before anyone wanted to keep them."""
    world = World(jobs=1, kept=None)
    world.cluster.bring(0)
    world.at(0)
    assert world.renewal.report() == {}
    assert world.at(950) == [0]
    world.renewal.keep(KEPT)
    assert world.renewal.report()["renew_until"]
    assert world.at(951) == [0, 1]


def test_jobs_that_are_no_longer_kept(world: World) -> None:
    """Guards against jobs that nobody wants any more."""
    world.renewal.keep(None)
    assert world.at(1000) == [0, 1]
    world.cluster.lose(0)
    assert world.at(1001) == [0, 1]


def test_nothing_is_promised_while_it_adapts(world: World) -> None:
    """Guards against a row that says until when jobs are kept, and they are not."""
    world.cluster.adapt()
    assert world.renewal.report() == {}
