"""The workers of a cluster one by one, and the restart of one of them."""

from __future__ import annotations

from typing import Any

import pytest
from fake_clusters import FakeCluster

from jupyter_cluster_launcher.resident.local import LocalResident
from jupyter_cluster_launcher.resident.observed.workers import (
    CannotRestartError,
    restart,
    worker_rows,
)

NANNY = "tls://nanny"


def a_worker(name: Any, **metrics: Any) -> Any:
    """A worker as its scheduler describes it."""
    known = {"nthreads": 2, "memory_limit": 100, "status": "paused", "host": "n1", "nanny": NANNY}
    return {"name": name, **known, "metrics": {"cpu": 100, "memory": 90, **metrics}}


def test_the_rows() -> None:
    """Guards against workers in no order, and numbers that one version of Dask has elsewhere."""
    new = a_worker(10, task_counts={"executing": 1, "memory": 7}, spilled_bytes={"disk": 5})
    old = a_worker("9", executing=2, in_memory=4)
    bare = {"name": "x-1", "nthreads": 1, "memory_limit": None, "metrics": None}
    first, second, third = worker_rows({"tls://a": new, "tls://b": old, "tls://c": bare})  # type: ignore[dict-item]
    assert first == {
        **{"id": "tls://b", "name": "9", "host": "n1", "state": "paused", "threads": 2},
        **{"memory": 90, "memory_limit": 100, "cpu": 0.5, "spilled": 0},
        **{"tasks": 2, "results": 4, "restartable": True},
    }
    assert (second["tasks"], second["results"], second["spilled"]) == (1, 7, 5)
    assert (third["state"], third["memory_limit"], third["restartable"]) == ("running", None, False)


class Nannies:
    """A scheduler that has one nanny, which gives this answer."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, list[Any]()

    def get_logs(self, n: int) -> list[tuple[str, str]]:
        return []

    async def broadcast(
        self, *, msg: dict[str, Any], workers: list[str], nanny: bool = False
    ) -> Any:
        self.asked.append((msg["op"], workers, nanny))
        if isinstance(self.answer, Exception):
            raise self.answer
        return {workers[0]: self.answer}


async def test_a_restart() -> None:
    """Guards against a request that goes to the worker, which cannot restart itself."""
    nannies = Nannies("OK")
    await restart(nannies, "tls://a")
    assert nannies.asked == [("restart", ["tls://a"], True)]


@pytest.mark.parametrize(
    ("answer", "words"),
    [("timed out", "has not come back yet"), (OSError("gone"), "no longer there")],
)
async def test_a_restart_that_fails(answer: Any, words: str) -> None:
    """Guards against a button that does nothing and says nothing."""
    with pytest.raises(CannotRestartError, match=words):
        await restart(Nannies(answer), "tls://a")


def test_a_worker_that_cannot_be_restarted() -> None:
    """Guards against a worker that ends for good because it has no nanny."""
    resident = LocalResident()
    cluster: Any = FakeCluster(0)
    resident.cluster = cluster
    with pytest.raises(CannotRestartError, match="no longer there"):
        resident.restart_worker("tls://other")
    worker = cluster.scheduler.workers["tls://w0"]
    known = worker.identity()
    worker.identity = lambda: {**known, "nanny": None}
    with pytest.raises(CannotRestartError, match="has no nanny"):
        resident.restart_worker("tls://w0")
