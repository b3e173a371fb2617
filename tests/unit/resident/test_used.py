"""What a cluster has used, from poll to poll."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from clocks import Clocks
from fake_clusters import FakeCluster

from jupyter_cluster_launcher.resident.local import LocalResident
from jupyter_cluster_launcher.resident.observed.news import WORK, differs
from jupyter_cluster_launcher.resident.observed.scheduler import sample_scheduler
from jupyter_cluster_launcher.resident.report import Polled, Report, Used
from jupyter_cluster_launcher.resident.watching import watch as watching
from jupyter_cluster_launcher.resident.watching.used import Meter
from jupyter_cluster_launcher.resident.watching.watch import Watch

GB = 10**9


def polled(cpu: float, peak: float, done: int = 0, **usage: Any) -> Polled:
    """Return the state of 8 jobs with a core each."""
    known: Any = {"cpu": cpu, "memory": 1, "tasks": 40, "done": done, "busy": True, **usage}
    largest: Any = {"peak": peak, "limit": 10 * GB, "threads": 1, "each": 1}
    return {"ready": 8, "cores": 8, "usage": known, "largest": largest}


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def test_it_adds_up(clocks: Clocks) -> None:
    """Guards the figures that the next launch follows from: peaks stay, times add up."""
    meter = Meter()
    meter.count({"ready": 0, "cores": 0})
    clocks.pass_by(100)
    meter.count({"ready": 0, "cores": 0})
    clocks.pass_by(30)
    meter.count(polled(1.0, 3.1 * GB, 10, spilled=5))
    clocks.pass_by(60)
    used = meter.count(polled(0.1, 1 * GB, 30, erred=1, spilled=0, busy=False))
    assert (used["units"], used["limit"], used["peak"]) == (8, 10 * GB, 3.1 * GB)
    assert (used["spilled"], used["tasks"], used["busy"]) == (5, 31, 30)
    assert (used["core_seconds"], used["cpu_seconds"]) == (720, 288)
    ended: Polled = {"ready": 0, "cores": 0, "usage": None}
    clocks.pass_by(60)
    assert meter.count(ended) == used, "without workers nothing is used"


def test_tasks_that_are_forgotten(clocks: Clocks) -> None:
    """Guards against a hundred tasks that count as ten, because ten are kept at a time."""
    meter = Meter()
    for done in (10, 0, 10, 4, 10):
        used = meter.count(polled(1.0, GB, done))
    assert used["tasks"] == 26


def test_tasks_that_are_counted(clocks: Clocks) -> None:
    """Guards against a thousand short tasks between two polls that are none."""
    cluster: Any = FakeCluster(0)
    prefixes = [{"waiting": 40, "processing": 40, "memory": 39, "erred": 1}, {"memory": 960}]
    cluster.scheduler.task_prefixes = {
        str(number): SimpleNamespace(state_counts=counts) for number, counts in enumerate(prefixes)
    }
    cluster.scheduler.task_groups = {}
    meter = Meter()
    for _ in range(2):
        assert meter.count(sample_scheduler(cluster).report)["tasks"] == 1000


def test_another_controller_goes_on(clocks: Clocks) -> None:
    """Guards against a cluster of a gateway that has used nothing before its controller died."""
    meter = Meter()
    clocks.pass_by(10)
    before = meter.count(polled(0.5, 3 * GB, 7))
    after = Meter(before)
    clocks.pass_by(10)
    used = after.count(polled(0.5, GB, 2))
    assert (used["peak"], used["tasks"], used["core_seconds"]) == (3 * GB, 9, 160)


def test_what_is_worth_a_report() -> None:
    """Guards an idle sidebar, and hours of work whose controller is killed."""

    def report(**changes: Any) -> Report:
        used: Any = {"cpu_seconds": 100.0, "peak": GB, "limit": 10 * GB, **changes}
        return {"cores": 8, "memory": 80 * GB, "usage": polled(1.0, GB)["usage"], "used": used}

    before = report()
    assert not differs(report(cpu_seconds=100 + 8 * WORK - 1), before, 10)
    assert differs(report(cpu_seconds=100 + 8 * WORK), before, 10)
    assert not differs(report(peak=1.2 * GB), before, 10)
    assert differs(report(peak=1.3 * GB), before, 10)
    assert not differs(report(peak=1.3 * GB), before, 1), "not more often than the other meters"


@pytest.fixture
def resident(published: list[Report], tmp_path: Path) -> LocalResident:
    """A resident that watches two workers, and polls when the test says so."""
    one = LocalResident()
    one.begin(str(tmp_path))
    one.watch.done.set()
    one.watch.join()
    one.start(FakeCluster(0, 1))
    return one


def used_in(report: Report) -> Used:
    assert "largest" not in report
    return report["used"]


def test_reports_say_it(clocks: Clocks, resident: LocalResident, published: list[Report]) -> None:
    """Guards against figures that no server ever gets, and those of the last seconds."""
    assert used_in(published[0])["units"] == 2
    clocks.pass_by(60)
    resident.watch.poll()
    assert len(published) == 1, "no news"
    resident.close(resident.cluster)
    last = used_in(published[-1])
    assert (last["peak"], last["limit"], last["threads"]) == (100, 1000, 2)
    assert (last["core_seconds"], last["cpu_seconds"]) == (240, 120)


def test_a_cluster_that_ends_by_itself(
    published: list[Report], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clocks: Clocks
) -> None:
    """Guards against an idle end whose row has the figures of the last report before."""
    monkeypatch.setattr(watching, "within", lambda seconds, step: True)
    one = Watch(lambda: None, str(tmp_path))
    one.begin(lambda: sample_scheduler(FakeCluster(0)))
    one.poll()
    clocks.pass_by(1)
    one.poll()
    one.end("Stopped after 10 minutes without work.")
    assert len(published) == 2
    assert used_in(published[-1])["core_seconds"] == 2
    # For a server that was not there.
    noted = json.loads((tmp_path / "ended.json").read_text())
    assert noted["used"] == used_in(published[-1])
    assert noted["core_seconds"] == 2
