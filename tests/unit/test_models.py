"""A cluster's record and its states."""

from __future__ import annotations

import json
from itertools import product

import pytest
from fakes import a_cluster

from jupyter_cluster_launcher.models import (
    FOLLOWS,
    Adapt,
    Cluster,
    ControllerRef,
    Report,
    State,
    WrongStateError,
)


def test_record_comes_back_as_it_was() -> None:
    """Guards against a field that is saved and not read back, so that attaching loses it."""
    cluster = a_cluster(
        adapt=Adapt(1, 4),
        options={"memory_limit": "4GB"},
        keep_running=True,
        idle_timeout=60.0,
        state=State.RUNNING,
        controller=ControllerRef("/run/c.json", "/tmp/s", 12, "here", "boot"),
        report=Report(address="tcp://1", ready=2, plots={"Tasks": "/individual-tasks"}),
        queue={"queued": 3},
    )
    assert Cluster.from_dict(json.loads(json.dumps(cluster.to_dict()))) == cluster


def test_record_of_a_newer_version_is_read() -> None:
    """Guards against a cluster that is lost because the extension was set back a version."""
    record = a_cluster(report=Report(ready=1)).to_dict()
    record["invented_later"] = 1
    record["report"]["invented_later"] = 1
    assert Cluster.from_dict(record).report.ready == 1


@pytest.mark.parametrize(
    "record",
    [None, [], "text", 1, {}, {"state": "flying"}, {**a_cluster().to_dict(), "state": "flying"},
     {**a_cluster().to_dict(), "adapt": {"lowest": 1}}, {**a_cluster().to_dict(), "report": [1]},
     {**a_cluster().to_dict(), "controller": "somewhere"}],
)  # fmt: skip
def test_what_is_no_record_is_refused(record: object) -> None:
    """Guards against an exception that the store does not expect: one bad file, no clusters."""
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        Cluster.from_dict(record)


@pytest.mark.parametrize(("old", "new"), list(product(State, State)))
def test_only_listed_states_follow(old: State, new: State) -> None:
    """Guards against a late report that brings a closing cluster back on the screen."""
    cluster = a_cluster(state=old)
    if new is old or new in FOLLOWS[old]:
        assert cluster.to(new, "word").state is new
    else:
        with pytest.raises(WrongStateError):
            cluster.to(new)


def test_what_ended_stays_ended() -> None:
    """Guards against a table in which a failed, closed or foreign cluster runs again."""
    ended = (State.CLOSING, State.CLOSED, State.FAILED, State.ELSEWHERE)
    assert not [state for state in ended if State.RUNNING in FOLLOWS[state]]
    assert State.RUNNING in FOLLOWS[State.LOST], "a lost cluster may be found again"


def test_a_state_keeps_no_old_message() -> None:
    """Guards against "Creating the cluster" under a cluster that runs."""
    assert a_cluster(message="Creating the cluster").to(State.RUNNING).message == ""
