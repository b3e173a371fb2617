"""Records of clusters, by whichever version they were written."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_cluster_launcher.clusters.saved import records
from jupyter_cluster_launcher.jobs import Job, Phase, Queue, Submission
from jupyter_cluster_launcher.models import (
    REPORT_VERSION,
    VERSION,
    Adapt,
    Cluster,
    ControllerRef,
    Cost,
    Report,
    Scaling,
    State,
    Usage,
)
from jupyter_cluster_launcher.resident import report as published

WHEN = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def full() -> Cluster:
    """Return a cluster with something in every field."""
    return a_cluster(
        adapt=Adapt(1, 4),
        scaling=Scaling("Jobs", "jobs", 1, 8, adaptive=False),
        options={"memory_limit": "4GB", "list": ["a", 1, None]},
        preparation={"lifetime": ["--lifetime", "60s"]},
        keep_running=True,
        idle_timeout=60.0,
        cost=Cost(0.05, "USD"),
        state=State.RUNNING,
        created="2026-03-01T10:00:00+00:00",
        controller=ControllerRef("/run/c.json", "/tmp/s", 12, "here", "boot"),
        report=Report(
            address="tcp://1",
            ready=2,
            plots={"Tasks": "/individual-tasks"},
            usage=Usage(0.5, 1000, 3, busy=True),
            jobs=(Submission("w", "13", lost=True),),
            warnings=("One.",),
        ),
        queue=Queue(
            (Job("13", "dask-c1", Phase.QUEUED, "PENDING", start=WHEN),), "No answer.", polled=True
        ),
        unknown={"invented_later": {"deep": 1}},
    )


def record(**changes: Any) -> dict[str, Any]:
    """Return a cluster's record as JSON data, with some entries changed."""
    data: dict[str, Any] = json.loads(json.dumps(records.write(full())))
    return {**data, **changes}


def test_a_record_comes_back_as_it_was() -> None:
    """Guards against a field that is saved and not read back, so that attaching loses it."""
    assert records.read(record()) == full()


def test_what_another_version_wrote_is_kept() -> None:
    """Guards a cluster that is used by an older version for a while, and then by the newer one."""
    again = records.write(records.read(record(thought_of_later=[1, {"a": None}])))
    assert again["thought_of_later"] == [1, {"a": None}]
    assert again["invented_later"] == {"deep": 1}


def test_unknown_entries_deeper_down_do_no_harm() -> None:
    """Guards against a cluster that is lost because the extension was set back a version."""
    data = record()
    data["report"]["invented_later"] = 1
    data["queue"]["jobs"][0]["invented_later"] = 1
    assert records.read(data) == full()


@pytest.mark.parametrize("absent", ["queue", "report", "scaling", "preparation", "options"])
def test_null_means_the_default(absent: str) -> None:
    """Guards `queue: null`, which other versions wrote."""
    assert getattr(records.read(record(**{absent: None})), absent) == getattr(a_cluster(), absent)


def test_a_job_without_an_error() -> None:
    """Guards records in which a submitted job has no `error`."""
    data = record()
    del data["report"]["jobs"][0]["error"]
    assert records.read(data) == full()


def test_a_record_of_the_first_version() -> None:
    """Guards clusters that were launched before the kind of platform stood in the record."""
    data = record()
    for entry in ("version", "kind", "scaling"):
        del data[entry]
    old = {**data, "by_name": False, "batch": "slurm", "adopted": None, "queue": {"open": 1}}
    cluster = records.read(old)
    assert (cluster.kind, cluster.scaling.unit, cluster.queue) == ("batch", "jobs", Queue())
    gateway = records.read({**old, "by_name": True, "batch": None, "adopted": "hub.1"})
    assert gateway.kind == "gateway"


