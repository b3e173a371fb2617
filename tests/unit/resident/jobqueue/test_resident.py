"""The resident of a cluster whose workers are jobs."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import a_cluster, backend
from jobqueues import FakeJobqueueCluster, a_resident, a_tracker

from jupyter_cluster_launcher.resident.jobqueue import resident as jobqueue
from jupyter_cluster_launcher.resident.jobqueue import tracker as job_tracker
from jupyter_cluster_launcher.resident.jobqueue.resident import (
    RESIDENT,
    NotTrackedError,
    queue_position,
)
from jupyter_cluster_launcher.resident.jobqueue.tracker import SubmissionError
from jupyter_cluster_launcher.resident.jobqueue.workers import Shortfalls
from jupyter_cluster_launcher.resident.logs import Logs
from jupyter_cluster_launcher.resident.report import Report

# The tracker


def test_entries() -> None:
    """Guards what a row is made of, and a report that changes after it was sent."""
    tracker = a_tracker(w0="11", w1="!refused")
    report = tracker.report()
    assert report[0] == {
        "worker": "0", "id": "11", "error": None, "closed": False, "lost": False, "ended": False,
    }  # fmt: skip
    tracker.entries[0]["closed"] = True
    assert not report[0]["closed"]
    again = tracker.begin(0)
    assert tracker.latest([0, 7]) == {0: again, 7: None}


def test_closed_jobs_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a record that grows for days under adaptive scaling."""
    monkeypatch.setattr(job_tracker, "REMEMBERED", 2)
    tracker = a_tracker(w0="10")
    for number in range(1, 6):
        tracker.begin(number)["closed"] = True
    tracker.begin(6)
    assert [entry["worker"] for entry in tracker.entries] == ["0", "4", "5", "6"]
    assert tracker.submitted == 7


# Renewal


def test_a_row_without_the_replacements(published: list[Report], tmp_path: Path) -> None:
    """Guards against "3 of 2 jobs" while an old job hands over to a new one."""
    cluster = FakeJobqueueCluster(0, 1, 2, working=("0", "1", "2"))
    resident = a_resident(cluster, a_tracker(w0="11", w1="12", w2="13"), tmp_path)
    report = {"renewed": 3, "renew_until": "2026-11-23T18:00:00+00:00"}
    renewal: Any = SimpleNamespace(extra=1, report=lambda: report, stop=lambda: None)
    resident.renewal = renewal
    found = resident.sample().report
    assert (found["ready"], found["renewed"]) == (2, 3)
    resident.tracker.unit = "workers"
    found = resident.sample().report
    assert (found["ready"], found["requested"]) == (2, 2)


# Starting


def test_a_launch_waits_for_the_batch_system(published: list[Report], tmp_path: Path) -> None:
    """Guards against "running" before the batch system has decided on any job."""
    tracker = a_tracker(w0="11")
    cluster = FakeJobqueueCluster(0, 1)
    timer = threading.Timer(0.1, lambda: tracker.begin(1).update({"id": "12"}))
    timer.start()
    a_resident(cluster, tracker, tmp_path)
    timer.join()
    assert [job["id"] for job in published[0]["jobs"]] == ["11", "12"]


def test_a_launch_whose_jobs_are_all_refused(published: list[Report], tmp_path: Path) -> None:
    """Guards against a cluster that waits for workers which never come."""
    cluster = FakeJobqueueCluster(0, 1)
    with pytest.raises(SubmissionError, match="Invalid partition"):
        a_resident(cluster, a_tracker(w0="!Invalid partition", w1="!Invalid partition"), tmp_path)
    assert published == []
    a_resident(cluster, a_tracker(w0="!Invalid partition", w1="12"), tmp_path)


