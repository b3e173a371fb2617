"""Clusters on a batch system: what they keep of their platform, polls, and cancelling."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import pwd
from pathlib import Path

import pytest
from batch_rows import NOW, cluster, job, submission
from fakes import context, shipped, site
from queue_site import until

from jupyter_cluster_launcher.backends import Backends
from jupyter_cluster_launcher.backends.batch import check, jobs, slurm
from jupyter_cluster_launcher.backends.batch.backend import BatchBackend
from jupyter_cluster_launcher.backends.batch.polling import commands
from jupyter_cluster_launcher.backends.batch.polling.queue import Wanted
from jupyter_cluster_launcher.clusters.launching import preflight
from jupyter_cluster_launcher.clusters.saved import records
from jupyter_cluster_launcher.errors import BadInputError, NotAvailableError
from jupyter_cluster_launcher.jobs import Phase, Queue
from jupyter_cluster_launcher.models import State
from jupyter_cluster_launcher.platforms.files import Platform


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Put shell scripts in the place of a batch system's programs."""
    for name, script in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.fixture
def tallgrass() -> Platform:
    return shipped("tallgrass")


def test_an_ending_outlives_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards a new server: how a job ended stands in the record, SLURM has forgotten it."""
    programs(tmp_path, monkeypatch, squeue="", sacct="")

    async def story() -> None:
        end = job("13", Phase.ENDED, "FAILED", reason="R", exit_code="3:0", failed=True)
        row = cluster(State.RUNNING, submission("13"), queue=Queue((end,), polled=True))
        row = records.read(json.loads(json.dumps(records.write(row))))
        answers: list[Queue] = []
        backend = BatchBackend(context(queue_interval=0.05))
        backend.follow(lambda: [row], lambda cluster_id, queue: answers.append(queue))
        backend.poll_soon(row)
        while not answers:
            await asyncio.sleep(0.01)
        await backend.stop()
        assert answers[0].jobs == row.queue.jobs == (end,)

    asyncio.run(story())


def test_a_refused_cancellation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the stop against cancelling for ever what is not ours to cancel."""
    denied = "scancel: error: Kill job error on job id 13: Access/permission denied"
    programs(
        tmp_path,
        monkeypatch,
        squeue="echo '13|RUNNING|None|N/A|N/A|0|n1|dask-0a1b2c|'",
        scancel=f"echo {denied}; exit 1",
    )

    async def story() -> None:
        backend = BatchBackend(context(queue_interval=0.01, cancel_limit=0))
        with pytest.raises(NotAvailableError) as error:
            await backend.cleanup(cluster(State.CLOSING), tmp_path, wait=True)
        await backend.stop()
        assert str(error.value) == (
            "SLURM did not cancel all jobs of this cluster: "
            "Kill job error on job id 13: Access/permission denied."
        )

    asyncio.run(story())


SILENT = "SLURM does not answer, so jobs of this cluster could not be canceled yet."
DOWN = "echo 'error: Unable to contact slurm controller (connect failure)'; exit 1"
TRIES = "If that is still so, the next Dismiss removes this row, and jobs may be left."


async def tries(backend: BatchBackend, folder: Path, *waits: bool) -> list[str]:
    """Return why each of some cleanups has failed, empty where one has not."""
    why = []
    for wait in waits:
        try:
            await backend.cleanup(cluster(State.CLOSING), folder, wait=wait)
            why.append("")
        except NotAvailableError as error:
            why.append(str(error))
    return why


def test_a_batch_system_that_never_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a row that stays for ever, and against jobs that are forgotten unsaid.

    What is cleaned up without the user does not count, and an answer in between begins anew.
    """
    programs(tmp_path, monkeypatch, squeue=DOWN, scancel=DOWN)

    async def story() -> None:
        backend = BatchBackend(context(queue_interval=3600))
        row = cluster(State.FAILED)
        backend.follow(lambda: [row], lambda cluster_id, queue: None)
        assert await tries(backend, tmp_path, True, False, False) == [SILENT] * 3
        assert backend.unconfirmed(row) == SILENT
        assert await tries(backend, tmp_path, True, True) == [f"{SILENT} {TRIES}", ""]
        assert backend.unconfirmed(row) == ""
        assert await tries(backend, tmp_path, True, True) == [SILENT, f"{SILENT} {TRIES}"]
        programs(tmp_path, monkeypatch, squeue="")
        await backend._pollers.get("slurm").poll_now("dask-0a1b2c", Wanted())
        programs(tmp_path, monkeypatch, squeue=DOWN)
        assert await tries(backend, tmp_path, True) == [SILENT]
        await backend.stop()

    asyncio.run(story())


def test_a_batch_system_that_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a row that stays for ever on a host without the batch system's commands."""
    monkeypatch.setenv("PATH", str(tmp_path))

    async def story() -> None:
        backend = BatchBackend(context())
        missing = SILENT.replace("answer", "answer (scancel: No such file or directory)")
        assert await tries(backend, tmp_path, True, True) == [f"{missing} {TRIES}", ""]
        # A launch that failed for that reason has no jobs to tell of.
        assert await tries(backend, tmp_path, False) == [""]
        (tmp_path / "job-ids").write_text("13\n")
        assert await tries(backend, tmp_path, False) == [missing]
        await backend.stop()

    asyncio.run(story())


