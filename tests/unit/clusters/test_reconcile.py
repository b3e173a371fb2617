"""The decisions about a cluster, over all combinations of facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest
from fakes import a_cluster

from jupyter_cluster_launcher.clusters.reconcile import (
    ANSWER_LIMIT,
    ENDED,
    ENDING,
    HALF_STARTED,
    LAUNCHING,
    MEANWHILE,
    RESTARTED,
    UNEXPECTED,
    UNREPORTED,
    Decision,
    Facts,
    Process,
    Wanted,
    Work,
    at_stop_of_server,
    reconcile,
)
from jupyter_cluster_launcher.models import FOLLOWS, Report, State

ENDINGS = ((Work.NONE, ""), *product(ENDING, ("", "Jobs may be left.")))
WHY = (("", False), ("Closed: idle.", False), ("The scheduler failed.", True))
BOTH = (False, True)
STOPPED = (Wanted.STOP, Wanted.LEAVE)


def everything() -> Iterator[Facts]:
    """Yield every combination of facts that a decision depends on."""
    for state, wanted, work, process in product(State, Wanted, Work, Process):
        # The first counts while a cluster starts, the others while it runs.
        reports = BOTH if state is State.STARTING else (True,)
        later = BOTH if state in (State.RUNNING, State.LOST) else (False,)
        for connected, reported, (ended, broken), failure, unreachable in product(
            BOTH, reports, WHY, ("", "Refused."), ("", "No answer.")
        ):
            for (over, left), reconnects, due in product(ENDINGS, later, later):
                yield Facts(
                    state=state,
                    wanted=wanted,
                    work=work,
                    process=process,
                    connected=connected,
                    reported=reported,
                    ended=ended,
                    broken=broken,
                    failure=failure,
                    unreachable=unreachable,
                    over=over,
                    left=left,
                    reconnects=reconnects,
                    due=due,
                )


def wrong(facts: Facts, decision: Decision) -> str:
    """Return what is wrong with a decision, "" where nothing is."""
    state, new, begun = facts.state, decision.state, decision.work
    stops = facts.wanted in STOPPED or state is State.CLOSING
    rules = {
        "an illegal transition": new is state or new in FOLLOWS[state],
        "an end before anything was ended": new not in ENDED
        or state is new
        or facts.over in ENDING,
        "a removal before all of it was ended": not decision.remove
        or (facts.over is Work.STOP and not facts.left and stops),
        "two steps at once": begun is None or begun is not facts.work,
        "an ending that is cut short": begun is None or facts.work not in ENDING,
        "work after the row is gone": not decision.remove or begun is None,
        "work in a cluster that is let go": not decision.release or begun is None,
        "work in an ended row that nobody dismisses": new not in ENDED or begun is None,
        "work on another host": state is not State.ELSEWHERE or begun is None,
        "a stop that does nothing": not stops
        or state is State.ELSEWHERE
        or facts.work in ENDING
        or begun is Work.STOP
        or decision.remove
        or decision.release
        or new is State.FAILED,
        "a row that runs without a controller": new is not State.RUNNING
        or state is State.RUNNING
        or facts.connected,
        "a dead controller in a running row": facts.work is not Work.NONE
        or stops
        or facts.wanted is Wanted.DETACH
        or facts.process is Process.RUNS
        or new is not State.RUNNING
        or begun is not None,
        "a row that starts for ever": facts.work is not Work.NONE
        or new is not State.STARTING
        or decision.remove
        or facts.wanted is Wanted.DETACH
        or begun is not None,
        "an end without its reason": new is state
        or new not in (*ENDED, State.LOST)
        or bool(decision.message),
    }
    return ", ".join(rule for rule, holds in rules.items() if not holds)


def test_every_combination_of_facts() -> None:
    """Guards against endings that cross: one that is illegal, that loses work, or that hangs."""
    found: dict[str, Facts] = {}
    for facts in everything():
        what = wrong(facts, reconcile(facts))
        if what:
            found.setdefault(what, facts)
    assert found == {}


def test_every_work_comes_to_an_end() -> None:
    """Guards against decisions that follow each other for ever.

    Each work succeeds or fails; after a few decisions nothing is to be done any more.
    """
    for state, process, wanted in product(State, Process, Wanted):
        for outcome in BOTH:
            facts = Facts(state, wanted, process=process, reconnects=process is not Process.RUNS)
            for _ in range(6):
                decision = reconcile(facts)
                if decision.remove or decision.release or decision.work is None:
                    break
                facts = after(facts, decision, outcome)
            else:
                pytest.fail(f"no end: {facts}")


def after(facts: Facts, decision: Decision, succeeded: bool) -> Facts:
    """Return the facts when the work of a decision is over."""
    facts = replace(facts, state=decision.state, work=Work.NONE)
    work = decision.work
    if work in ENDING:
        left = "" if succeeded else "Jobs may be left."
        return replace(facts, over=work, left=left, connected=False, process=Process.ENDED)
    if succeeded:
        return replace(facts, connected=True, reported=True, process=Process.RUNS)
    if work is Work.LAUNCH:
        return replace(facts, failure="Refused.")
    return replace(facts, unreachable="No answer.", reconnects=False)


RUNS = Facts(State.RUNNING, process=Process.RUNS, connected=True, reported=True)
STARTS = Facts(State.STARTING, work=Work.LAUNCH)
GONE = replace(RUNS, process=Process.ENDED)


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        (RUNS, Decision(State.RUNNING)),
        (STARTS, Decision(State.STARTING)),
        (replace(STARTS, connected=True, reported=True), Decision(State.RUNNING, "")),
        (
            Facts(State.STARTING, process=Process.RUNS, connected=True),
            Decision(State.STARTING, work=Work.CLEAN_UP, failure=UNREPORTED),
        ),
        # It ends without being asked to.
        (GONE, Decision(State.LOST, UNEXPECTED, disconnect=True)),
        (replace(GONE, connected=False), Decision(State.LOST, MEANWHILE)),
        (
            replace(GONE, connected=False, process=Process.RESTARTED),
            Decision(State.LOST, RESTARTED),
        ),
        (replace(GONE, ended="Closed."), Decision(State.RUNNING, work=Work.CLEAN_UP)),
        (
            replace(GONE, ended="Closed.", over=Work.CLEAN_UP),
            Decision(State.CLOSED, "Closed."),
        ),
        (
            replace(GONE, ended="Closed.", over=Work.CLEAN_UP, left="Jobs may be left."),
            Decision(State.FAILED, "Closed. Jobs may be left."),
        ),
        (
            replace(GONE, state=State.LOST, ended="Closed.", over=Work.CLEAN_UP, left="Left."),
            Decision(State.FAILED, "Closed. Left."),
        ),
        (
            replace(GONE, reconnects=True),
            Decision(
                State.STARTING, "Reconnecting to the cluster", Work.RECONNECT, disconnect=True
            ),
        ),
        # A launch that fails, or whose server ended.
        (replace(STARTS, failure="Refused."), Decision(State.STARTING, work=Work.CLEAN_UP)),
        (
            replace(STARTS, work=Work.NONE, failure="Refused.", over=Work.CLEAN_UP),
            Decision(State.FAILED, "Refused."),
        ),
        (
            replace(STARTS, work=Work.NONE, failure="A. B.", over=Work.CLEAN_UP, left="C."),
            Decision(State.FAILED, "A. B. C."),
        ),
        (  # said once, where the launch failed for what its end met as well
            replace(STARTS, work=Work.NONE, failure="A. B.", over=Work.CLEAN_UP, left="B."),
            Decision(State.FAILED, "A. B."),
        ),
        (
            replace(STARTS, work=Work.NONE, failure="A.", over=Work.CLEAN_UP, left="A. B."),
            Decision(State.FAILED, "A. B."),
        ),
        (
            replace(STARTS, work=Work.NONE),
            Decision(State.STARTING, work=Work.CLEAN_UP, failure=HALF_STARTED),
        ),
        (
            replace(STARTS, work=Work.NONE, unreachable="No answer."),
            Decision(State.LOST, "No answer.", disconnect=True),
        ),
        # An earlier server's, which answers or does not.
        (replace(RUNS, connected=False), Decision(State.RUNNING, work=Work.ATTACH)),
        (
            replace(RUNS, connected=False, unreachable="No answer."),
            Decision(State.LOST, "No answer."),
        ),
        (
            replace(RUNS, state=State.LOST, connected=False, unreachable="No answer.", due=True),
            Decision(State.LOST, work=Work.ATTACH),
        ),
        (replace(RUNS, state=State.LOST), Decision(State.RUNNING, "")),
        (replace(RUNS, silent=ANSWER_LIMIT), Decision(State.RUNNING, warn=True)),
        (replace(RUNS, silent=ANSWER_LIMIT - 1), Decision(State.RUNNING)),
        # The user stops it.
        (replace(RUNS, wanted=Wanted.STOP), Decision(State.CLOSING, "Stopping", Work.STOP)),
        (
            replace(RUNS, wanted=Wanted.LEAVE),
            Decision(State.CLOSING, "Leaving the cluster", Work.STOP),
        ),
        (
            replace(GONE, wanted=Wanted.STOP, work=Work.CLEAN_UP),
            Decision(State.CLOSING, "Stopping"),
        ),
        (
            replace(GONE, wanted=Wanted.STOP, state=State.CLOSING, over=Work.CLEAN_UP),
            Decision(State.CLOSING, work=Work.STOP),
        ),
        (Facts(State.CLOSING, over=Work.STOP), Decision(State.CLOSING, remove=True)),
        (
            Facts(State.CLOSING, over=Work.STOP, left="Jobs may be left."),
            Decision(State.FAILED, "Jobs may be left."),
        ),
        # The server stops.
        (replace(RUNS, wanted=Wanted.DETACH), Decision(State.RUNNING, release=True)),
    ],
)
def test_the_decision(facts: Facts, decision: Decision) -> None:
    """Guards each ending by itself: what the row says, and what is begun."""
    assert reconcile(facts) == decision


def test_late_news_change_no_ended_row() -> None:
    """Guards against a report, or a death, after the end."""
    for state, work in product((*ENDED, State.ELSEWHERE), LAUNCHING):
        assert reconcile(replace(RUNS, state=state, work=work)) == Decision(state)


@pytest.mark.parametrize(
    ("state", "keep", "joined", "wanted"),
    [
        (State.RUNNING, False, False, Wanted.STOP),
        (State.STARTING, False, False, Wanted.STOP),
        (State.RUNNING, False, True, Wanted.LEAVE),
        (State.RUNNING, True, False, Wanted.DETACH),
        (State.LOST, False, False, Wanted.DETACH),
        (State.CLOSING, False, False, Wanted.DETACH),
    ],
)
def test_an_orderly_stop_of_the_server(
    state: State, keep: bool, joined: bool, wanted: Wanted
) -> None:
    """Guards clusters that keep running, or that others use, against their server's stop."""
    row = a_cluster(state=state, keep_running=keep, report=Report(joined=joined))
    assert at_stop_of_server(row) is wanted
