"""Clusters and platforms as the browser sees them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster, backend, shipped, site

from api import PLATFORMS
from jupyter_cluster_launcher.backends import connect_code, kind_of
from jupyter_cluster_launcher.clusters.saved.others_rows import SHARED
from jupyter_cluster_launcher.jobs import Job, Phase, Queue
from jupyter_cluster_launcher.models import Adapt, Cluster, Cost, Report, Scaling, State, Usage
from jupyter_cluster_launcher.platforms import cpus
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.server.serializers import (
    cluster_view,
    platform_view,
    plots_view,
)

KEYS = Path("/run/c1")
BASE = "/user/ann%40b/"
REPORT = Report(
    address="tls://127.0.0.1:40001",
    ready=2,
    cores=4,
    memory=8_000_000_000,
    tls=True,
    dashboard_socket="/tmp/cluster-1/dashboard",
    usage=Usage(0.5, 1000, 3, busy=True),
    plots={
        "Individual Task Stream": "/individual-task-stream",
        "Individual GPU memory": "individual-gpu memory",
    },
)


def view(**changes: object) -> dict[str, Any]:
    cluster = a_cluster(**{"report": REPORT, **changes})
    return cluster_view(cluster, backend(cluster.kind), KEYS, BASE)


def test_a_running_cluster() -> None:
    """Guards against a row that does not say what it is, or says it in another unit."""
    waiting = tuple(Job(str(i), "dask-c1", Phase.QUEUED, "PENDING") for i in range(3))
    seen = view(state=State.RUNNING, queue=Queue(waiting), kind="batch", batch="slurm")
    assert json.loads(json.dumps(seen)) == seen
    assert seen["state"] == "running"
    assert seen["workers"] == {
        "requested": 2,
        "ready": 2,
        "queued": 3,
        "failed": 0,
        "killed": 0,
        "died": 0,
    }
    assert (seen["cores"], seen["memory"], seen["tls"]) == (4, 8_000_000_000, True)
    assert seen["usage"] == {
        **{"cpu": 0.5, "memory": 1000, "tasks": 3},
        **{"done": 0, "held": 0, "failed": 0, "waiting": 0, "spilled": 0, "paused": 0},
    }


def test_how_far_the_tasks_are() -> None:
    """Guards against tasks that wait or failed, and workers out of memory, without a trace."""
    usage = Usage(tasks=40, done=18, erred=1, waiting=21, spilled=2.5e9, paused=1)
    seen = view(state=State.RUNNING, report=replace(REPORT, usage=usage))["usage"]
    assert (seen["done"], seen["failed"], seen["waiting"]) == (18, 1, 21)
    assert seen["held"] == 18, "an older controller does not say"
    assert (seen["spilled"], seen["paused"]) == (2.5e9, 1)


def test_dashboards_are_below_the_base_url() -> None:
    """Guards against /proxy/PORT, which is 404 on every hub: the base URL comes first."""
    seen = view(state=State.RUNNING)
    assert seen["dashboard_url"] == "/user/ann%40b/cluster-launcher/dashboard/c1/status"
    assert seen["dashboard_access"] is None


def test_a_dashboard_on_a_port() -> None:
    """Guards a cluster that an earlier version started, and says who can see it."""
    report = replace(REPORT, dashboard_socket=None, dashboard_port=45001)
    seen = view(state=State.RUNNING, report=report)
    assert seen["dashboard_url"] == "/user/ann%40b/proxy/45001/status"
    assert seen["dashboard_access"].startswith("Other users of this computer can open")
    assert "dask.config" not in seen["code"]["connect"]


def test_plots_are_in_order() -> None:
    """Guards against a menu in no order, where every title begins with the same word."""
    assert plots_view(a_cluster(report=REPORT, state=State.RUNNING)) == [
        {"name": "individual-gpu memory", "title": "GPU memory"},
        {"name": "individual-task-stream", "title": "Task Stream"},
    ]
    assert plots_view(a_cluster(report=REPORT, state=State.CLOSED)) == []


def test_a_dashboard_at_an_ipv6_address() -> None:
    """Guards against a link that the proxy cannot follow: it waits for the socket."""
    report = replace(REPORT, dashboard_socket=None, dashboard_host="fd00::2", dashboard_port=8787)
    assert view(state=State.RUNNING, report=report)["dashboard_url"] is None
    report = replace(report, dashboard_socket="/tmp/cluster-1/dashboard")
    seen = view(state=State.RUNNING, report=report)
    assert seen["dashboard_url"].endswith("/cluster-launcher/dashboard/c1/status")


def test_a_gateways_dashboard_is_where_it_says() -> None:
    """Guards against proxying to a port of this machine for a cluster in the cloud."""
    report = Report(
        name="hub.8f1c",
        dashboard_link="https://hub/gateway/clusters/hub.8f1c/status",
    )
    seen = view(state=State.RUNNING, kind="gateway", report=report)
    assert seen["dashboard_url"] == "https://hub/gateway/clusters/hub.8f1c/status"
    assert seen["dashboard_access"].startswith("Whoever knows the name of this cluster")


@pytest.mark.parametrize("state", [state for state in State if state is not State.RUNNING])
def test_nothing_to_connect_to_unless_it_runs(state: State) -> None:
    """Guards against inserting code, or opening a dashboard, of a cluster that is not there."""
    seen = view(state=state)
    assert seen["code"]["connect"] is None
    assert seen["code"]["create"] == "cluster = 1\n"
    assert seen["dashboard_url"] is None


NOTHING: dict[str, Any] = {
    "options": {},
    "workers": None,
    "change": "",
    "field": "",
}  # the same again


@pytest.mark.parametrize("message", ["", SHARED])
def test_one_that_ended_by_itself(message: str) -> None:
    """Guards against a green row of a dead cluster, and core-hours that vanish meanwhile."""
    over = replace(REPORT, ended="Stopped: idle.", core_seconds=60.0, cores_since="2026-01-01")
    row = {"state": State.RUNNING, "report": over, "message": message, "cost": Cost(0.1, "EUR")}
    seen = view(**row)
    assert (seen["state"], seen["message"]) == ("closing", "Stopped: idle.")
    assert (seen["dashboard_url"], seen["code"]["connect"]) == (None, None)
    assert seen["spent"]["since"] == "2026-01-01"
    trouble = view(**{**row, "message": "This server cannot look after it."})
    assert (trouble["state"], trouble["message"]) == (
        "running",
        "This server cannot look after it.",
    )


def test_what_can_be_launched_again() -> None:
    """Guards against a button on a cluster that runs, or that belongs to somebody else."""
    assert view(state=State.CLOSED)["again"] == NOTHING
    assert view(state=State.LOST)["again"] is not None
    assert view(state=State.RUNNING)["again"] is None
    assert view(state=State.CLOSED, report=replace(REPORT, joined=True))["again"] is None
    cluster = a_cluster(
        state=State.FAILED, report=Report(failed=1), options={"memory_limit": "2GB"}
    )
    declared = shipped("local").options
    seen = cluster_view(cluster, backend(), KEYS, BASE, lambda: declared)
    wanted = {
        "options": {"memory_limit": "4GB"},
        "workers": None,
        "change": "with 4 GB per worker",
        "field": "",
    }
    assert seen["again"] == wanted


def test_fewer_workers_for_the_memory_that_they_share() -> None:
    """Guards against the same launch for workers that were killed with all memory in use."""
    report = Report(failed=1, killed=1)
    prepared = {"workers_here": True, "shared": ["memory_limit"]}

    def again(**changes: Any) -> Any:
        changes = {"state": State.FAILED, "requested": 5, "preparation": prepared, **changes}
        cluster = a_cluster(**{"report": report, **changes})
        declared = shipped("local").options
        return cluster_view(cluster, backend(), KEYS, BASE, lambda: declared)["again"]

    change = "with 2 workers, which have more memory each"
    assert again() == {**NOTHING, "workers": 2, "change": change}
    assert again(state=State.RUNNING)["workers"] == 2
    assert again(requested=1) == NOTHING
    assert again(report=Report(failed=1)) == NOTHING  # it crashed
    assert again(preparation={}) == NOTHING
    assert again(adapt=Adapt(0, 5)) == NOTHING


def test_the_field_to_correct() -> None:
    """Guards against a field to correct of a cluster that ran, or that needs another change."""
    declared = shipped("slurm").options

    def again(**changes: Any) -> Any:
        cluster = a_cluster(message="SLURM: invalid partition specified: x", **changes)
        return cluster_view(cluster, backend(), KEYS, BASE, lambda: declared)["again"]

    assert again(state=State.FAILED) == {**NOTHING, "field": "queue"}
    assert again(state=State.CLOSED) == NOTHING


def test_more_memory_for_a_cluster_that_runs() -> None:
    """Guards against workers that are killed again and again, and against an offer of the same."""
    killed = Report(failed=2, killed=1)
    short = a_cluster(state=State.RUNNING, report=killed, options={"memory_limit": "2GB"})

    def again(cluster: Cluster) -> Any:
        declared = shipped("local").options
        return cluster_view(cluster, backend(), KEYS, BASE, lambda: declared)["again"]

    assert again(short)["change"] == "with 4 GB per worker"
    assert again(replace(short, report=replace(killed, killed=0))) is None
    assert again(replace(short, report=replace(killed, joined=True))) is None
    assert again(replace(short, options={})) is None  # they share all memory that there is
    assert again(replace(short, options={}, state=State.CLOSED)) == NOTHING


def test_options_to_pass_on() -> None:
    """Guards against the folder of a user in a notebook that others get."""
    options = {"memory_limit": "2GB", "local_directory": "/scratch/ann"}
    assert view(options=options)["options"] == {"memory_limit": "2GB"}


def test_options_that_somebody_chose() -> None:
    """Guards against a notebook that requests what only this site supplies."""
    options = {"memory": "2GB", "interface": "ib0"}
    assert view(options=options, own_options=("memory",))["options"] == {"memory": "2GB"}
    assert view(options=options, own_options=None)["options"] == options  # of an older version


def test_connect_code_comes_with_the_address() -> None:
    """Guards against code that connects to None while the scheduler is not up yet."""
    assert connect_code(a_cluster(report=Report()), KEYS) is None
    assert connect_code(a_cluster(report=Report(), kind="gateway"), KEYS) is None
    by_address = connect_code(a_cluster(report=REPORT), KEYS)
    assert by_address is not None
    assert 'tls_ca_file="/run/c1/ca.pem"' in by_address
    assert 'Client("tls://127.0.0.1:40001", security=security)' in by_address
    plain = connect_code(a_cluster(report=Report(address="tcp://h:1")), KEYS)
    assert plain is not None
    assert "Security" not in plain
    by_name = connect_code(a_cluster(report=Report(name="hub.8f1c"), kind="gateway"), KEYS)
    assert by_name is not None
    assert 'Gateway().connect("hub.8f1c")' in by_name


def test_encryption_is_what_is_and_before_that_what_was_requested() -> None:
    """Guards against a lock beside a cluster that turned out to be open."""
    assert view(state=State.STARTING, report=Report(), tls=True)["tls"] is True
    assert view(state=State.RUNNING, report=Report(address="tcp://h:1"), tls=True)["tls"] is False


def test_adapting_shows_what_it_wants_now() -> None:
    """Guards against "2 of 1 workers" while a cluster adapts."""
    report = Report(address="tcp://h:1", requested=5, ready=2)
    adapting = view(state=State.RUNNING, adapt=Adapt(1, 8), requested=1, report=report)
    assert adapting["workers"]["requested"] == 5
    assert adapting["adapt"] == {"minimum": 1, "maximum": 8}
    fixed = view(state=State.RUNNING, requested=1, report=report)
    assert fixed["workers"]["requested"] == 1
    assert fixed["adapt"] is None


@pytest.mark.parametrize("unit", ["workers", "jobs"])
def test_what_is_counted_has_a_name(unit: str) -> None:
    """Guards "2 of 2 workers" for two jobs that bring four workers."""
    assert view(state=State.RUNNING, scaling=Scaling(unit=unit))["unit"] == unit


def test_core_time_where_somebody_pays_or_queues() -> None:
    """Guards against core-hours on a laptop, a bill without them, and one that never ends."""
    counted = replace(REPORT, core_seconds=5400.0, cores_since="2024-01-01T00:00:00+00:00")
    cost = {"per_core_hour": 0.05, "currency": "USD"}
    assert view(state=State.RUNNING, report=counted)["spent"] is None
    since = "2024-01-01T00:00:00+00:00"
    plain = {"core_hours": 1.5, "since": since, "cost": None}
    assert view(state=State.RUNNING, report=counted, kind="batch", batch="slurm")["spent"] == plain
    assert view(state=State.RUNNING, report=counted, kind="gateway")["spent"] == plain
    price = Cost(0.05, "USD")
    paid = view(state=State.RUNNING, report=counted, cost=price)["spent"]
    assert paid == {**plain, "cost": cost}
    assert view(state=State.LOST, report=counted, cost=price)["spent"]["since"] is None


def test_idle() -> None:
    """Guards against a countdown on a cluster that never closes, or that is busy."""
    assert view()["idle"] is None
    busy = view(idle_timeout=60.0, report=Report(closes_at=None))["idle"]
    assert busy == {"timeout": 60.0, "closes_at": None}
    idle = view(idle_timeout=60.0, report=Report(closes_at="2024-01-01T00:00:00+00:00"))["idle"]
    assert idle == {"timeout": 60.0, "closes_at": "2024-01-01T00:00:00+00:00"}


@pytest.mark.parametrize("platform", platforms.find([str(PLATFORMS)])[0], ids=lambda p: p.name)
def test_platforms(platform: platforms.Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a form without fields, bounds, or defaults that it can show."""
    monkeypatch.delenv("SLURM_JOB_ACCOUNT", raising=False)
    seen = platform_view(platform, backend(kind_of(platform)), None, False)
    assert json.loads(json.dumps(seen)) == seen
    workers = seen["workers"]
    assert 0 <= workers["minimum"] <= workers["default"] <= workers["maximum"]
    for schema in seen["options"]["properties"].values():
        assert schema["title"]
        assert not isinstance(schema.get("default"), dict)


