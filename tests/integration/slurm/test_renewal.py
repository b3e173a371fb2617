"""A fixed number of jobs is kept beyond the time limit of the jobs."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from notebooks import run
from real_server import RealServer, wait_until
from real_slurm import RealSlurm
from tallgrass import SMALL, Tallgrass, until
from terminal import Terminal

from api import Api
from jupyter_cluster_launcher.client.handle import ClusterHandle

PUBLISH = "client.publish_dataset(x=client.scatter(list(range(50))))"
SUM = "sum(client.gather(client.get_dataset('x')))"


async def test_jobs_are_renewed(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards a cluster that ended with its time limit, and data that went with its jobs."""
    request = {"renew_for": 600}
    cluster = await tallgrass.launch(2, walltime="00:02:00", processes=2, request=request)
    cluster = await api.ready(cluster["id"], 2)
    assert cluster["queue"].startswith("jobs kept until ")
    first = set(slurm.jobs())
    assert len(first) == 2
    run(cluster["code"]["connect"], PUBLISH)
    # Data that is scattered cannot be computed again.
    row = await api.until(cluster["id"], lambda c: "(2 renewed)" in (c["queue"] or ""))
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
    with slurm.drained():
        # Its replacement waits.
        await until(lambda: len(slurm.jobs()) == 2)
        row = await api.until(cluster["id"], lambda c: c["workers"]["queued"] == 1)
        assert row["workers"]["requested"] == 1
        status, _ = await api.ask("PATCH", "clusters", cluster["id"], body={"workers": 0})
        assert status == 202
        await tallgrass.empty(slurm)
    await api.stop(cluster["id"])


async def cancel(slurm: RealSlurm, job: str) -> None:
    slurm.run("scancel", job).check_returncode()


async def lose_node(slurm: RealSlurm, job: str) -> None:
    node = slurm.run("squeue", "-h", "-j", job, "-o", "%N").stdout.strip()
    down = ["scontrol", "update", f"nodename={node}", "state=down", "reason=x"]
    slurm.run(*down).check_returncode()


@pytest.mark.parametrize(
    ("end", "words"), [(cancel, "CANCELLED"), (lose_node, "NODE_FAIL")], ids=["cancel", "node"]
)
async def test_a_job_that_ends_without_a_plan(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, end: Any, words: str
) -> None:
    """Guards the number of jobs against a lost node, and somebody's scancel."""
    request = {"renew_for": 3600}
    # One on each node.
    sizes = {"walltime": "00:30:00", "processes": 2, "cores": 4}
    cluster = await tallgrass.launch(2, **sizes, request=request)
    await api.ready(cluster["id"], 2)
    first, second = slurm.jobs()
    try:
        await end(slurm, first)
        row = await api.until(
            cluster["id"],
            lambda c: (c["queue"] or "").endswith(" (1 replaced)") and c["workers"]["ready"] == 2,
        )
        assert (row["renewal"]["replaced"], row["workers"]["requested"]) == (1, 2)
        assert f"Job {first}: {words}" in row["message"]
        assert "Set the number" not in row["message"]
        jobs = set(slurm.jobs())
        assert len(jobs) == 2
        assert second in jobs
        assert first not in jobs
    finally:
        for node in slurm.run("sinfo", "-h", "-N", "-t", "down", "-o", "%N").stdout.split():
            slurm.run("scontrol", "update", f"nodename={node}", "state=resume")
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_jobs_that_fail_at_once(api: Api, slurm: RealSlurm, tallgrass: Tallgrass) -> None:
    """Guards the batch system against a new job as soon as one has failed, for ever."""
    cluster = await tallgrass.launch(
        1, walltime="00:30:00", job_script_prologue=["exit 3"], request={"renew_for": 3600}
    )
    row = await api.until(
        cluster["id"], lambda c: len(c["jobs"]) == 2 and not c["workers"]["queued"]
    )
    row = await api.until(cluster["id"], lambda c: c["workers"]["failed"] == 2)
    assert row["renewal"]["replaced"] == 1
    assert row["workers"]["requested"] == 1
    listed = slurm.run("squeue", "-h", "-t", "all", "-n", f"dask-{cluster['id']}", "-o", "%i")
    assert len(listed.stdout.split()) == 2, "the third comes a minute later"
    await api.stop(cluster["id"])
    assert slurm.jobs() == []


