"""A SLURM machine that nobody has configured: what it offers, and a launch there.

It has three partitions that are open, accounts and QOS, and no interface ib0.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from real_slurm import RealSlurm
from tallgrass import until

from api import Api
from jupyter_cluster_launcher.controller.host import interfaces


def choices(options: dict[str, Any], name: str) -> dict[str, str]:
    return {one["value"]: one.get("title", "") for one in options[name]["choices"]}


async def declared(api: Api) -> dict[str, Any]:
    _, answer = await api.ask("GET", "platforms", "slurm", "options")
    return dict(answer["options"]["properties"])


async def platforms(api: Api) -> dict[str, Any]:
    return {one["name"]: one for one in (await api.ask("GET", "platforms"))[1]}


async def test_the_platform_is_there_and_preselected(api: Api, accounting: RealSlurm) -> None:
    """Guards against a machine on which a site has to write a file before anyone can launch."""
    found = await platforms(api)
    assert set(found) == {"local", "nebari", "running", "slurm"}
    assert [one["name"] for one in found.values() if one["detected"]] == ["slurm"]
    assert found["slurm"]["available"], found["slurm"]["reason"]
    assert found["slurm"]["options_from"] == "slurm"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure dask-jobqueue as a site does."""
    (tmp_path / "site.yaml").write_text(
        "jobqueue: {slurm: {account: sci, queue: gpu, cores: 2, memory: 700MB, "
        "walltime: '00:20:00', interface: lo, job-extra-directives: [--comment=site]}}"
    )
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path))


@pytest.mark.parametrize("platform", ["slurm", "tallgrass"])
@pytest.mark.usefixtures("site")
async def test_what_a_site_has_configured(
    api: Api, accounting: RealSlurm, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    """Guards a site's account, partition and sizes, which the form's defaults overruled."""
    monkeypatch.delenv("SLURM_JOB_ACCOUNT")
    _, answer = await api.ask("GET", "platforms", platform, "options")
    options = answer["options"]["properties"]
    names = ("account", "queue", "cores", "memory", "walltime", "interface")
    assert [options[name]["default"] for name in names] == [
        "sci", "gpu", 2, "700MB", "00:20:00", "lo",
    ]  # fmt: skip
    cluster = await api.launch(platform=platform, workers=1)
    await api.ready(cluster["id"], 1)
    job = accounting.run("squeue", "-h", "-o", "%a %P %C %m %l %k").stdout.split()
    assert job == ["sci", "gpu", "2", "668M", "20:00", "site"]
    await api.stop(cluster["id"])


async def test_what_the_machine_offers(api: Api, accounting: RealSlurm) -> None:
    """Guards against a form whose values only the administrator knows."""
    options = await declared(api)
    assert choices(options, "queue")["debug"].startswith("up to 5 min, 1 of 1 node free (4 CPUs")
    assert set(choices(options, "queue")) == {"normal", "debug", "gpu"}
    assert set(choices(options, "account")) == {"root", "sci"}
    assert choices(options, "qos") == {"normal": "", "debug": "up to 5 min, at most 2 jobs"}
    assert set(choices(options, "gres")) == {"gpu:1", "gpu:2"}
    assert {one["value"] for one in options["interface"].get("choices", [])} == {
        name for name, address in interfaces().items() if address != "127.0.0.1"
    }
    assert options["cores"]["maximum"] == 4
    assert options["memory"]["default"] == "1500MB"


async def test_a_launch_with_nothing_chosen(api: Api, accounting: RealSlurm) -> None:
    """Guards against defaults that this machine refuses."""
    cluster = await api.launch(platform="slurm", workers=2)
    cluster = await api.ready(cluster["id"], 2)
    assert 'memory="1500MB"' in cluster["code"]["create"]
    limits = accounting.run("squeue", "-h", "-o", "%P %l").stdout.splitlines()
    assert limits == ["normal 1:00:00"] * 2
    await api.stop(cluster["id"])
    assert accounting.jobs() == []


async def test_a_launch_with_choices(api: Api, accounting: RealSlurm) -> None:
    """Guards against a partition's own limits, and an account and QOS, that do not arrive."""
    chosen = {"queue": "debug", "account": "sci", "qos": "debug"}
    cluster = await api.launch(platform="slurm", workers=1, options=chosen)
    await api.ready(cluster["id"], 1)
    job = accounting.run("squeue", "-h", "-o", "%P %a %q %l").stdout.split()
    assert job == ["debug", "sci", "debug", "5:00"]
    await api.stop(cluster["id"])


async def test_emptied_options(api: Api, accounting: RealSlurm) -> None:
    """Guards `ib0` and "Unknown" on a machine that has neither."""
    options = {"interface": None, "account": "", "memory": "500MB", "walltime": "00:10:00"}
    cluster = await api.launch(platform="tallgrass", workers=1, options=options)
    cluster = await api.ready(cluster["id"], 1)
    assert "interface" not in cluster["code"]["create"]
    assert "account" not in cluster["code"]["create"]
    assert accounting.run("squeue", "-h", "-o", "%a").stdout.split() == ["root"]
    await api.stop(cluster["id"])


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ({"walltime": "02:00:00"}, "The partition normal allows at most 1 h"),
        ({"queue": "closed"}, "The partition closed is closed"),
        ({"memory": "7GB"}, "No node of the partition normal has that much memory"),
    ],
)
async def test_more_than_the_machine_allows(
    api: Api, accounting: RealSlurm, chosen: dict[str, Any], sentence: str
) -> None:
    """Guards against jobs that would wait for ever, as in a partition that is down."""
    await declared(api)
    body = {"platform": "slurm", "workers": 1, "options": chosen}
    _, preview = await api.ask("POST", "code", body=body)
    assert any(sentence in warning for warning in preview["warnings"]), preview
    _, check = await api.ask("POST", "check", body=body)
    assert not check["ok"], check
    status, answer = await api.ask("POST", "code", body={**body, "options": {"cores": 5}})
    assert (status, answer["message"]) == (422, "Cores per job: must be at most 4.")


