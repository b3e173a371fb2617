"""What goes wrong on SLURM, made to go wrong: each fault is shown and leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from real_slurm import RealSlurm
from supervised import children, command_line
from tallgrass import Tallgrass, until

from api import Api

DEAD = {"job_script_prologue": ["exit 3"]}  # a job that dies before its worker registers


def squeues() -> set[int]:
    """Return the process numbers of the polls that the server has under way."""
    return {pid for pid in children(os.getpid()) if "squeue" in command_line(pid).partition(" ")[0]}


async def answers_while_squeue_waits(api: Api, number: int) -> None:
    """Have so many requests answered, one after the other, while one squeue gets no answer.

    A server that waited for it would never come to that, however often it is tried.
    """
    waiting: set[int] = set()
    while not waiting & squeues():
        await until(lambda: bool(squeues()))
        waiting = squeues()
        for _ in range(number):
            assert (await api.ask("GET", "clusters"))[0] == 200


def ended(state: str) -> Any:
    """Return what holds of a cluster with a job in this state."""
    return lambda cluster: state in {job["state"] for job in cluster["jobs"]}


async def test_a_job_that_dies_before_its_worker(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass
) -> None:
    """Guards the silent death: dask-jobqueue counts such a worker as coming for ever."""
    cluster = await tallgrass.launch(workers=1, **DEAD)
    cluster = await api.until(cluster["id"], ended("FAILED"))
    (job,) = cluster["jobs"]
    assert (job["reason"], job["exit_code"]) == ("NonZeroExitCode", "3:0")
    assert f"Job {job['id']}: FAILED (NonZeroExitCode), exit code 3:0" in cluster["message"]
    assert cluster["workers"] == {
        "requested": 1,
        "ready": 0,
        "queued": 0,
        "failed": 1,
        "killed": 0,
        "died": 0,
    }
    logs = (await api.ask("GET", "clusters", cluster["id"], "logs"))[1]["jobs"]
    assert [log["id"] for log in logs] == [job["id"]]

    # Asking for the same number again replaces it.
    await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1})
    old = job["id"]
    await api.until(cluster["id"], lambda c: c["jobs"] and old not in {j["id"] for j in c["jobs"]})
    await api.stop(cluster["id"])


async def test_a_job_that_somebody_cancels(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass
) -> None:
    """Guards the worker that an administrator took away: SLURM's word, what is left."""
    cluster = await tallgrass.launch(workers=2)
    await api.ready(cluster["id"], 2)
    victim = slurm.jobs()[0]
    slurm.run("scancel", victim)
    cluster = await api.until(cluster["id"], ended("CANCELLED"))
    assert f"Job {victim}: CANCELLED" in cluster["message"]
    cluster = await api.ready(cluster["id"], 1)
    assert cluster["workers"]["failed"] == 0  # nothing failed: it was cancelled
    await api.stop(cluster["id"])