async def test_jobs_that_are_kept_from_later_on(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass
) -> None:
    """Guards a cluster that turns out to be needed for longer, and one that is not."""
    cluster = await tallgrass.launch(1, walltime="00:30:00")
    row = await api.ready(cluster["id"], 1)
    assert row["renewal"] == {"until": None, "renewed": 0, "replaced": 0}
    assert row["queue"] is None
    (first,) = slurm.jobs()

    async def change(**body: Any) -> tuple[int, Any]:
        return await api.ask("PATCH", "clusters", cluster["id"], body=body)

    status, answer = await change(renew_for=59)
    assert (status, "60 to 2592000" in answer["message"]) == (422, True)
    assert (await change(renew_for=600))[0] == 202
    row = await api.until(cluster["id"], lambda c: c["renewal"]["until"] is not None)
    assert row["queue"].startswith("jobs kept until ")
    slurm.run("scancel", first).check_returncode()
    await api.until(cluster["id"], lambda c: c["renewal"]["replaced"] == 1)
    await until(lambda: first not in slurm.jobs())
    assert (await change(renew_for=None))[0] == 202
    row = await api.until(cluster["id"], lambda c: c["renewal"]["until"] is None)
    assert "until" not in row["queue"]
    (second,) = slurm.jobs()
    slurm.run("scancel", second).check_returncode()
    row = await api.until(cluster["id"], lambda c: f"Job {second}: CANCELLED" in c["message"])
    assert row["renewal"]["replaced"] == 1
    assert "Set the number of workers again" in row["message"]
    assert slurm.jobs() == []
    assert (await change(adapt={"minimum": 0, "maximum": 1}))[0] == 202
    status, answer = await change(renew_for=600)
    assert (status, "choose a fixed number" in answer["message"]) == (422, True)
    assert (await api.ask("GET", "clusters", cluster["id"]))[1]["renewal"] is None
    await api.stop(cluster["id"])


def test_from_a_terminal_and_a_notebook(
    slurm: RealSlurm,
    server: RealServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Guards the command and the handle against times that are not the user's."""
    terminal = Terminal(server.runtime, monkeypatch, capsys)
    options = [f"{name}={value}" for name, value in SMALL.items()]
    options.append('job_extra_directives=["--hold"]')
    given = [word for one in options for word in ("-o", one)]
    terminal.says("start", "tallgrass", "--workers", "1", *given, "--name", "Tides")
    (cluster_id,) = (cluster["id"] for cluster in server.clusters())
    server.until(cluster_id, lambda c: c["workers"]["queued"] == 1)

    def hours() -> float:
        (cluster,) = server.clusters()
        until = cluster["renewal"]["until"]
        left = datetime.fromisoformat(until) - datetime.now(timezone.utc) if until else timedelta()
        return left / timedelta(hours=1)

    said = terminal.says("renew", "Tides", "12")
    assert said == "The jobs of Tides are kept for 12 hours.\n"
    wait_until(lambda: hours() == pytest.approx(12, abs=0.1), "the jobs are kept")
    said = terminal.says("renew", "Tides", "0")
    assert said == "The jobs of Tides end with their time limit.\n"
    wait_until(lambda: not hours(), "the jobs are no longer kept")
    assert "60 to 2592000" in terminal.refuses("renew", "Tides", "-1")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(server.runtime))
    handle = ClusterHandle(cluster_id, "Tides", None)
    handle.renew(1.5)
    wait_until(lambda: hours() == pytest.approx(1.5, abs=0.1), "the jobs are kept")
    handle.renew(None)
    wait_until(lambda: not hours(), "the jobs are no longer kept")
    assert terminal.says("stop", "Tides")
    assert slurm.jobs() == []


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