async def test_a_partition_whose_nodes_are_drained(api: Api, slurm: RealSlurm) -> None:
    """Guards against "would start" where every node is drained, also one that still has a job."""
    filler = ["sbatch", "-p", "normal", "-w", "n1", "-t", "30", "-o", "/dev/null"]
    slurm.run(*filler, "--wrap", "sleep 600").check_returncode()
    await until(lambda: "R" in slurm.run("squeue", "-h", "-o", "%t").stdout)
    body = {"platform": "slurm", "workers": 2, "options": {"memory": "500MB"}}
    sentence = "No node of the partition normal is in service: jobs would wait for one."
    _, check = await api.ask("POST", "check", body=body)
    assert check["ok"], check
    with slurm.drained():
        deadline = time.monotonic() + 10  # what is known may be half a second old
        while check["ok"] and time.monotonic() < deadline:
            _, check = await api.ask("POST", "check", body=body)
        assert (check["ok"], check["verdict"]) == (False, sentence)
        assert "#SBATCH" in check["job_script"]
        _, preview = await api.ask("POST", "code", body=body)
        assert sentence in preview["warnings"]
        cluster = await api.launch(**body)
        # SLURM's words change as its schedulers look at the jobs.
        reasons = re.compile(
            r"2 queued \((ReqNodeNotAvail, Unavail|Nodes required for job are DOWN)"
        )
        row = await api.until(cluster["id"], lambda c: bool(reasons.match(c["queue"] or "")))
        assert row["workers"]["queued"] == 2
        await api.stop(cluster["id"])
        assert len(slurm.jobs()) == 1


async def test_when_it_would_start(api: Api, accounting: RealSlurm) -> None:
    """Guards against a choice of partition that is a guess, and estimates that submit jobs."""
    filler = ["sbatch", "-p", "normal", "-N3", "--exclusive", "-t", "30", "-o", "/dev/null"]
    accounting.run(*filler, "--wrap", "sleep 600").check_returncode()
    await until(lambda: "R" in accounting.run("squeue", "-h", "-o", "%t").stdout)
    body = {"platform": "slurm", "workers": 4, "options": {"walltime": "00:20:00"}}
    status, starts = await api.ask("POST", "starts", body=body)
    assert status == 200
    found = {one["title"]: one for one in starts}
    assert set(found) == {"normal", "debug", "gpu", "2 jobs", "time limit 00:10:00"}
    assert found["gpu"] == {
        "title": "gpu", "jobs": 4, "options": {"queue": "gpu"}, "when": "now", "reason": None,
    }  # fmt: skip
    assert found["debug"]["options"] == {"queue": "debug", "walltime": "00:05:00"}
    assert found["normal"]["when"] not in ("now", None)
    assert found["2 jobs"]["jobs"] == 2
    assert len(accounting.jobs()) == 1
    _, starts = await api.ask("POST", "starts", body={**body, "workers": 5})
    (debug,) = [one for one in starts if one["title"] == "debug"]
    assert debug["when"] is None
    assert debug["reason"]
    assert (await api.ask("POST", "starts", body={"platform": "local"}))[1] == []


async def test_a_machine_that_does_not_answer(api: Api, slurm: RealSlurm) -> None:
    """Guards against a form that fails, or hangs, with its SLURM: it is plain then."""
    slurm.stop_controller()
    try:
        options = await declared(api)
    finally:
        slurm.start_controller()
        states = ["sinfo", "-h", "-N", "-o", "%T"]  # the nodes have to come back, too
        await until(lambda: set(slurm.run(*states).stdout.split()) == {"idle"})
    assert not any(option.get("choices") for name, option in options.items() if name != "interface")
    assert options["memory"]["default"] == "4GB"
