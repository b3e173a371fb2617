"""The states of a cluster."""

from __future__ import annotations

from itertools import product

import pytest
from fakes import a_cluster

from jupyter_cluster_launcher.errors import WrongStateError
from jupyter_cluster_launcher.models import FOLLOWS, State


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