def test_stop_does_not_wait_for_the_next_poll(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards Stop, which took ``queue_interval`` although scancel answers at once."""
    programs(
        tmp_path,
        monkeypatch,
        squeue=f"[ -e {tmp_path}/ended ] || echo '13|RUNNING|None|N/A|N/A|0|n1|dask-0a1b2c|'",
        scancel=f"touch {tmp_path}/cancelled; (sleep 0.3; touch {tmp_path}/ended) >&- 2>&- &",
    )
    answers: list[Queue] = []

    async def story() -> None:
        row = cluster(State.RUNNING, submission("13"))
        backend = BatchBackend(context(queue_interval=3600))
        backend.follow(lambda: [row], lambda cluster_id, queue: answers.append(queue))
        backend.poll_soon(row)
        await until(lambda: bool(answers))
        await asyncio.wait_for(backend.cleanup(cluster(State.CLOSING), tmp_path, wait=True), 20)
        await backend.stop()

    asyncio.run(story())
    assert not answers[-1].open


def test_jobs_are_cancelled_by_every_id_that_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards pending jobs of another name, also those that a killed controller never reported."""
    programs(tmp_path, monkeypatch, squeue="", scancel=f'echo "$@" >>{tmp_path}/scancel.log')
    (tmp_path / "job-ids").write_text("13\n14\n15\n16\n")
    ended = Queue((job("15", Phase.ENDED, "FAILED"),), polled=True)
    row = cluster(State.LOST, submission("13"), submission("14", closed=True), queue=ended)

    async def story() -> None:
        backend = BatchBackend(context())
        await backend.cleanup(row, tmp_path, wait=True)
        await backend.stop()

    asyncio.run(story())
    by_name, by_id = (tmp_path / "scancel.log").read_text().splitlines()
    assert by_name.endswith("--name=dask-0a1b2c")
    assert by_id == "--quiet 13 16"


def stale(*_: object) -> str:
    raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))


def test_ids_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards jobs of another name: a disk that fails for a moment is no proof that none is left.

    What is found by its name is canceled all the same, and a disk that never answers again does
    not keep the row for ever.
    """
    programs(tmp_path, monkeypatch, squeue="", scancel=f'echo "$@" >>{tmp_path}/scancel.log')
    (tmp_path / "job-ids").write_text("13\n")
    why = "The jobs of this cluster cannot be looked up: Stale file handle."
    once_more = f"{why} Dismiss tries once more, then leaves them to the batch system."

    def cancelled() -> list[str]:
        log = tmp_path / "scancel.log"
        lines = log.read_text().splitlines()
        log.unlink()
        return [line.split("=")[-1] for line in lines]

    async def story() -> None:
        backend = BatchBackend(context())
        with monkeypatch.context() as patched:
            patched.setattr(jobs, "read_text", stale)
            told = [f"{why} Dismiss tries again.", once_more]
            assert await tries(backend, tmp_path, False, True) == told
            assert cancelled() == ["dask-0a1b2c"] * 2
        assert await tries(backend, tmp_path, True) == [""]
        assert cancelled() == ["dask-0a1b2c", "--quiet 13"]
        with monkeypatch.context() as patched:
            patched.setattr(jobs, "read_text", stale)
            assert await tries(backend, tmp_path, True, True) == [once_more, ""]
        await backend.stop()

    asyncio.run(story())


def test_jobs_of_the_user_who_runs_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against jobs that are looked for under the name in LOGNAME, which may be wrong."""
    for name in ("LOGNAME", "USER"):
        monkeypatch.setenv(name, "nobody-of-this-name")
    poller = BatchBackend(context())._pollers.get("slurm")
    assert poller.user == pwd.getpwuid(os.getuid()).pw_name


