"""Records that another version wrote, and platform files that go, under a running server."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster

from api import Api
from jupyter_cluster_launcher.clusters.manager import ClusterManager
from jupyter_cluster_launcher.clusters.saved import records
from jupyter_cluster_launcher.models import State


@pytest.fixture
def clusters(platform_folder: Any, jp_serverapp: Any) -> ClusterManager:
    """The clusters of a real server."""
    found: ClusterManager = jp_serverapp.web_app.settings["cluster_manager"]
    return found


def write(clusters: ClusterManager, cluster_id: str, text: str) -> None:
    """Leave a record, as an earlier server did."""
    folder = clusters.services.store.directory(cluster_id)
    (folder / "cluster.json").write_text(text)


def record(**changes: Any) -> str:
    """Return a record of a cluster that was running, with some entries changed."""
    data = records.write(a_cluster(state=State.RUNNING))
    return json.dumps({**data, **changes})


OTHERS = {
    "unknown state": (record(state="hibernating"), "state is 'hibernating'"),
    "unknown kind": (record(kind="quantum"), "There is no kind of platform 'quantum'."),
    "no JSON": ("{", "it is not valid JSON"),
    "no object": ("[]", "it is not an object"),
    "jobs of another shape": (record(report={"jobs": [1]}), "report.jobs is 1"),
    "a name that is none": (record(name=3), "name is 3"),
    "a newer version": (record(version=99), "its version is 99, and this server knows 2 at most"),
    "another's id": (record(id="../c2"), "id is '../c2'"),
}


@pytest.mark.parametrize("case", OTHERS)
async def test_a_record_of_another_version_is_a_row(
    case: str, api: Api, clusters: ClusterManager
) -> None:
    """Guards against a cluster that vanishes, or takes all others and the server's start along."""
    text, why = OTHERS[case]
    write(clusters, "c1", text)
    await clusters.attach()
    status, (row,) = await api.ask("GET", "clusters")
    assert (status, row["id"], row["state"]) == (200, "c1", "lost")
    assert why in row["message"]
    assert "Clean up ends what is left" in row["message"]
    assert (clusters.services.store.root / "c1/cluster.json").read_text() == text, "it was changed"
    await api.stop("c1")
    assert list(clusters.services.store.root.iterdir()) == []


async def test_a_server_that_ends_while_it_cleans_up(api: Api, clusters: ClusterManager) -> None:
    """Guards against a row of an unreadable record that stays "closing", and cannot be stopped."""
    write(clusters, "c1", record(state="closing", readable=False))
    await clusters.attach()
    await api.gone("c1")


@pytest.mark.parametrize("changes", [{"queue": None}, {"thought_of_later": 1}, {"report": None}])
async def test_a_record_that_can_be_understood(
    changes: dict[str, Any], api: Api, clusters: ClusterManager
) -> None:
    """Guards against a row that is given up for an entry that does not matter."""
    write(clusters, "c1", record(state="failed", message="It failed.", **changes))
    await clusters.attach()
    assert (await api.ask("GET", "clusters", "c1"))[1]["message"] == "It failed."
    await api.stop("c1")


async def test_an_unknown_batch_system(api: Api, clusters: ClusterManager) -> None:
    """Guards against a batch system that was uninstalled, and with it the list of clusters."""
    write(clusters, "c1", record(state="failed", kind="batch", batch="flux", message="It failed."))
    await clusters.attach()
    _, row = await api.ask("GET", "clusters", "c1")
    assert "There is no batch system 'flux'." in row["warnings"][0]
    await api.ask("DELETE", "clusters", "c1")
    row = {"state": "closing"}
    while row["state"] == "closing":
        _, row = await api.ask("GET", "clusters", "c1")
    assert "Jobs named dask-c1 may be left: cancel them yourself" in row["message"]
    await api.stop("c1")


async def test_cleaning_up_ends_the_kernel_of_an_unreadable_record(
    api: Api, clusters: ClusterManager
) -> None:
    """Guards against a controller that goes on, without a record, when its row is removed."""
    cluster = await api.launch(platform="local", workers=0, keep_running=True)
    await api.ready(cluster["id"], 0)
    await clusters.stop()
    path = clusters.services.store.root / cluster["id"] / "cluster.json"
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "state": "hibernating"}))
    await clusters.attach()
    assert (await api.ask("GET", "clusters", cluster["id"]))[1]["state"] == "lost"
    os.kill(data["controller"]["pid"], 0)
    await api.stop(cluster["id"])
    with pytest.raises(ProcessLookupError):
        os.kill(data["controller"]["pid"], 0)


@pytest.mark.parametrize("what", ["removed", "broken"])
async def test_a_platform_file_that_goes(what: str, api: Api, platform_folder: Path) -> None:
    """Guards a running cluster, which needs its platform file no more."""
    cluster = await api.launch(platform="local", workers=0)
    await api.ready(cluster["id"], 0)
    file = platform_folder / "local.yaml"
    if what == "removed":
        file.unlink()
    else:
        file.write_text("version: one\n")
    for change in ({"workers": 1}, {"adapt": {"maximum": 1}}, {"idle_timeout": 60}, {"keep": True}):
        status, answer = await api.ask("PATCH", "clusters", cluster["id"], body=change)
        assert status == 202, (change, answer)
    await api.stop(cluster["id"])
