"""Which workers the jobs of a large cluster have brought."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from jupyter_cluster_launcher.resident.jobqueue.workers import workers_of

JOBS = 300


class Name:
    """The name of a worker that counts how often it is looked at."""

    looks = 0

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        Name.looks += 1
        return self._text


def a_cluster(jobs: list[Any], workers: list[Any]) -> Any:
    """A cluster of these jobs, with workers of these names."""
    info = {"workers": {number: {"name": name} for number, name in enumerate(workers)}}
    return SimpleNamespace(worker_spec=dict.fromkeys(jobs), scheduler_info=info)


def test_a_poll_does_not_compare_all_workers_with_all_jobs() -> None:
    """Guards against a controller that is busy with 1,000 jobs: each poll took 2 s."""
    workers = [Name(f"{number}-{one}") for number in range(JOBS) for one in range(2)]
    found = workers_of(a_cluster(list(range(JOBS)), workers))
    assert found == dict.fromkeys(range(JOBS), 2)
    assert Name.looks <= 2 * len(workers)


def test_each_worker_counts_for_its_own_job() -> None:
    """Guards against a worker of job 11 that counts for job 1, and against names with dashes."""
    workers = ["1", "11-0", "11-1", "site-1-0", "site-12", "another"]
    found = workers_of(a_cluster([1, 11, 2, "site-1", "site-12"], workers))
    assert found == {1: 1, 11: 2, 2: 0, "site-1": 1, "site-12": 1}