def test_a_platform_that_cannot_work_says_why() -> None:
    """Guards against a greyed entry without a reason, or a reason without grey."""
    one = backend("gateway")
    seen = platform_view(site(), one, "No sbatch.", True)
    assert (seen["available"], seen["reason"]) == (False, "No sbatch.")
    assert (seen["detected"], seen["finds"]) == (True, True)
    assert platform_view(site(), one, None, False)["available"] is True


def test_the_command_that_installs_what_is_missing() -> None:
    """Guards against a command that users have to cut out of a sentence."""
    reason = "dask_jobqueue is not installed in R. Install it with: conda install dask-jobqueue"
    seen = platform_view(site(), backend(), reason, False)
    assert (seen["reason"], seen["command"]) == (reason, "conda install dask-jobqueue")
    assert platform_view(site(), backend(), "No sbatch.", False)["command"] is None


@pytest.mark.parametrize(
    ("name", "detected", "likely"),
    [("local", False, True), ("denali", False, False), ("denali", True, True)],
)
def test_platforms_that_can_be_meant_here(name: str, detected: bool, likely: bool) -> None:
    """Guards against the machines of one site in front of every user of a laptop."""
    assert platform_view(shipped(name), backend(), None, detected)["likely"] is likely


def test_the_number_that_the_form_suggests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against one worker for all cores, whose tasks wait for each other's Python lock."""
    monkeypatch.setattr(cpus, "affinity", lambda: 8)
    workers = platform_view(shipped("local"), backend(), None, False)["workers"]
    assert (workers["default"], workers["suggested"]) == (1, 4)
    workers = platform_view(shipped("nebari"), backend("gateway"), None, False)["workers"]
    assert workers["suggested"] == workers["default"]
