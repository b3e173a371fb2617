"""What is known before a launch: job script, verdict, warnings; on a real SLURM."""

from __future__ import annotations

from typing import Any

import pytest
from real_slurm import RealSlurm
from tallgrass import SMALL, until

from api import Api
from jupyter_cluster_launcher.controller.host import interfaces


def request(workers: int = 2, **options: Any) -> dict[str, Any]:
    """What the form sends."""
    return {"platform": "tallgrass", "workers": workers, "options": {**SMALL, **options}}


async def test_the_script_and_the_verdict(api: Api, slurm: RealSlurm) -> None:
    """Guards the preview: the script is that of a launch, and nothing is submitted or started."""
    status, answer = await api.ask(
        "POST", "check", body=request(account="sci", queue="debug", walltime="00:04:00")
    )
    assert status == 200
    assert answer["ok"], answer
    script = answer["job_script"]
    assert script.startswith("#!/usr/bin/env bash\n")
    for line in (
        "#SBATCH -p debug", "#SBATCH -A sci", "#SBATCH -t 00:04:00", "#SBATCH --cpus-per-task=1",
        "#SBATCH --hint=multithread", "#SBATCH --exclusive=user",
    ):  # fmt: skip
        assert f"\n{line}\n" in script
    assert "--lifetime 180s --lifetime-stagger 30s" in script
    assert "--interface lo --protocol tls://" in script
    assert "BEGIN" not in script
    assert answer["verdict"].startswith("SLURM would start one job about ")
    assert answer["warnings"] == []
    assert slurm.jobs() == []


async def test_a_verdict_that_is_a_refusal(api: Api, slurm: RealSlurm) -> None:
    """Guards the pre-flight's bad news: SLURM's words, and the script all the same."""
    _, answer = await api.ask("POST", "check", body=request(queue="nosuch"))
    assert not answer["ok"]
    assert answer["verdict"] == (
        "SLURM would refuse the job: invalid partition specified: nosuch; Invalid partition name "
        "specified"
    )
    assert "#SBATCH -p nosuch" in answer["job_script"]


async def test_the_sum_in_the_preview(api: Api, slurm: RealSlurm) -> None:
    """Guards the line under the form that says what a launch comes to."""
    body = request(workers=8, memory="10GB", walltime="04:00:00")
    _, answer = await api.ask("POST", "code", body=body)
    assert answer["summary"] == "8 jobs × 1 core, 10 GB = 8 cores, 80 GB, at most 32 core-hours"  # noqa: RUF001 - the sign of multiplication
    assert answer["warnings"] == [
        "The partition normal allows at most 1 h: choose a shorter time limit.",
        "No node of the partition normal has that much memory: choose at most 6 GB per job.",
    ]


async def test_the_login_node_is_a_doubt(
    api: Api, slurm: RealSlurm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the recipe's own warning: it is shown, and users may launch all the same."""
    monkeypatch.delenv("SLURM_JOB_ACCOUNT")
    _, answer = await api.ask("POST", "code", body=request())
    (doubt,) = answer["warnings"]
    assert "are you on the login node?" in doubt
    cluster = await api.launch(**request(workers=1))
    await api.ready(cluster["id"], 1)
    await api.stop(cluster["id"])


async def test_an_interface_that_is_not_here(api: Api, slurm: RealSlurm) -> None:
    """Guards `ib0` on a host without one: the valid ones are listed, and nothing is started."""
    here = [f"{name} ({address})" for name, address in interfaces().items()]
    # Loopback is one only where a host has no other.
    valid = ", ".join([one for one in here if "(127." not in one] or here)
    status, answer = await api.ask("POST", "clusters", body=request(interface="ib77"))
    assert status == 422
    assert "no network interface ib77" in answer["message"]
    assert answer["message"].endswith(f": {valid}.")
    assert (await api.ask("GET", "clusters"))[1] == []
    _, answer = await api.ask("POST", "code", body=request(interface="ib77"))
    assert valid in answer["warnings"][0]


async def test_no_answer_is_no_verdict(api: Api, slurm: RealSlurm) -> None:
    """Guards a controller that is down: reported in a bounded time, with the script to read."""
    slurm.stop_controller()
    try:
        _, answer = await api.ask("POST", "check", body=request(), request_timeout=60)
    finally:
        slurm.start_controller()
        await until(lambda: slurm.run("squeue").returncode == 0)
    assert not answer["ok"]
    assert answer["verdict"].startswith("SLURM does not answer: Unable to contact slurm controller")
    assert "#SBATCH" in answer["job_script"]


async def test_a_value_with_a_line_break_reaches_no_job_script(api: Api, slurm: RealSlurm) -> None:
    """Guards the job script: a value must not begin a line of its own there."""
    for options in (
        {"account": "sci\n#SBATCH -p gpu"}, {"queue": "a b"}, {"job_script_prologue": ["a\nb"]},
    ):  # fmt: skip
        status, answer = await api.ask("POST", "check", body=request(**options))
        assert status == 422, answer