async def test_a_node_that_fails(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards NODE_FAIL: the job must not wait in the queue again for an unneeded worker."""
    cluster = await tallgrass.launch(workers=1)
    cluster = await api.ready(cluster["id"], 1)
    node = slurm.run("squeue", "-h", "-o", "%N").stdout.strip()
    slurm.run("scontrol", "update", f"nodename={node}", "state=down", "reason=test")
    try:
        cluster = await api.until(cluster["id"], ended("NODE_FAIL"))
    finally:
        slurm.run("scontrol", "update", f"nodename={node}", "state=resume")
    assert "NODE_FAIL" in cluster["message"]
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_a_time_limit(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards TIMEOUT: the end is moved to now, since SLURM's own limits are in minutes."""
    cluster = await tallgrass.launch(workers=1)
    await api.ready(cluster["id"], 1)
    slurm.run("scontrol", "update", f"jobid={slurm.jobs()[0]}", "EndTime=now")
    cluster = await api.until(cluster["id"], ended("TIMEOUT"), 120)
    assert "TIMEOUT (TimeLimit)" in cluster["message"]
    await api.stop(cluster["id"])


async def test_jobs_of_a_lost_cluster(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, jp_runtime_dir: Path
) -> None:
    """Guards SIGKILL of the controller: its jobs are named, and a click cancels them."""
    cluster = await tallgrass.launch(workers=2, job_extra_directives=["--hold"])
    await api.until(cluster["id"], lambda c: c["workers"]["queued"] == 2)
    record = Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"] / "cluster.json"

    os.kill(json.loads(record.read_text())["controller"]["pid"], signal.SIGKILL)
    cluster = await api.until(
        cluster["id"], lambda c: c["state"] == "lost" and "SLURM" in c["message"]
    )
    assert (
        "2 of its jobs are still in the SLURM queue: Clean up cancels them." in cluster["message"]
    )
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_a_hung_controller(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards the whole bad hour: a launch fails in words, the server stays quick, nothing is left.

    What sbatch gave up on, SLURM had accepted all the same: it is found by its name.
    """
    running = await tallgrass.launch(workers=1)
    await api.ready(running["id"], 1)
    with slurm.hung():
        cluster = await tallgrass.launch(workers=1)
        await answers_while_squeue_waits(api, 20)
        cluster = await tallgrass.row(cluster["id"], lambda c: c["state"] == "failed")
        assert cluster["message"].startswith("SLURM does not answer: Socket timed out")
        row = await api.until(running["id"], lambda c: "does not answer" in (c["queue"] or ""))
        assert row["queue"].startswith("SLURM does not answer (")
        assert row["state"] == "running"
        assert row["workers"]["ready"] == 1
    row = await api.until(running["id"], lambda c: c["queue"] is None)
    cluster = await tallgrass.row(cluster["id"], lambda c: "1 of its jobs" in c["message"])
    assert "1 of its jobs is still in the SLURM queue: Dismiss cancels it." in cluster["message"]
    await api.stop(cluster["id"])
    assert len(slurm.jobs()) == 1
    await api.stop(running["id"])
    assert slurm.jobs() == []


async def test_a_controller_that_is_down(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards a launch while SLURM is down: the row shows why, and nothing is left afterwards."""
    slurm.stop_controller()
    try:
        cluster = await tallgrass.launch(workers=1)
        cluster = await tallgrass.row(cluster["id"], lambda c: c["state"] == "failed")
        assert cluster["message"].startswith(
            "SLURM does not answer: Unable to contact slurm controller (connect failure)."
        )
    finally:
        slurm.start_controller()
        await until(lambda: slurm.run("squeue").returncode == 0)
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_stop_while_slurm_is_away(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards the record: a cluster whose jobs could not be cancelled must not vanish."""
    cluster = await tallgrass.launch(workers=1, job_extra_directives=["--hold"])
    await api.until(cluster["id"], lambda c: c["workers"]["queued"] == 1)
    slurm.stop_controller()
    try:
        await api.ask("DELETE", "clusters", cluster["id"])
        cluster = await tallgrass.row(cluster["id"], lambda c: c["state"] == "failed")
        assert cluster["message"] == (
            "SLURM does not answer, so jobs of this cluster could not be canceled yet. "
            "1 of its jobs is still in the SLURM queue: Dismiss cancels it."
        )
    finally:
        slurm.start_controller()
        await until(lambda: slurm.run("squeue").returncode == 0)
    assert len(slurm.jobs()) == 1
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


@pytest.mark.parametrize("keep_running", [True, False])
async def test_an_orderly_stop_of_the_server(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, jp_serverapp: Any, keep_running: bool
) -> None:
    """Guards left-over jobs: the stop of a server cancels them, unless they were to stay."""
    cluster = await tallgrass.launch(workers=1, request={"keep_running": keep_running})
    await api.ready(cluster["id"], 1)
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    await manager.stop()
    if keep_running:
        assert len(slurm.jobs()) == 1
        await manager.attach()
        await api.ready(cluster["id"], 1)
        manager.services.backend(manager.get(cluster["id"]))._hurry = False
        await api.stop(cluster["id"])
    await tallgrass.empty(slurm)