BROKEN: list[object] = [
    None, [], "text", 1, {},
    record(state="flying"), record(adapt={"lowest": 1}), record(report=[1]),
    record(controller="somewhere"), record(created=5), record(requested="two"),
    record(tls="yes"), record(state="elsewhere"), record(created="yesterday"),
    record(queue={"jobs": [{"id": 1}]}), record(name=None),
    record(requested=-1), record(idle_timeout=-1.0), record(report={"idle_limit": -1.0}),
    *(record(report={"usage": {name: -1}}) for name in ("cpu", "memory", "tasks")),
    record(created="2026-11-23"), record(created="9999-12-31T23:59:59-14:00"),
    *(record(report={name: when}) for name in ("closes_at", "cores_since", "stops_at")
      for when in ("", "tomorrow", "2026-11-23", "9999-12-31T23:59:59-14:00")),
    *(record(report={name: -1}) for name in ("ready", "failed", "cores", "core_seconds", "memory")),
    record(idle_timeout=float("nan")), record(idle_timeout=10**400), record(idle_timeout=True),
    *(record(queue={"jobs": [{"id": "1", "name": "", "phase": "ended", "state": "", "end": end}]})
      for end in ("2026-11-23T12:00:00", "9999-12-31T23:59:59-14:00")),
]  # fmt: skip


@pytest.mark.parametrize("data", BROKEN)
def test_what_cannot_be_read_says_what(data: Any) -> None:
    """Guards against an exception that the store does not expect: one bad file, no clusters."""
    with pytest.raises(ValueError, match=r"\w"):
        records.read(data)


@pytest.mark.parametrize("data", BROKEN)
def test_what_cannot_be_read_is_a_row(data: Any) -> None:
    """Guards against a cluster that is neither shown nor stopped: its record is of another kind."""
    row = records.unreadable(Path("/run/0a1b2c"), data, "state is 'flying'")
    assert (row.id, row.state, row.readable) == ("0a1b2c", State.LOST, False)
    assert "state is 'flying'" in row.message
    assert records.read(json.loads(json.dumps(records.write(row)))) == row


def test_the_controller_of_an_unreadable_record_is_known() -> None:
    """Guards against "Clean up" that leaves the kernel running."""
    row = records.unreadable(Path("/run"), record(state="flying"), "why")
    assert row.controller == full().controller
    assert (row.name, row.kind) == (full().name, full().kind)


def test_a_copy_of_a_record_ends_no_other_cluster() -> None:
    """Guards a running cluster against dismissing a copy that was made of its directory."""
    row = records.unreadable(Path("/run/copy"), record(), "id is 'c1'")
    assert (row.id, row.controller) == ("copy", None)


@pytest.mark.parametrize(
    "changes", [{"pid": -1}, {"pid": 0}, {"pid": 1}, {"pid": 10**20}, {"connection_file": ""}]
)
def test_a_controller_that_cannot_be(changes: dict[str, Any]) -> None:
    """Guards the processes of others: such numbers mean groups, and "" is in every command."""
    data = record(controller={**record()["controller"], **changes})
    with pytest.raises(ValueError, match="controller is process"):
        records.read(data)
    assert records.unreadable(Path("/run"), data, "why").controller is None


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(record())), ANY)
def test_any_value_in_any_entry(entry: str, value: Any) -> None:
    """Guards against a value in a record that ends the server's start."""
    data = record(**{entry: value})
    try:
        cluster = records.read(data)
    except ValueError as error:
        cluster = records.unreadable(Path("/run/c1"), data, str(error))
    json.dumps(records.write(cluster))


def test_a_record_of_a_newer_version() -> None:
    """Guards a cluster against a server that takes its record for something else, and saves it."""
    data = record(version=VERSION + 1)
    with pytest.raises(ValueError, match=f"its version is {VERSION + 1}, and this server knows"):
        records.read(data)
    row = records.unreadable(Path("/run"), data, "its version is 3")
    assert "start a server with that version" in row.message
    assert row.controller == full().controller, "Clean up ends it"


def test_a_report_of_a_newer_version() -> None:
    """Guards against wrong numbers without a word, where reports mean something else later."""
    assert published.VERSION == REPORT_VERSION
    assert records.report({"version": REPORT_VERSION, "ready": 1}).warnings == ()
    assert records.report({"ready": 1}).version == 0
    newer = records.report({"version": REPORT_VERSION + 1, "ready": 1, "warnings": ["a"]})
    assert newer.ready == 1
    assert newer.warnings == ("a", records.NEWER)