def test_variables_that_change_jobs(tallgrass: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards a preview that is not what runs: the user learns what else decides about the jobs."""
    for name in ("SBATCH_SIGNAL", "SBATCH_QOS", "SBATCH_OUTPUT", "SBATCH_NO_REQUEUE"):
        monkeypatch.setenv(name, "x")
    assert BatchBackend(context()).warnings(tallgrass, {}) == [
        "SBATCH_QOS, SBATCH_SIGNAL in the environment of the Jupyter server may change the jobs: "
        "SLURM applies what the job script does not set."
    ]
    script = "#!/bin/sh\n#SBATCH --qos=long\n#SBATCH -n 1\n"
    kept = {name for name in commands.environment(slurm, script) if name.startswith("SBATCH_")}
    assert kept == {"SBATCH_SIGNAL", "SBATCH_NO_REQUEUE"}


FIELDS = ["SBATCH_MEM_PER_NODE", "SBATCH_ACCOUNT", "SBATCH_PARTITION", "SBATCH_TIMELIMIT"]


def test_what_a_cluster_keeps_of_its_platform(tallgrass: Platform) -> None:
    """Guards what the controller gets: the name by which jobs are found, and the lifetime."""
    backend = BatchBackend(context())
    needs = backend.needs(tallgrass, {"walltime": "00:30:00", "log_directory": "/logs"})
    assert (needs.batch, needs.log_directory) == ("slurm", "/logs")
    row = cluster(preparation=needs.preparation)
    assert backend.preparation(row, Path("/x/0a1b2c")) == {
        "directory": "/x/0a1b2c",
        "job_name": "dask-0a1b2c",
        "module": "dask_jobqueue",
        "class": "SLURMCluster",
        "unit": "jobs",
        "lifetime": ["--lifetime", "1620s", "--lifetime-stagger", "90s"],
        "job_life": 1530,
        "fields": FIELDS,
        "renewal": {"seconds": None, "life": 1530},
        "submission": {
            "arguments": ["--parsable", "--job-name=dask-0a1b2c"],
            "job_id": slurm.JOB_ID,
            "own_jobs": slurm.own_jobs("dask-0a1b2c"),
            "unset": {
                **{name: [*options] for name, options in slurm.UNSET.items()},
                **{name: [] for name in FIELDS},
            },
        },
    }


def test_warnings_before_a_launch(tallgrass: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the warnings: about the login node, and about the network interface."""
    monkeypatch.setattr(check, "interfaces", lambda: {"lo": "127.0.0.1", "ib0": "10.0.0.1"})
    monkeypatch.setenv("SLURM_JOB_ACCOUNT", "sci")
    backend = BatchBackend(context())
    assert preflight.warnings(tallgrass, backend, {}) == []
    monkeypatch.delenv("SLURM_JOB_ACCOUNT")
    (login,) = preflight.warnings(tallgrass, backend, {})
    assert "are you on the login node?" in login
    _, interface = preflight.warnings(tallgrass, backend, {"interface": "ib1"})
    assert "that the workers can reach: ib0 (10.0.0.1)." in interface
    with pytest.raises(BadInputError, match="no network interface ib1"):
        backend.refuse(tallgrass, {"interface": "ib1"})


def test_a_misspelt_batch_system_in_a_file(tallgrass: Platform) -> None:
    """Guards an administrator's typing error: the platform is greyed, the file is named."""
    backends = Backends(context())
    assert backends.unavailable(tallgrass) is None
    wrong = Platform("x", Path("/etc/x.yaml"), {**tallgrass.data, "batch": "slrum"})
    assert backends.unavailable(wrong) == (
        "There is no batch system 'slrum'. See the line batch: in /etc/x.yaml."
    )


def test_entries_that_do_not_fit_together() -> None:
    """Guards an administrator against a line that is missing, and one that has no effect."""
    backends = Backends(context())
    local = site(options_from="gateway")
    assert backends.unavailable(local) == (
        "Site does not launch through a gateway, so it cannot take options from one. Remove the "
        "line options_from: in site.yaml."
    )
    assert backends.unavailable(site(kind="batch")) == (
        "No batch system is named. Add a line batch: to site.yaml."
    )


def test_a_record_with_an_unknown_batch_system(tmp_path: Path) -> None:
    """Guards the row of a cluster whose batch system is no longer installed: shown, dismissible."""
    row = cluster(State.RUNNING, submission("1"), batch="flux")
    backend = Backends(context()).of(row)
    assert backend.status(row, NOW).warnings == (
        "There is no batch system 'flux'. The jobs of this cluster cannot be followed here.",
    )
    backend.poll_soon(row)

    async def dismiss() -> None:
        with pytest.raises(NotAvailableError, match="cancel them yourself"):
            await backend.cleanup(row, tmp_path, wait=True)
        await backend.cleanup(row, tmp_path, wait=True)

    asyncio.run(dismiss())


async def test_a_server_that_does_not_know_a_batch_system(tmp_path: Path) -> None:
    """Guards against jobs that the server itself leaves, and against a row that warns twice."""
    row = cluster(State.RUNNING, submission("1"), batch="flux")
    backend = Backends(context()).of(row)
    for _ in range(2):
        with pytest.raises(NotAvailableError, match="cancel them yourself, then dismiss"):
            await backend.cleanup(row, tmp_path)
    await backend.cleanup(row, tmp_path, wait=True)  # dismissed


def test_a_module_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the list of clusters against a batch system's module of another distribution."""

    def broken(*_: object) -> None:
        raise ValueError("no such column")

    monkeypatch.setattr("jupyter_cluster_launcher.backends.batch.backend.batch_status", broken)
    row = cluster(State.RUNNING, submission("1"), message="M.")
    status = Backends(context()).of(row).status(row, NOW)
    assert status.message == "M."
    assert status.warnings == ("The jobs of this cluster cannot be described: no such column",)
