"""SLURM as sites and users set it up: banners, names, variables, blanks, long intervals."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from real_server import RealServer, wait_until
from real_slurm import RealSlurm
from tallgrass import SMALL, Tallgrass

from api import Api

HOLD = ["--hold"]


async def kill_controller(api: Api, cluster: dict[str, Any], runtime: Path) -> None:
    """Kill the controller of a cluster, and wait until its row shows it."""
    record = Path(runtime) / "cluster-launcher" / cluster["id"] / "cluster.json"
    os.kill(json.loads(record.read_text())["controller"]["pid"], signal.SIGKILL)
    await api.until(cluster["id"], lambda c: c["state"] == "lost")


@pytest.mark.parametrize("after", ["", "\necho 2026"], ids=["before", "after"])
async def test_a_banner_with_numbers(
    api: Api,
    slurm: RealSlurm,
    tallgrass: Tallgrass,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    after: str,
) -> None:
    """Guards healthy jobs that were GONE, because a site's sbatch prints other numbers."""
    sbatch = tmp_path / "sbatch"
    sbatch.write_text(
        "#!/bin/sh\necho Welcome, 24 h support: 555-1234\n"
        f'{shutil.which("sbatch")} "$@" || exit{after}\n'
    )
    sbatch.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    cluster = await tallgrass.launch(workers=2)
    cluster = await api.ready(cluster["id"], 2)
    cluster = await api.until(cluster["id"], lambda c: len(c["jobs"]) == 2)
    listed = [(job["id"], job["state"]) for job in cluster["jobs"]]
    assert sorted(listed) == [(job, "RUNNING") for job in sorted(slurm.jobs())]
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_directives_that_change_how_jobs_are_submitted(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass
) -> None:
    """Guards jobs that nobody counts; what changes only the output of sbatch is harmless."""
    options = {**SMALL, "job_extra_directives": ["--array=1-3"]}
    body = {"platform": "tallgrass", "workers": 1, "options": options}
    status, answer = await api.ask("POST", "clusters", body=body)
    assert (status, "--array=1-3 cannot be used here" in answer["message"]) == (422, True)
    directives = [*HOLD, "--parsable", "--quiet", "--verbose", "--wait-all-nodes=1"]
    cluster = await tallgrass.launch(workers=2, job_extra_directives=directives)
    row = await api.until(cluster["id"], lambda c: len(c["jobs"]) == 2)
    assert sorted(job["id"] for job in row["jobs"]) == sorted(slurm.jobs())
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_nodes_with_a_long_temporary_directory(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, tmp_path: Path
) -> None:
    """Guards what plain Dask can do: a prologue that sets a folder for each job."""
    folder = tmp_path / ("long-" * 25)
    folder.mkdir()
    cluster = await tallgrass.launch(workers=1, job_script_prologue=[f"export TMPDIR={folder}"])
    await api.ready(cluster["id"], 1)
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


