"""What has to happen with a cluster, decided from the facts about it and from nothing else.

``reconcile`` is run after each event and at each scan of the directory. It starts nothing itself:
``ManagedCluster`` gathers the facts before and carries out the decision after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ..models import Cluster, State

ENDED = (State.FAILED, State.CLOSED)  # in which a cluster needs no owner any more
ANSWER_LIMIT = 10.0  # seconds that a controller has for an answer before its row says so

UNREPORTED = "Its controller does not report."
UNEXPECTED = "Its kernel ended unexpectedly."
MEANWHILE = "Its kernel ended while no Jupyter server was running."
RESTARTED = "This computer was restarted."
HALF_STARTED = (
    "The Jupyter server ended while this cluster was starting, so it was stopped. Launch it again."
)


class Process(Enum):
    """The process of a cluster's controller."""

    UNKNOWN = "unknown"  # none has been recorded
    RUNS = "runs"
    ENDED = "ended"
    RESTARTED = "restarted"  # it belongs to an earlier boot of this host


class Wanted(Enum):
    """What the user, or the server that stops, asked for."""

    GO_ON = "go on"
    STOP = "stop"
    LEAVE = "leave"  # end the controller only, of a cluster that was joined
    DETACH = "detach"  # let it go on without this server


class Work(Enum):
    """What a server does with a cluster, one thing at a time."""

    NONE = "none"
    LAUNCH = "launch"
    ATTACH = "attach"
    RECONNECT = "reconnect"  # give a cluster that outlives its controller a new one
    CLEAN_UP = "clean up"  # after a cluster that ended; the row stays
    STOP = "stop"  # end all of it; then the row goes


LAUNCHING = (Work.LAUNCH, Work.RECONNECT)
ENDING = (Work.CLEAN_UP, Work.STOP)


@dataclass(frozen=True)
class Facts:
    """All that counts for a decision.

    ``connected`` says that this server holds the controller, ``reported`` that this controller has
    reported, ``silent`` for how many seconds it has not answered when it should have (None while
    it answers). ``ended`` says why the controller ended its cluster (from its last report or from
    ``ended.json``), ``broken`` that this was no orderly end. ``failure`` says why the launch
    failed, ``unreachable`` why no connection came about. ``over`` is the ending that has been gone
    through, and ``left`` a sentence about the jobs or the like that it could not confirm to be
    gone. ``reconnects`` says that the cluster goes on without its controller and can get another
    one now. ``due`` says that a scan runs, which tries again what failed.
    """

    state: State
    wanted: Wanted = Wanted.GO_ON
    work: Work = Work.NONE
    process: Process = Process.UNKNOWN
    connected: bool = False
    reported: bool = False
    silent: float | None = None
    ended: str = ""
    broken: bool = False
    failure: str = ""
    unreachable: str = ""
    over: Work = Work.NONE
    left: str = ""
    reconnects: bool = False
    due: bool = False


@dataclass(frozen=True)
class Decision:
    """The next state, with its message (None keeps the present one), and what to do.

    ``work`` is to be begun, in place of what is being done. ``disconnect`` leaves the controller
    alone, ``release`` the whole cluster, ``remove`` removes its last trace. ``warn`` shows that
    the controller does not answer. ``failure`` is to be remembered as the fact of that name.
    """

    state: State
    message: str | None = None
    work: Work | None = None
    disconnect: bool = False
    release: bool = False
    remove: bool = False
    warn: bool = False
    failure: str = ""


def reconcile(facts: Facts) -> Decision:
    """Return what has to happen with a cluster."""
    state = facts.state
    if facts.wanted in (Wanted.STOP, Wanted.LEAVE) or state is State.CLOSING:
        return _stop(facts)
    if facts.wanted is Wanted.DETACH:
        return Decision(state, release=True)
    if state in ENDED or state is State.ELSEWHERE:
        return Decision(state)
    why = facts.ended or facts.failure
    if why:
        return _clean_up(facts, why)
    if state is State.STARTING:
        return _start(facts)
    return _look_after(facts)


def at_stop_of_server(cluster: Cluster) -> Wanted:
    """Return what becomes of a cluster when its server stops in an orderly way."""
    if cluster.state not in (State.STARTING, State.RUNNING) or cluster.keep_running:
        return Wanted.DETACH
    return Wanted.LEAVE if cluster.report.joined else Wanted.STOP


def _stop(facts: Facts) -> Decision:
    state = facts.state
    if state is State.ELSEWHERE:  # its own host has to do it
        return Decision(state)
    if facts.over is Work.STOP and state is State.CLOSING:
        if facts.left:
            return Decision(State.FAILED, facts.left)
        return Decision(state, remove=True)
    message = "Leaving the cluster" if facts.wanted is Wanted.LEAVE else "Stopping"
    if facts.wanted is Wanted.DETACH:  # the controller, or the next server, ends it
        return Decision(state, release=True)
    # What has begun to clean up comes to its end first.
    work = None if facts.work in ENDING else Work.STOP
    return Decision(State.CLOSING, None if state is State.CLOSING else message, work)


def _clean_up(facts: Facts, why: str) -> Decision:
    """Clean up after a cluster that ended by itself or could not be launched."""
    if facts.over is Work.CLEAN_UP:
        failed = facts.broken or bool(facts.left) or not facts.ended
        # A launch may have failed for what its end meets as well.
        message = why if facts.left in why else f"{why} {facts.left.removeprefix(why).lstrip()}"
        return Decision(State.FAILED if failed else State.CLOSED, message)
    return Decision(facts.state, work=None if facts.work in ENDING else Work.CLEAN_UP)


def _start(facts: Facts) -> Decision:
    runs = facts.connected and facts.process is Process.RUNS
    if facts.reported and facts.connected and (runs or facts.work in LAUNCHING):
        return Decision(State.RUNNING, "")
    if facts.work in LAUNCHING:  # which waits for the first report for a while
        return Decision(State.STARTING)
    if facts.unreachable:  # it was to be reached again
        return Decision(State.LOST, facts.unreachable, disconnect=True)
    why = UNREPORTED if runs else UNEXPECTED if facts.connected else HALF_STARTED
    return replace(_clean_up(facts, why), failure=why)


def _look_after(facts: Facts) -> Decision:
    """Decide about a cluster that runs, or that was lost."""
    state, lost = facts.state, facts.state is State.LOST
    if facts.work is not Work.NONE:  # its end is an event, too
        return Decision(state, warn=_silent(facts))
    if facts.process is Process.RUNS:
        if facts.connected:
            return Decision(State.RUNNING, "" if lost else None, warn=_silent(facts))
        if facts.unreachable and not facts.due:
            return Decision(State.LOST, facts.unreachable)
        return Decision(state, work=Work.ATTACH)
    if facts.reconnects:
        message = "Reconnecting to the cluster"
        return Decision(State.STARTING, message, Work.RECONNECT, disconnect=True)
    return Decision(State.LOST, None if lost else loss(facts), disconnect=facts.connected)


def loss(facts: Facts) -> str:
    """Return the sentence about a controller that is gone."""
    if facts.process is Process.RESTARTED:
        return RESTARTED
    return UNEXPECTED if facts.connected else MEANWHILE


def _silent(facts: Facts) -> bool:
    running = facts.state is State.RUNNING and facts.connected
    return running and facts.silent is not None and facts.silent >= ANSWER_LIMIT
