"""Launches for real: a real server, real kernels, real LocalClusters."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psutil
import pytest
import yaml
from notebooks import run
from processes import group

from api import Api


def listening(leader: int) -> set[str]:
    """Return the addresses at which the processes of a group take connections."""
    members = set(group(leader))
    return {
        connection.laddr.ip
        for connection in psutil.net_connections("tcp")
        if connection.pid in members and connection.status == psutil.CONN_LISTEN
        if connection.laddr  # none only of a socket that is not bound
    }


async def test_a_launch_from_click_to_nothing_left(api: Api, jp_runtime_dir: Path) -> None:
    """The main job. A state that stays "starting", or a stop that leaves a process, breaks it."""
    cluster = await api.launch(platform="local", workers=2)
    assert cluster["state"] == "starting"
    assert cluster["code"]["connect"] is None
    cluster = await api.ready(cluster["id"], 2)
    assert cluster["workers"]["requested"] == 2
    assert cluster["tls"]
    assert cluster["address"].startswith("tls://127.0.0.1:")
    code = cluster["code"]["connect"]
    assert "BEGIN" not in code
    assert run(code, "client.submit(lambda: 6 * 7).result()") == "42"

    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 3}))[0] == 202
    cluster = await api.ready(cluster["id"], 3)
    await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1})
    await api.ready(cluster["id"], 1)

    directory = Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"]
    record = json.loads((directory / "cluster.json").read_text())["controller"]
    assert len(group(record["pid"])) > 1
    assert listening(record["pid"]) <= {"127.0.0.1"}
    for name in ("key.pem", "cert.pem", "ca.pem", "connection.json", "cluster.json"):
        assert (directory / name).stat().st_mode & 0o777 == 0o600, name
    assert directory.stat().st_mode & 0o777 == 0o700
    await api.stop(cluster["id"])
    assert not directory.exists()
    assert not Path(record["socket_dir"]).exists()
    assert group(record["pid"]) == []


async def test_denali_has_a_worker_for_each_cpu_that_may_be_used(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that was given one CPU of a shared node must not take them all."""
    _, platforms = await api.ask("GET", "platforms")
    (denali,) = [platform for platform in platforms if platform["name"] == "denali"]
    cpus = len(os.sched_getaffinity(0))
    assert 1 <= denali["workers"]["maximum"] <= cpus
    assert denali["workers"]["default"] == denali["workers"]["maximum"]

    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "1")
    status, answer = await api.ask("POST", "clusters", body={"platform": "denali", "workers": 2})
    assert (status, await api.ask("GET", "clusters")) == (422, (200, []))
    assert "from 0 to 1" in answer["message"]
    cluster = await api.launch(platform="denali")
    cluster = await api.ready(cluster["id"], 1)
    assert (cluster["workers"]["requested"], cluster["cores"]) == (1, 1)
    await api.stop(cluster["id"])


async def test_a_scheduler_that_cannot_start_says_why(api: Api, platform_folder: Path) -> None:
    """A bare "cluster failed to start" is no reason: users could not act on it."""
    data = yaml.safe_load((platform_folder / "local.yaml").read_text())
    data["kwargs"]["host"] = "192.0.2.1"  # kept for documentation: no computer has it
    (platform_folder / "wrong.yaml").write_text(yaml.safe_dump(data))
    cluster = await api.launch(platform="wrong", tls=False)
    failed = None
    while failed is None or failed["state"] == "starting":
        _, failed = await api.ask("GET", "clusters", cluster["id"])
    assert "assign requested address" in failed["message"]
    assert "Traceback" in (await api.ask("GET", "clusters", cluster["id"], "logs"))[1]["launch"]
    await api.stop(cluster["id"])


async def test_a_cluster_without_encryption_where_the_person_wants_it_so(api: Api) -> None:
    """Where a package is missing this is the way out; it must work, and be shown as what it is."""
    cluster = await api.launch(platform="local", workers=1, tls=False)
    assert "security" not in cluster["code"]["create"]
    cluster = await api.ready(cluster["id"], 1)
    assert not cluster["tls"]
    assert cluster["address"].startswith("tcp://127.0.0.1:")
    assert "Security" not in cluster["code"]["connect"]
    assert run(cluster["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"
    await api.stop(cluster["id"])
