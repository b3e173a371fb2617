"""A fixed number of jobs is kept beyond the time limit of the jobs."""

from __future__ import annotations

from typing import Any

import pytest
from notebooks import run
from real_slurm import RealSlurm
from tallgrass import Tallgrass, until

from api import Api

PUBLISH = "client.publish_dataset(x=client.scatter(list(range(50))))"
SUM = "sum(client.gather(client.get_dataset('x')))"


async def test_jobs_are_renewed(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards a cluster that ended with its time limit, and data that went with its jobs."""
    request = {"renew_for": 600}
    cluster = await tallgrass.launch(2, walltime="00:02:00", processes=2, request=request)
    cluster = await api.ready(cluster["id"], 2)
    assert cluster["queue"].startswith("renews jobs until ")
    first = set(slurm.jobs())
    assert len(first) == 2
    run(cluster["code"]["connect"], PUBLISH)
    # Data that is scattered cannot be computed again.
    row = await api.until(cluster["id"], lambda c: "renewed 2 jobs; until " in (c["queue"] or ""))
    assert row["workers"]["requested"] == 2
    await until(lambda: not first & set(slurm.jobs()))
    assert run(cluster["code"]["connect"], SUM) == str(sum(range(50)))
    row = await api.until(cluster["id"], lambda c: c["workers"]["ready"] == 2)
    assert row["warnings"] == []
    assert row["workers"]["failed"] == 0
    assert "Ended" not in row["message"]
    assert "Job " not in row["message"]
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_another_number_while_jobs_are_renewed(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass
) -> None:
    """Guards the number that the user set against replacements that wait in the queue."""
    request = {"renew_for": 600}
    cluster = await tallgrass.launch(1, walltime="00:02:00", request=request)
    await api.ready(cluster["id"], 1)
    for node in (states := slurm.run("sinfo", "-h", "-N", "-o", "%N").stdout.split()):
        slurm.run("scontrol", "update", f"nodename={node}", "state=drain", "reason=x")
    try:
        # Its replacement waits.
        await until(lambda: len(slurm.jobs()) == 2)
        row = await api.until(cluster["id"], lambda c: c["workers"]["queued"] == 1)
        assert row["workers"]["requested"] == 1
        status, _ = await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 0})
        assert status == 202
        await tallgrass.empty(slurm)
    finally:
        for node in states:
            slurm.run("scontrol", "update", f"nodename={node}", "state=resume")
    await api.stop(cluster["id"])


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"platform": "local"}, "has no jobs to renew"),
        ({"adapt": {"maximum": 2}}, "choose a fixed number to renew them"),
        ({"options": {"walltime": ""}}, "Jobs without a time limit"),
    ],
)
async def test_nothing_to_renew(
    api: Api, slurm: RealSlurm, body: dict[str, Any], sentence: str
) -> None:
    """Guards against a promise that nothing keeps."""
    request = {"platform": "tallgrass", "renew_for": 3600, **body}
    status, answer = await api.ask("POST", "code", body=request)
    assert status == 422
    assert sentence in answer["message"]


async def test_what_it_costs(api: Api, slurm: RealSlurm) -> None:
    """Guards a total that ends with the first time limit."""
    options = {"walltime": "01:00:00"}
    body = {"platform": "tallgrass", "workers": 2, "options": options, "renew_for": 3 * 3600}
    _, preview = await api.ask("POST", "code", body=body)
    assert "at most 8 core-hours" in preview["summary"]