@pytest.mark.parametrize("where", ["variable", "directive", "update"])
async def test_jobs_of_another_name(
    api: Api,
    slurm: RealSlurm,
    tallgrass: Tallgrass,
    jp_runtime_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    """Guards jobs that were GONE and stayed in the queue, because they were called otherwise."""
    directives = HOLD
    if where == "variable":
        monkeypatch.setenv("SBATCH_JOB_NAME", "mine")
    if where == "directive":
        directives = [*HOLD, "--job-name=mine"]
    cluster = await tallgrass.launch(workers=2, job_extra_directives=directives)
    await api.until(cluster["id"], lambda c: c["workers"]["queued"] == 2)
    if where == "update":
        for job in slurm.jobs():
            slurm.run("scontrol", "update", f"jobid={job}", "name=mine").check_returncode()
    await api.until(cluster["id"], lambda c: {job["state"] for job in c["jobs"]} == {"PENDING"})
    await kill_controller(api, cluster, jp_runtime_dir)
    await tallgrass.row(cluster["id"], lambda c: "2 of its jobs are still" in c["message"])
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_variables_that_break_a_launch(
    api: Api,
    slurm: RealSlurm,
    tallgrass: Tallgrass,
    jp_runtime_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards logs that were elsewhere, sbatch that waited for ever, and options of the form."""
    for name, value in {
        "SBATCH_OUTPUT": "/dev/null",
        "SBATCH_ERROR": "/dev/null",
        "SBATCH_WAIT": "1",
        "SBATCH_ARRAY_INX": "1-3",
        "SBATCH_PARTITION": "nosuch",
        "SBATCH_TIMELIMIT": "1",
        "SCANCEL_STATE": "PENDING",
    }.items():
        monkeypatch.setenv(name, value)
    options = {"queue": "debug", "walltime": "00:04:00"}
    body = {"platform": "tallgrass", "workers": 1, "options": {**SMALL, **options}}
    _, answer = await api.ask("POST", "check", body=body)
    assert answer["ok"], answer
    cluster = await tallgrass.launch(workers=1, **options)
    cluster = await api.ready(cluster["id"], 1)
    (job,) = slurm.jobs()
    assert slurm.run("squeue", "-h", "-o", "%P %l").stdout.split() == ["debug", "4:00"]
    logs = (await api.ask("GET", "clusters", cluster["id"], "logs"))[1]["jobs"]
    assert [log["id"] for log in logs] == [job]
    assert "Start worker" in logs[0]["text"]
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_variables_that_a_user_should_know_of(
    api: Api, slurm: RealSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards a preview that is not what runs."""
    monkeypatch.setenv("SBATCH_SIGNAL", "USR1@60")
    body = {"platform": "tallgrass", "workers": 1, "options": SMALL}
    _, answer = await api.ask("POST", "code", body=body)
    assert answer["warnings"] == [
        "SBATCH_SIGNAL in the environment of the Jupyter server may change the jobs: SLURM applies "
        "what the job script does not set."
    ]


async def test_variables_that_the_form_has_a_field_for(
    api: Api, slurm: RealSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards what the form shows, and an emptied field, against the environment of the server."""
    monkeypatch.delenv("SLURM_JOB_ACCOUNT")
    for name, value in {
        "SBATCH_PARTITION": "debug",
        "SBATCH_TIMELIMIT": "4",
        "SBATCH_ACCOUNT": "proj123",
        "SBATCH_MEM_PER_NODE": "600",
        "SBATCH_SIGNAL": "USR1@60",
    }.items():
        monkeypatch.setenv(name, value)
    _, answer = await api.ask("GET", "platforms", "slurm", "options")
    options = answer["options"]["properties"]
    names = ("queue", "walltime", "account", "memory")
    assert [options[name]["default"] for name in names] == [
        "debug", "00:04:00", "proj123", "600MiB",
    ]  # fmt: skip
    assert options["account"]["description"] == "From SBATCH_ACCOUNT in your environment"
    assert options["directives"]["warning"].startswith("SBATCH_SIGNAL in the environment")
    cluster = await api.launch(platform="slurm", workers=1)
    await api.ready(cluster["id"], 1)
    shape = ["squeue", "-h", "-o", "%P %l %a %m"]
    assert slurm.run(*shape).stdout.split() == ["debug", "4:00", "proj123", "600M"]
    await api.stop(cluster["id"])
    emptied = {"queue": None, "account": "", "memory": "500MB", "directives": HOLD}
    body = {"platform": "slurm", "workers": 1, "options": emptied}
    _, check = await api.ask("POST", "check", body=body)
    assert "#SBATCH -A" not in check["job_script"]
    cluster = await api.launch(**body)
    await api.until(cluster["id"], lambda c: c["workers"]["queued"] == 1)
    partition, _, account, _ = slurm.run(*shape).stdout.split()
    assert partition == "normal"
    assert account != "proj123"
    await api.stop(cluster["id"])


@pytest.fixture(params=["My Home", 'Zoë\'s "#1" & $my `id`'], ids=["blank", "quotes"])
def blanks(
    request: pytest.FixtureRequest, slurm: RealSlurm, tmp_path: Path
) -> Iterator[RealServer]:
    """Start a server in a home with blanks, where the batch system is polled once a minute."""
    home = tmp_path / request.param
    home.mkdir()
    server = RealServer(home, "--ClusterLauncher.queue_interval=60")
    try:
        yield server.start()
    finally:
        server.stop()


def test_a_home_with_blanks_and_a_long_interval(slurm: RealSlurm, blanks: RealServer) -> None:
    """Guards "Invalid directive found in batch script", and a Stop that took the interval."""
    cluster_id = blanks.launch(platform="tallgrass", workers=1, options=SMALL)
    blanks.ready(cluster_id, 1)
    directory = blanks.runtime / "cluster-launcher" / cluster_id
    assert len(list((directory / "jobs").glob("*.out"))) == 1
    begun = time.monotonic()
    assert blanks.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not blanks.clusters(), "the cluster is gone")
    assert time.monotonic() - begun < 25
    assert slurm.jobs() == []


@pytest.fixture
def unseen(slurm: RealSlurm, tmp_path: Path) -> Iterator[RealServer]:
    """Start a server whose runtime directory is on a file system that no node sees."""
    server = RealServer(tmp_path)
    alone = ["unshare", "--mount", "--propagation", "private"]
    mount = f'mount -t tmpfs none "{server.runtime}" && exec "$@"'
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    server.python = [*alone, "sh", "-c", mount, "sh", *server.python]
    try:
        yield server.start()
    finally:
        server.stop()


def test_a_folder_that_the_nodes_do_not_see(slurm: RealSlurm, unseen: RealServer) -> None:
    """Guards against a row that points to logs which do not exist."""
    cluster_id = unseen.launch(platform="tallgrass", workers=1, options=SMALL)

    def explained() -> bool:
        (cluster,) = unseen.clusters()
        return "JobLaunchFailure), exit code 0:53" in cluster["message"]

    wait_until(explained, "the job has failed")
    (cluster,) = unseen.clusters()
    assert "does not see the folder" in cluster["message"]
    assert unseen.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not unseen.clusters(), "the cluster is gone")
    assert slurm.jobs() == []
