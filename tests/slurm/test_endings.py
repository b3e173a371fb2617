"""How jobs end on a real SLURM, what is told of it afterwards, and ends that do not come."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from conftest import Api
from real_slurm import RealSlurm
from tallgrass import Tallgrass, until

from jupyter_cluster_launcher.batch import job_name


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
    """Guards SLURM's word and exit code: without accounts the row said GONE after MinJobAge."""
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
    await manager.house.batch._watch("slurm").fresh(job_name(cluster["id"]))
    _, row = await api.ask("GET", "clusters", cluster["id"])
    assert row["message"] == told
    assert row["jobs"] == cluster["jobs"]
    assert row["workers"]["failed"] == 2
    await api.stop(cluster["id"])
