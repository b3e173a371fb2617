"""Launches on a real SLURM: from a click to an empty queue."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from notebooks import run
from real_slurm import RealSlurm
from tallgrass import Tallgrass, until

from api import Api

# Dask tries for 30 s to reach a scheduler that is gone. SLURM takes a moment to cancel the jobs.
SOON, BUSY = 2.0, 8.0  # seconds until the row says so, and more on a computer that does much else
AT_ONCE = 10.0  # seconds: 30 were needed before
SUBMIT = "sorted(set(client.gather(client.map(lambda i: __import__('os').getpid(), range(40)))))"


def shows(text: str) -> Any:
    """Return a condition: the row of a cluster shows ``text`` about its jobs."""
    return lambda cluster: text in (cluster["queue"] or "")


async def test_from_a_click_to_an_empty_queue(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, jp_runtime_dir: Path
) -> None:
    """The main job on SLURM: jobs with keys in a private folder, computing, nothing left."""
    cluster = await tallgrass.launch(workers=2)
    cluster = await api.ready(cluster["id"], 2)
    assert cluster["tls"]
    assert cluster["address"].startswith("tls://127.0.0.1:")
    assert run(cluster["code"]["connect"], "client.submit(lambda: 6 * 7).result()") == "42"
    cluster = await api.until(cluster["id"], lambda c: len(c["jobs"]) == 2)
    assert [job["state"] for job in cluster["jobs"]] == ["RUNNING", "RUNNING"]
    assert {job["id"] for job in cluster["jobs"]} == set(slurm.jobs())
    assert cluster["queue"] is None
    assert cluster["expires"] > cluster["created"]

    directory = Path(jp_runtime_dir) / "cluster-launcher" / cluster["id"]
    keys = [path for path in directory.rglob("*") if ".key." in path.name]
    assert keys
    assert directory.stat().st_mode & 0o777 == 0o700
    assert all(key.stat().st_mode & 0o777 == 0o600 for key in keys)

    await api.stop(cluster["id"])
    assert slurm.jobs() == []
    assert not directory.exists()


async def test_more_than_fits_waits_and_says_why(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass
) -> None:
    """Guards the truth in the row: counts, SLURM's reason, its estimate, the time left."""
    cluster = await tallgrass.launch(workers=2, cores=4, walltime="00:20:00")
    await api.ready(cluster["id"], 2)
    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 5}))[0] == 202
    # The three that fit bring their workers first, so that it is known which wait.
    await api.until(cluster["id"], lambda c: c["workers"]["ready"] == 3, 60)
    cluster = await api.until(cluster["id"], lambda c: c["workers"]["queued"] == 2, 60)
    assert "2 queued (Resources" in cluster["queue"] or "2 queued (Priority" in cluster["queue"]
    cluster = await api.until(cluster["id"], shows("start about"), 60)
    assert cluster["workers"]["requested"] == 5
    queued = {job["id"] for job in cluster["jobs"] if job["state"] == "PENDING"}

    # Fewer again: the queued ones go, no worker with data does.
    running = {job["id"] for job in cluster["jobs"] if job["state"] == "RUNNING"}
    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 3}))[0] == 202
    await until(lambda: set(slurm.jobs()) == running)
    assert not queued & set(slurm.jobs())
    cluster = await api.until(cluster["id"], lambda c: c["queue"] is None and len(c["jobs"]) == 3)
    assert cluster["workers"]["failed"] == 0
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"queue": "nosuch"},
            "SLURM rejected the jobs: invalid partition specified: nosuch; Invalid partition name "
            "specified.",
        ),
        (
            {"walltime": "99:00:00"},
            "SLURM rejected the jobs: Requested time limit is invalid (missing or exceeds some "
            "limit).",
        ),
        (
            {"memory": "900GB"},
            "SLURM rejected the jobs: Memory specification can not be satisfied; Requested node "
            "configuration is not available.",
        ),
        (
            {"job_extra_directives": ["--nosuch"]},
            "SLURM rejected the jobs: unrecognized option '--nosuch'.",
        ),
    ],
)
async def test_a_refusal_is_told_in_slurms_words(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, options: dict[str, Any], said: str
) -> None:
    """Guards the failed launch: sbatch's own text, a clean end, and a row that can be dismissed."""
    cluster = await tallgrass.launch(**options)
    cluster = await api.until(cluster["id"], lambda c: c["state"] == "failed")
    assert cluster["message"] == said
    log = (await api.ask("GET", "clusters", cluster["id"], "logs"))[1]["launch"]
    assert "sbatch" in log
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_scale_after_adapt(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards the fixed number: the adapting that it ends would undo it."""
    cluster = await tallgrass.launch(request={"adapt": {"minimum": 1, "maximum": 3}})
    await api.ready(cluster["id"], 1)
    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"adapt": {"minimum": 2}}))[
        0
    ] == 422
    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 3}))[0] == 202
    cluster = await api.ready(cluster["id"], 3)
    assert cluster["adapt"] is None
    assert len(slurm.jobs()) == 3
    await api.stop(cluster["id"])


async def test_stop_at_once(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards jobs that were submitted a moment ago: they must not outlive the stop."""
    cluster = await tallgrass.launch(workers=8)
    await until(lambda: bool(slurm.jobs()))
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_several_workers_in_one_job(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards the count: users request jobs, so the row counts jobs, and so does scaling.

    A job that goes on with one worker of two is not ready, and the row says why.
    """
    cluster = await tallgrass.launch(workers=2, processes=2, cores=2, memory="1GB")
    cluster = await api.until(
        cluster["id"], lambda c: c["workers"]["ready"] == 2 and c["cores"] == 4
    )
    assert len(slurm.jobs()) == 2
    used = cluster["used"]  # of a job, with both of its workers
    assert (used["units"], round(used["memory"] / 1e9, 2)) == (2, 1)
    assert 50e6 < used["peak"] < 1e9
    workers = "len(client.scheduler_info()['workers'])"
    assert run(cluster["code"]["connect"], workers) == "4"

    # One crashes, after all were restarted, a busy one among them: its job goes on.
    busy = "import time\nkept = client.submit(time.sleep, 90, key='a', pure=False)\ntime.sleep(1)"
    code = f"{cluster['code']['connect']}\n{busy}\nclient.restart(timeout=60)"
    pid = run(code, "min(client.run(__import__('os').getpid).values())")
    os.kill(int(pid), signal.SIGSEGV)
    cluster = await api.until(cluster["id"], lambda c: c["workers"]["died"] == 1)
    assert cluster["workers"]["failed"] == 0
    _, listed = await api.ask("GET", "clusters", cluster["id"], "workers")
    (dead,) = listed["dead"]
    assert dead["reason"] == "Crashed or killed (SIGSEGV). Its nanny restarted it."
    await api.ready(cluster["id"], 2)

    await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1})
    await until(lambda: len(slurm.jobs()) == 1)
    cluster = await api.ready(cluster["id"], 1)
    assert cluster["workers"]["failed"] == 0
    assert cluster["warnings"] == []
    one = "[min(client.scheduler_info()['workers'])]"
    run(cluster["code"]["connect"], f"client.retire_workers({one}, close_workers=True)")
    cluster = await api.until(cluster["id"], lambda c: bool(c["warnings"]))
    assert cluster["warnings"] == [
        "1 job has lost some of its workers: 1 of 2 are left. Its log says why."
    ]
    assert (cluster["workers"]["ready"], cluster["cores"], len(slurm.jobs())) == (0, 1, 1)
    await api.stop(cluster["id"])


async def test_workers_end_by_themselves(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards a lifetime set by the user: it is not overruled, its end is shown, and jobs follow."""
    own = ["--lifetime", "4s", "--resources", "A=1"]
    cluster = await tallgrass.launch(workers=1, worker_extra_args=own)
    await api.ready(cluster["id"], 1)
    cluster = await api.until(
        cluster["id"], lambda c: [job["state"] for job in c["jobs"]] == ["COMPLETED"]
    )
    (job,) = cluster["jobs"]
    said = f"Ended normally: Job {job['id']}: COMPLETED, exit code 0:0."
    assert said in cluster["message"]
    assert cluster["workers"] == {
        "requested": 1,
        "ready": 0,
        "queued": 0,
        "failed": 0,
        "killed": 0,
        "died": 0,
    }
    assert (await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 1}))[0] == 202
    await api.until(
        cluster["id"], lambda c: c["workers"]["ready"] == 1 and c["jobs"][0]["id"] != job["id"]
    )
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


