"""What is known of a gateway's cluster, and the report that is made of it."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from clocks import Clocks
from fake_clusters import FakeGatewayCluster

from jupyter_cluster_launcher.resident.gateway.state import (
    SLOW_START,
    GatewayState,
    limit_in_words,
)
from jupyter_cluster_launcher.resident.observed.identity import WorkerIdentity

WORKER: WorkerIdentity = {
    "name": "w1", "nthreads": 2, "memory_limit": 1000, "metrics": {"cpu": 100.0, "memory": 100},
}  # fmt: skip
LIMIT = (
    "Scale request of 30 workers would exceed resource limit of 4 workers. Scaling to 4 instead."
)


@pytest.fixture
def state() -> GatewayState:
    """What is known of a cluster whose 4 workers were requested."""
    one = GatewayState(FakeGatewayCluster())
    one.requested = 4
    return one


def test_workers_that_never_come_are_worth_a_warning(state: GatewayState) -> None:
    """A gateway says RUNNING of a cluster in which nothing runs."""
    assert state.report()["warnings"] == []
    state.waiting_since -= SLOW_START + 1
    (warning,) = state.report()["warnings"]
    assert warning.startswith("No worker has come for more than 2 minutes.")
    state.adapting = True  # then having none is no fault
    assert state.report()["warnings"] == []


@pytest.mark.parametrize(
    ("status", "idle_timeout", "idle", "words"),
    [
        ("STOPPED", 600, 580, "Stopped by the gateway after 10 minutes without work."),
        ("STOPPED", 600, 5, "Stopped, but not from here: by another notebook, or by the gateway."),
        ("STOPPED", 0, 9999, "Stopped, but not from here: by another notebook, or by the gateway."),
        ("STOPPING", 600, 580, None),
        ("RUNNING", 600, 580, None),
    ],
)
def test_why_a_cluster_ended(
    state: GatewayState, status: str, idle_timeout: int, idle: int, words: str | None
) -> None:
    """The gateway gives no reason: an idle stop is recognized by the clock."""
    state.busy, state.idle_timeout = False, idle_timeout
    state.idle_since = time.monotonic() - idle
    state.end(status)
    assert (state.ended, state.failed) == (words, False)
    assert state.report().get("ended") == words
    assert state.report()["warnings"] == (
        ["The cluster is being stopped."] if status == "STOPPING" else []
    )


def test_a_cluster_that_failed(state: GatewayState) -> None:
    """Guards against a failure that looks like a stop."""
    state.end("FAILED")
    report = state.report()
    assert report["broken"]
    assert "its scheduler or all its workers died" in report["ended"]
    assert report["ready"] == 0


def test_a_report(state: GatewayState) -> None:
    """Guards the numbers of a row, and a worker that has sent no metrics yet."""
    fresh: WorkerIdentity = {**WORKER, "memory_limit": None, "metrics": None}
    tasks = {"processing": 1, "waiting": 0, "released": 5, "memory": 2}
    state.update({"tls://1": WORKER, "tls://2": fresh}, [tasks])
    report = state.report()
    assert (report["ready"], report["requested"]) == (2, 4)
    assert (report["cores"], report["memory"]) == (4, 1000)
    assert report["usage"] == {
        **{"cpu": 0.25, "memory": 100, "tasks": 3, "busy": True},
        **{"done": 2, "held": 2, "erred": 0, "waiting": 0, "spilled": 0},
    }
    assert report["largest"] == {"peak": 100, "limit": 1000, "threads": 2, "each": 1}
    assert report["dashboard_link"] == "/d"
    state.adapting = True
    assert state.report()["requested"] == 2


def test_when_the_gateway_will_stop_it(
    state: GatewayState, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the gateway's own idle time: shown while idle, and only where there is one."""
    clocks = Clocks(monkeypatch)
    state.update({}, [{"processing": 0, "waiting": 1, "released": 0}])
    state.idle_timeout = 60
    assert state.report()["stops_at"] is None
    state.update({}, [])
    assert not state.busy
    clocks.pass_by(30)
    state.update({}, [])
    assert state.report()["stops_at"] == "2023-11-14T22:14:20+00:00"
    assert state.report()["idle_limit"] == 60
    state.idle_timeout = 0
    assert (state.report()["stops_at"], state.report()["idle_limit"]) == (None, None)


def test_a_clock_that_is_set_back(state: GatewayState, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against an idle stop that is shown an hour late, and taken for somebody's."""
    clocks = Clocks(monkeypatch)
    state.idle_timeout = 600
    state.update({}, [])
    state.update({}, [])
    clocks.wall -= 3600
    clocks.pass_by(400)
    stops_at = datetime.fromisoformat(state.report()["stops_at"] or "")
    assert stops_at.timestamp() == clocks.wall + 200
    state.end("STOPPED")
    assert state.ended == "Stopped by the gateway after 10 minutes without work."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (LIMIT, "Asked for 30 workers, the gateway's limit is 4."),
        (
            "Adapt with `maximum=30, minimum=0` workers would exceed resource limit of 4 workers. "
            "Using `maximum=4, minimum=0` instead.",
            "Asked for 30 workers, the gateway's limit is 4.",
        ),
        ("Something new.", "Something new."),
    ],
)
def test_a_limit_in_short(text: str, words: str) -> None:
    """The numbers are what matters; what is not known is shown as it is."""
    assert limit_in_words(text) == words
