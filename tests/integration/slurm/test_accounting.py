"""SLURM with accounting, where accounts and QOS are enforced, and users who are not root."""

from __future__ import annotations

from typing import Any

import pytest
from real_slurm import RealSlurm
from tallgrass import Tallgrass

from api import Api

QOS = ["--qos=debug"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"account": "nosuch"}, "Invalid account or account/partition combination specified"),
        ({"job_extra_directives": ["--qos=nosuch"]}, "Invalid qos specification"),
        (
            {"job_extra_directives": QOS, "walltime": "00:50:00"},
            "QOSMaxWallDurationPerJobLimit; Job violates accounting/QOS policy (job submit limit, "
            "user's size and/or time limits)",
        ),
    ],
)
async def test_refusals(
    api: Api, accounting: RealSlurm, tallgrass: Tallgrass, options: dict[str, Any], said: str
) -> None:
    """Guards bad accounts and QOS, which only a SLURM with accounting refuses."""
    cluster = await tallgrass.launch(**options)
    cluster = await tallgrass.row(cluster["id"], lambda c: c["state"] == "failed")
    assert cluster["message"] == f"SLURM rejected the jobs: {said}."
    await api.stop(cluster["id"])


async def test_a_submit_limit(api: Api, accounting: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards the limit that some jobs are under: the others run, the row says why no more came."""
    options = {"job_extra_directives": QOS, "walltime": "00:05:00"}
    cluster = await tallgrass.launch(workers=4, **options)
    cluster = await api.until(
        cluster["id"], lambda c: c["workers"]["ready"] == 2 and bool(c["warnings"])
    )
    assert cluster["warnings"] == [
        "SLURM rejected 2 of 4 jobs: QOSMaxSubmitJobPerUserLimit; Job violates accounting/QOS "
        "policy (job submit limit, user's size and/or time limits)."
    ]
    # With as many as are allowed there is nothing to complain of.
    await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 2})
    await api.until(cluster["id"], lambda c: c["workers"]["ready"] == 2 and not c["warnings"])
    await api.stop(cluster["id"])
    assert accounting.jobs() == []