@pytest.mark.parametrize("idle", [None, 40], ids=["shut down", "idle timeout"])
async def test_a_scheduler_that_ends(
    api: Api,
    slurm: RealSlurm,
    tallgrass: Tallgrass,
    monkeypatch: pytest.MonkeyPatch,
    idle: int | None,
) -> None:
    """Guards against jobs that run on without a scheduler, and a row that says nothing of it.

    A notebook shuts it down, or Dask's own idle timeout does, which users set for their kernels.
    """
    if idle:
        monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__IDLE_TIMEOUT", f"{idle}s")
    cluster = await tallgrass.launch(workers=1)
    cluster = await api.ready(cluster["id"], 1)
    ended = time.time() + (idle or 0)
    if not idle:
        shut_down = "(client.shutdown(), __import__('time').time())[1]"
        # In a thread: the server of this test goes on meanwhile.
        ended = float(await asyncio.to_thread(run, cluster["code"]["connect"], shut_down))
    cluster = await api.until(cluster["id"], lambda c: c["state"] != "running")
    took = time.time() - ended
    print(f"The row said so after {took:.2f} s.")
    assert took < SOON + BUSY
    assert cluster["message"].startswith("Stopped: the scheduler was shut down.")
    cluster = await api.until(cluster["id"], lambda c: c["state"] == "closed")
    assert time.time() - ended < AT_ONCE
    assert cluster["message"].startswith("Stopped: the scheduler was shut down.")
    assert "Set the number" not in cluster["message"]
    await until(lambda: slurm.jobs() == [])
    began = time.monotonic()
    await api.stop(cluster["id"])
    assert time.monotonic() - began < AT_ONCE
