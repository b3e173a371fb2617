"""Which clusters keep a server from stopping for lack of activity."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes import a_cluster

from jupyter_cluster_launcher.clusters.activity import is_active
from jupyter_cluster_launcher.jobs import Job, Phase, Queue, Submission
from jupyter_cluster_launcher.models import Report, State, Usage

IDLE = Usage(0.0, 1.0, 3, busy=False)
BUSY = replace(IDLE, busy=True)
QUEUED = Queue((Job("1", "dask-c1", Phase.QUEUED, "PENDING"),), polled=True)
RUNNING = Queue((Job("1", "dask-c1", Phase.RUNNING, "RUNNING"),), polled=True)


@pytest.mark.parametrize("state", [State.STARTING, State.CLOSING])
def test_what_only_a_server_can_finish_is_active(state: State) -> None:
    """Guards against a cluster that is left half started or half stopped."""
    assert is_active(replace(a_cluster(), state=state))


@pytest.mark.parametrize(
    ("usage", "queue", "active"),
    [
        (BUSY, Queue(), True),
        (IDLE, QUEUED, True),
        (None, QUEUED, True),
        (IDLE, RUNNING, False),
        (IDLE, Queue(), False),
        (None, Queue(), False),
    ],
)
def test_a_running_cluster(usage: Usage | None, queue: Queue, active: bool) -> None:
    """Guards work that would be lost, and hubs that pay for clusters which only wait for work."""
    cluster = replace(
        a_cluster(kind="batch"), state=State.RUNNING, report=Report(usage=usage), queue=queue
    )
    assert is_active(cluster) is active


def test_a_joined_cluster_needs_no_server() -> None:
    """Guards against a server that never stops because other users compute on a cluster."""
    report = Report(usage=BUSY, joined=True)
    assert not is_active(replace(a_cluster(), state=State.RUNNING, report=report))
    assert is_active(replace(a_cluster(), state=State.STARTING, report=report))


@pytest.mark.parametrize("state", [State.CLOSED, State.FAILED, State.LOST, State.ELSEWHERE])
def test_what_has_ended_or_is_of_another_server_is_not_active(state: State) -> None:
    """Guards against a server that never stops because of a row that was not dismissed."""
    cluster = replace(a_cluster(), report=Report(usage=BUSY), queue=QUEUED)
    assert not is_active(replace(cluster, state=state))


def test_jobs_that_are_not_listed_yet() -> None:
    """Guards against a server that stops before the batch system has listed the first job."""
    report = Report(usage=IDLE, jobs=(Submission("w", "13"),))
    cluster = replace(a_cluster(kind="batch"), state=State.RUNNING, report=report)
    assert is_active(cluster)
    assert not is_active(replace(cluster, queue=Queue(polled=True)))
    assert not is_active(replace(cluster, report=Report(jobs=(Submission("w", "13", ended=True),))))
    for submission, active in (
        (Submission("w"), True),
        (Submission("w", error="no"), False),
        (Submission("w", closed=True), False),
    ):
        polled = replace(cluster, queue=Queue(polled=True), report=Report(jobs=(submission,)))
        assert is_active(polled) is active


@pytest.mark.parametrize(
    ("requested", "report", "active"),
    [
        (2, Report(), True),
        (2, Report(ready=1), True),
        (2, Report(ready=2), False),
        (2, Report(ready=1, requested=1), False),  # the gateway's limit
        (0, Report(requested=0), False),
        (2, Report(joined=True), False),
    ],
)
def test_a_gateway_that_has_workers_to_start(requested: int, report: Report, active: bool) -> None:
    """Guards against a server that stops while the nodes for a cluster are being started."""
    cluster = a_cluster(kind="gateway", requested=requested, report=report)
    assert is_active(replace(cluster, state=State.RUNNING)) is active
