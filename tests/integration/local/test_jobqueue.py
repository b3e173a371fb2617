"""Classes of dask-jobqueue on a batch system that no module describes, through a real server.

The class is the real one. Its commands are scripts that note what they get, and run nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import yaml
from cloud import ended, until
from fakes import SITE

from api import Api

# Of each class: its commands, what the first prints for a job, and what a refusal says.
CLASSES = {
    "OARCluster": ("oarsub", "oardel", "OAR_JOB_ID=77", "77"),
    "MoabCluster": ("msub", "canceljob", "77", "77"),
    "PBSCluster": ("qsub", "qdel", "77.server", "77"),
    "LSFCluster": ("bsub", "bkill", "Job <77> is submitted to queue <q>.", "77"),
    "HTCondorCluster": ("condor_submit", "condor_rm", "1 job(s) submitted to cluster 77.", "77.0"),
}
REFUSAL = "There is no queue nosuch"
Install = Callable[[str], Path]


@pytest.fixture
def install(platform_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return what adds a platform without ``batch:``; the log of its commands is returned."""
    commands = tmp_path / "commands"
    commands.mkdir()
    monkeypatch.setenv("PATH", f"{commands}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("REFUSE", "")

    def add(class_name: str) -> Path:
        submit, cancel, answer, _ = CLASSES[class_name]
        log = tmp_path / "log"
        log.touch()
        refuse = f'[ -z "$REFUSE" ] || {{ echo "{submit}: {REFUSAL}" >&2; exit 1; }}'
        scripts = {submit: f"{refuse}\necho '{answer}'", cancel: f'echo "{cancel} $@" >>{log}'}
        for name, script in scripts.items():
            (commands / name).write_text(f"#!/bin/sh\n{script}\n")
            (commands / name).chmod(0o755)
        disk = {"disk": "1GB"} if class_name == "HTCondorCluster" else {}
        platform = {
            **SITE,
            "module": "dask_jobqueue",
            "class": class_name,
            "kwargs": {
                "cores": 1, "memory": "1GB", **disk,
                "scheduler_options": {"host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"},
            },
            "tls": True,
            "workers": {"scale": "jobs", "default": 1, "minimum": 0, "maximum": 8},
        }  # fmt: skip
        (platform_folder / "site.yaml").write_text(yaml.safe_dump(platform))
        return log

    return add


def keys(folder: Path) -> list[Path]:
    """Return the files with workers' keys below the server's folders."""
    return [*folder.rglob(".dask-jobqueue.worker.*"), *Path.cwd().glob(".dask-jobqueue.worker.*")]


@pytest.mark.parametrize("class_name", CLASSES)
async def test_refused_jobs(
    api: Api, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, class_name: str
) -> None:
    """Guards against a row that stays green, without workers and without a word."""
    install(class_name)
    monkeypatch.setenv("REFUSE", "yes")
    cluster = await api.launch(platform="site", workers=2)
    failed = await ended(api, cluster["id"])
    assert failed["state"] == "failed"
    submit = CLASSES[class_name][0]
    assert failed["message"] == f"The batch system rejected the jobs: {submit}: {REFUSAL}."
    await api.stop(cluster["id"])
    assert not keys(tmp_path)


@pytest.mark.parametrize("class_name", CLASSES)
async def test_jobs_are_cancelled_by_the_class(
    api: Api, install: Install, tmp_path: Path, class_name: str
) -> None:
    """Guards against jobs and keys that stay after Stop."""
    log = install(class_name)
    cluster = await api.launch(platform="site", workers=1)
    await api.until(cluster["id"], lambda c: c["state"] == "running")
    assert keys(tmp_path)
    await api.stop(cluster["id"])
    _, cancel, _, job = CLASSES[class_name]
    await until(lambda: f"{cancel} {job}" in log.read_text().splitlines(), "the job is cancelled")
    assert not keys(tmp_path)


async def test_a_controller_that_is_killed(
    api: Api, install: Install, tmp_path: Path, jp_runtime_dir: Path
) -> None:
    """Guards against jobs that nobody cancels: the server does it with the class's command."""
    log = install("OARCluster")
    cluster = await api.launch(platform="site", workers=1)
    await api.until(cluster["id"], lambda c: c["state"] == "running")
    record = yaml.safe_load(
        (jp_runtime_dir / "cluster-launcher" / cluster["id"] / "cluster.json").read_text()
    )
    psutil.Process(record["controller"]["pid"]).kill()
    await ended(api, cluster["id"])
    assert log.read_text() == ""
    await api.stop(cluster["id"])
    assert log.read_text().splitlines() == ["oardel 77"]
    assert not keys(tmp_path)


async def test_the_job_script_alone(api: Api, install: Install) -> None:
    """Guards the preview: the script, and no verdict that nobody gave."""
    install("OARCluster")
    status, check = await api.ask("POST", "check", body={"platform": "site", "workers": 1})
    assert (status, check["ok"], check["verdict"]) == (200, True, None)
    assert "#OAR -n dask-" in check["job_script"]