def test_a_batch_system_that_does_not_decide(
    published: list[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a launch that never ends."""
    monkeypatch.setattr(jobqueue, "SUBMIT_LIMIT", 0.05)
    a_resident(FakeJobqueueCluster(0), a_tracker(w0=None), tmp_path)
    assert published[0]["jobs"][0]["id"] is None


def test_jobs_of_a_cluster_that_is_still_being_created(tmp_path: Path) -> None:
    """Guards against jobs that wait in the queue for a controller that has ended."""
    one, cancelled = RESIDENT(), tmp_path / "cancelled"
    one.tracker = a_tracker(w0="11", w1=None, w2="!refused", w3="14")
    one.tracker.entries[3]["closed"] = True
    one.close(None)
    assert not cancelled.exists(), "no job was submitted by dask-jobqueue"
    one.tracker.cancel_command = f"sh -c 'echo $0 >> {cancelled}'"
    one.tracker.directory = str(tmp_path)
    one.close(None)
    assert cancelled.read_text() == "11\n"
    assert (tmp_path / "cancelled-ids").read_text() == "11\n", "no server tries it again"
    one.tracker.cancel_command = "false"
    one.close(None)
    assert (tmp_path / "cancelled-ids").read_text() == "11\n"


async def test_a_job_that_was_not_canceled(tmp_path: Path) -> None:
    """Guards against a job that goes on, as the batch system did not answer when it was closed."""
    one, cancelled = RESIDENT(), tmp_path / "cancelled"
    one.tracker = a_tracker(w0="11", w1="12")
    one.tracker.entries[1]["closed"] = True
    one.tracker.cancel_command = f"sh -c 'echo $0 >> {cancelled}'"
    one.cancel_jobs(["12"])
    for _ in range(500):
        if cancelled.exists() and cancelled.read_text():
            break
        await asyncio.sleep(0.01)
    assert cancelled.read_text() == "12\n"


@pytest.mark.parametrize("tracked", [False, True])
def test_a_class_whose_jobs_cannot_be_tracked(
    published: list[Report], tmp_path: Path, tracked: bool
) -> None:
    """Guards against "object has no attribute 'tracker'" where a platform file is wrong."""
    one, cluster = RESIDENT(), FakeJobqueueCluster(0)
    one.begin(str(tmp_path))
    why = "it does not submit them as the classes of dask-jobqueue do"
    if tracked:
        one.tracker = a_tracker(w0="11")
        cluster.scheduler = SimpleNamespace(address="tcp://127.0.0.1:1")
        why = "its scheduler does not run in the process that created the cluster"
    with pytest.raises(NotTrackedError) as raised:
        one.start(cluster)
    for kind in ("batch", "jobqueue"):
        shown = backend(kind).explain(a_cluster(), "NotTrackedError", str(raised.value))
        assert shown == (
            f"The launcher cannot track the jobs of FakeJobqueueCluster: {why}. In the platform "
            "file, write kind: remote and remove the line batch: if there is one."
        )


# Counting


def test_jobs_or_workers_are_counted(published: list[Report], tmp_path: Path) -> None:
    """Guards against "2 of 1 workers": a job may bring several, and the user counts either."""
    cluster = FakeJobqueueCluster(0, 1, working=("0-0", "0-1"), processes=2)
    a_resident(cluster, a_tracker("jobs", w0="11", w1="12"), tmp_path)
    assert (published[-1]["ready"], published[-1]["requested"]) == (1, 2)
    assert published[-1]["used"]["each"] == 2, "a job needs the memory of both"
    a_resident(cluster, a_tracker("workers", w0="11", w1="12"), tmp_path)
    assert (published[-1]["ready"], published[-1]["requested"]) == (2, 4)
    assert published[-1]["used"]["each"] == 1


def test_a_job_is_ready_with_its_last_worker(published: list[Report], tmp_path: Path) -> None:
    """Guards a row that is green while half of the workers are missing."""
    cluster = FakeJobqueueCluster(0, 1, working=("0-0", "0-1", "1-1"), processes=2)
    one = a_resident(cluster, a_tracker("jobs", w0="11", w1="12"), tmp_path)
    assert published[-1]["ready"] == 1
    assert one.tracker.worked == {"0", "1"}, "such jobs end when their workers go"
    one.scale(1)
    assert list(cluster.worker_spec) == [0, 1], "a job with one worker of two has data already"


def test_jobs_that_lose_some_of_their_workers() -> None:
    """Guards a row that says "1 of 2 jobs" and not why; what a nanny restarts is no news."""
    cluster = FakeJobqueueCluster(0, 1, 2, processes=2)
    now = [0.0]
    shortfalls = Shortfalls(lambda: now[0])

    def warning(*working: str) -> str | None:
        cluster.scheduler_info = {"workers": {one: {"name": one} for one in working}}
        now[0] += 3
        return shortfalls.warning(cluster)

    beginning = [warning("0-0", "0-1", "1-0") for _ in range(4)]
    assert beginning == [None] * 4, "job 1 still starts its second worker"
    everyone = ("0-0", "0-1", "1-0", "1-1", "2-0", "2-1")
    assert [warning(*everyone), warning("0-0", "0-1", "1-0"), warning(*everyone)] == [None] * 3
    lost = [warning("0-0", "0-1", "1-0") for _ in range(3)]
    assert lost == [None] * 2 + [
        "1 job has lost some of its workers: 1 of 2 are left. Its log says why."
    ]
    more = [warning("0-0", "1-0") for _ in range(3)]
    assert more[-1] == (
        "2 jobs have lost some of their workers: 2 of 4 are left. Their logs say why."
    )
    assert warning(*everyone) is None


def test_jobs_that_the_batch_system_ended(published: list[Report], tmp_path: Path) -> None:
    """Guards against a job that ended and counts for ever."""
    one = a_resident(FakeJobqueueCluster(0, 1), a_tracker(w0="11", w1="12"), tmp_path)
    one.jobs_ended(["12"])
    assert [job["ended"] for job in published[-1]["jobs"]] == [False, True]
    one.jobs_ended([])
    assert [job["ended"] for job in published[-1]["jobs"]] == [False, True]


# Scaling


def test_jobs_that_wait_go_first(published: list[Report], tmp_path: Path) -> None:
    """Guards data: a job with a worker stays, and of those that wait the last in the queue goes."""
    cluster = FakeJobqueueCluster(0, 1, 2, 3, working=("3",))
    one = a_resident(cluster, a_tracker(w0="13", w1="11", w2="12", w3="14"), tmp_path)
    one.scale(2)
    assert sorted(cluster.worker_spec) == [1, 3]
    assert cluster.calls == [("scale", {"jobs": 2})]


def test_refused_and_ended_jobs_are_tried_again(published: list[Report], tmp_path: Path) -> None:
    """Guards against a name whose job was refused, which dask-jobqueue would keep as it is."""
    cluster = FakeJobqueueCluster(0, 1, 2)
    tracker = a_tracker(w0="11", w1="!refused", w2="13")
    one = a_resident(cluster, tracker, tmp_path)
    one.jobs_ended(["13"])
    for number in range(3, 6):
        tracker.begin(number)
    one.scale(3)
    assert list(cluster.worker_spec) == [0]
    assert cluster._i == 6, "a name that was used is not used again"


def test_workers_are_scaled_by_whole_jobs(published: list[Report], tmp_path: Path) -> None:
    """Guards against half a job."""
    cluster = FakeJobqueueCluster(0, processes=4)
    one = a_resident(cluster, a_tracker("workers", w0="11"), tmp_path)
    one.scale(5, unit="workers")
    assert cluster.calls == [("scale", {"jobs": 2})]


def test_place_in_the_queue() -> None:
    """Guards against an order of texts, in which 9 comes after 10."""
    tracker = a_tracker(w0="9", w1="10", w2="x1", w3=None)
    places = [queue_position(entry) for entry in [*tracker.entries, None]]
    assert places == [9, 10, float("inf"), float("inf"), float("inf")]


def test_logs_are_those_of_the_scheduler(
    published: list[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a batch cluster whose scheduler's log is not shown.

    A worker that its nanny killed within a job is counted, with what the scheduler logged of it.
    """
    cluster = FakeJobqueueCluster(0)
    cluster.scheduler.get_events = lambda topic: [(5.0, {"worker": "tls://w9"})]
    one = a_resident(cluster, a_tracker(w0="11"), tmp_path)
    assert one.sample().report["killed"] == 1

    def on_scheduler(request: object, limit: float) -> Logs:
        return {"scheduler": "x\nRemoving tls://w9\n", "workers": []}

    monkeypatch.setattr(one, "on_scheduler", on_scheduler)
    logs = one.logs()
    assert logs["scheduler"].startswith("x\n")
    assert logs["workers"][0]["text"].endswith("\n\nRemoving tls://w9\n")
