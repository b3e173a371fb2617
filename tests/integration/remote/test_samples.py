"""Each sample that ships is launched: on its engine, on a stand-in of it, or up to the submit."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from cloud import ended, until
from notebooks import run

from api import SAMPLES, Api

STANDINS = Path(__file__).parent.parent.parent / "support/cluster_standins"
# What each launch has to hand to its class, beside what the class has by default.
CLASSES: dict[str, tuple[str, dict[str, Any]]] = {
    "kubernetes": ("KubeCluster", {"n_workers": 2, "image": "ghcr.io/dask/dask:latest"}),
    "coiled": ("Cluster", {"n_workers": 2, "spot_policy": "on-demand"}),
    "fargate": ("FargateCluster", {"n_workers": 2, "region_name": "us-west-2"}),
    "gpu": ("LocalCUDACluster", {"CUDA_VISIBLE_DEVICES": [0, 1], "threads_per_worker": 1}),
}
OPTIONS: dict[str, dict[str, Any]] = {"gpu": {"options": {"CUDA_VISIBLE_DEVICES": [0, 1]}}}
FAILURES = {
    "kubernetes": "No Kubernetes cluster is configured here",
    "coiled": "cloud.coiled.io:443 does not answer",
    "fargate": "AWS has no credentials here",
    "gpu": "This host has no NVIDIA GPU",
}
JOBS = {
    "pbs": ("qsub", "#PBS -N dask-"),
    "lsf": ("bsub", "#BSUB -J dask-"),
    "sge": ("qsub", "#$ -N "),
    "oar": ("oarsub", "-n dask-"),
    "htcondor": ("condor_submit", "RequestCpus = MY.DaskWorkerCores"),
}


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, samples: Path) -> Iterator[Path]:
    """The stand-ins' world, in which nothing may be left; the kernels have the stand-ins."""
    folder = tmp_path / "outside"
    folder.mkdir()
    monkeypatch.setenv("STANDIN_FOLDER", str(folder))
    path = [str(STANDINS), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path))
    commands = tmp_path / "commands"
    commands.mkdir()
    (commands / "nvidia-smi").write_text("#!/bin/sh\n")
    (commands / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    yield folder
    left = [process for process in clusters_of(folder) if psutil.pid_exists(process)]
    for pid in left:
        psutil.Process(pid).kill()
    assert not list(folder.glob("*.cluster"))


def clusters_of(folder: Path) -> list[int]:
    """Return the processes of all clusters that are still there."""
    return [
        pid for file in folder.glob("*.cluster") for pid in json.loads(file.read_text())["pids"]
    ]


@pytest.mark.parametrize("name", CLASSES)
async def test_a_sample_from_launch_to_nothing_left(api: Api, outside: Path, name: str) -> None:
    """Guards against a file that users copy and that does not work."""
    request = OPTIONS.get(name) or {"workers": 2}
    cluster = await api.launch(platform=name, **request)
    cluster = await api.ready(cluster["id"], 2)
    called, expected = CLASSES[name]
    given = json.loads((outside / f"call-{called}.json").read_text())
    assert {key: given.get(key) for key in expected} == expected
    assert cluster["workers"]["requested"] == 2
    assert cluster["tls"] == (name in ("coiled", "gpu"))
    assert run(cluster["code"]["connect"], "client.submit(sum, [40, 2]).result()") == "42"
    cluster = await api.until(cluster["id"], lambda c: c["dashboard_url"] is not None)
    on_the_internet = cluster["dashboard_url"].startswith("https://")
    assert on_the_internet == (name == "coiled")
    assert cluster["scalable"]
    if name != "gpu":
        await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1})
        await api.ready(cluster["id"], 1)
    await api.stop(cluster["id"])


@pytest.mark.parametrize("name", FAILURES)
async def test_a_failure_is_explained_by_its_own_engine(
    api: Api, outside: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Guards against bare words, and against dask-gateway's where there is none."""
    monkeypatch.setenv("STANDIN_FAILS", "1")
    cluster = await api.launch(platform=name)
    failed = await ended(api, cluster["id"])
    assert failed["state"] == "failed"
    assert failed["message"].startswith(FAILURES[name])
    assert "gateway" not in failed["message"]
    await api.stop(cluster["id"])


@pytest.mark.parametrize("name", ["kubernetes", "fargate"])
async def test_encryption_that_is_not_possible_is_refused(
    api: Api, outside: Path, name: str
) -> None:
    """Guards against a launch that fails half-way, or is open where encryption was chosen."""
    status, answer = await api.ask("POST", "clusters", body={"platform": name, "tls": True})
    assert status == 422
    assert "cannot encrypt" in answer["message"]
    assert (await api.ask("GET", "clusters"))[1] == []


async def test_a_named_cluster_ends_without_its_controller(
    api: Api, outside: Path, jp_runtime_dir: Path
) -> None:
    """Guards against pods that go on when the controller was killed."""
    cluster = await api.launch(platform="kubernetes", workers=1)
    await api.ready(cluster["id"], 1)
    record = jp_runtime_dir / "cluster-launcher" / cluster["id"] / "cluster.json"
    psutil.Process(json.loads(record.read_text())["controller"]["pid"]).kill()
    await ended(api, cluster["id"])
    await api.stop(cluster["id"])
    await until(lambda: not list(outside.glob("*.cluster")), "the pods have ended")


@pytest.mark.parametrize("name", JOBS)
async def test_a_sample_of_jobs_up_to_the_submit(
    api: Api, samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Guards against arguments that dask-jobqueue's class of today does not take.

    The class is the real one; the submit command keeps the job script, and starts nothing.
    """
    submit, line = JOBS[name]
    commands = tmp_path / "commands"
    commands.mkdir()
    needed = set(sample_commands(name)) | {submit}
    for command in needed:
        (commands / command).write_text("#!/bin/sh\n")
        (commands / command).chmod(0o755)
    (commands / submit).write_text(
        "#!/bin/sh\n"
        f'for word in "$@"; do [ -f "$word" ] && cat "$word" >> {tmp_path}/script; done\n'
        f'echo "$*" >> {tmp_path}/script\n'
        f'[ "$(basename "$0")" != bsub ] || cat >> {tmp_path}/script\n'
        "printf '%s\\n' 'Job <77> is submitted.' 77.pbs OAR_JOB_ID=77 "
        "'1 job(s) submitted to cluster 77.'\n"
    )
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    cluster = await api.launch(platform=name, workers=1)
    cluster = await api.until(cluster["id"], lambda c: c["state"] == "running")
    await until((tmp_path / "script").exists, "a job was submitted")
    await until(lambda: line in (tmp_path / "script").read_text(), "the job script is whole")
    assert cluster["tls"]
    await api.stop(cluster["id"])
    assert not list(Path.cwd().glob(".dask-jobqueue.worker.*"))  # the workers' keys


def sample_commands(name: str) -> list[str]:
    """Return the commands that a sample requires."""
    return list(yaml.safe_load((SAMPLES / f"{name}.yaml").read_text())["requires"]["commands"])


def test_every_sample_is_launched_somewhere() -> None:
    """Guards against a new sample without a test."""
    assert {path.stem for path in SAMPLES.glob("*.yaml")} == {*CLASSES, *JOBS, "ssh"}
