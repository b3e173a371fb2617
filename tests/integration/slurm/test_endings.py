"""How jobs end on a real SLURM, what the row shows of it afterwards, and ends that do not come."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from real_slurm import RealSlurm
from tallgrass import Tallgrass, until

from api import Api
from jupyter_cluster_launcher.backends.batch import jobs
from jupyter_cluster_launcher.backends.batch.jobs import job_name
from jupyter_cluster_launcher.backends.batch.polling import cancel, commands


def limited(jp_serverapp: Any, cluster_id: str) -> None:
    """Give jobs that are cancelled one second to end."""
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    backend = manager.services.backend(manager.get(cluster_id))
    backend.context = replace(backend.context, cancel_limit=1)


@contextlib.contextmanager
def forgetful(slurm: RealSlurm) -> Iterator[None]:
    """Have SLURM forget ended jobs after two seconds; sites have it remember for 300."""
    conf = slurm.layout.conf
    text = conf.read_text()
    conf.write_text(text.replace("MinJobAge=300", "MinJobAge=2"))
    slurm.run("scontrol", "reconfigure").check_returncode()
    try:
        yield
    finally:
        conf.write_text(text)
        slurm.run("scontrol", "reconfigure").check_returncode()


async def test_an_ending_that_slurm_forgets(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, jp_serverapp: Any
) -> None:
    """Guards SLURM's state and exit code: without accounting the row had GONE after MinJobAge."""
    cluster = await tallgrass.launch(workers=2, job_script_prologue=["exit 3"])
    cluster = await api.until(
        cluster["id"], lambda c: [job["state"] for job in c["jobs"]] == ["FAILED"] * 2
    )
    told = cluster["message"]
    assert "FAILED (NonZeroExitCode), exit code 3:0" in told
    with forgetful(slurm):
        known = {job["id"] for job in cluster["jobs"]}
        await until(
            lambda: (
                not known & set(slurm.run("squeue", "-h", "-t", "all", "-o", "%A").stdout.split())
            )
        )
    manager = jp_serverapp.web_app.settings["cluster_manager"]
    backend = manager.services.backend(manager.get(cluster["id"]))
    wanted = jobs.wanted(manager.get(cluster["id"]))
    await backend._pollers.get("slurm").poll_now(job_name(cluster["id"]), wanted)
    _, row = await api.ask("GET", "clusters", cluster["id"])
    assert row["message"] == told
    assert row["jobs"] == cluster["jobs"]
    assert row["workers"]["failed"] == 2
    await api.stop(cluster["id"])


@contextlib.contextmanager
def dead_node(slurm: RealSlurm, job: str) -> Iterator[None]:
    """Have the node of a job answer nothing: SLURM cannot end the job, and it stays COMPLETING."""
    node = slurm.run("squeue", "-h", "-j", job, "-o", "%N").stdout.strip()
    slurm.daemons[f"slurmd.{node}"].send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        slurm.daemons[f"slurmd.{node}"].send_signal(signal.SIGCONT)


async def test_stop_while_a_node_is_dead(
    api: Api,
    slurm: RealSlurm,
    tallgrass: Tallgrass,
    jp_serverapp: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Guards against "Stopping" for hours: jobs that SLURM cannot end are shown and can be left."""
    ran: list[str] = []

    async def run(system: Any, command: Sequence[str], timeout: float) -> Any:
        ran.append(command[0])
        return await commands.run(system, command, timeout)

    monkeypatch.setattr(cancel, "run", run)
    cluster = await tallgrass.launch(workers=1)
    limited(jp_serverapp, cluster["id"])
    await api.ready(cluster["id"], 1)
    (job,) = slurm.jobs()
    with dead_node(slurm, job):
        await api.ask("DELETE", "clusters", cluster["id"])
        cluster = await tallgrass.row(cluster["id"], lambda c: c["state"] == "failed")
        assert "SLURM has not ended them all within 1 seconds. Dismiss" in cluster["message"]
        still = f"SLURM is still ending a part of it: Job {job}: COMPLETING on n"
        assert still in cluster["message"]
        assert "in the SLURM queue" not in cluster["message"]
        assert len(ran) == 2  # by name and by id: SLURM accepted it the first time
        await api.stop(cluster["id"])
        assert slurm.jobs() == [job]
    await tallgrass.empty(slurm)


async def test_a_node_that_comes_back(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, jp_serverapp: Any
) -> None:
    """Guards against a row that still lists jobs that SLURM has ended in the end."""
    cluster = await tallgrass.launch(workers=1)
    limited(jp_serverapp, cluster["id"])
    await api.ready(cluster["id"], 1)
    with dead_node(slurm, *slurm.jobs()):
        await api.ask("DELETE", "clusters", cluster["id"])
        await tallgrass.row(cluster["id"], lambda c: "still ending" in c["message"])
    await tallgrass.row(cluster["id"], lambda c: "still ending" not in c["message"])
    await api.stop(cluster["id"])
