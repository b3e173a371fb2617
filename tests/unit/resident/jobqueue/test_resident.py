"""The resident of a cluster whose workers are jobs."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import dask
import pytest
from dask_jobqueue.core import Job
from dask_jobqueue.htcondor import HTCondorJob
from dask_jobqueue.lsf import LSFJob
from dask_jobqueue.slurm import SLURMJob
from distributed.core import Status
from fake_clusters import FakeCluster

from jupyter_cluster_launcher.backends.batch import slurm
from jupyter_cluster_launcher.resident.jobqueue import resident as jobqueue
from jupyter_cluster_launcher.resident.jobqueue import tracker as job_tracker
from jupyter_cluster_launcher.resident.jobqueue.jobs import (
    NO_PAGES,
    PLAIN,
    PRIVATE,
    Submission,
    tracked,
    worker_arguments,
)
from jupyter_cluster_launcher.resident.jobqueue.keys import note_keys, remove_keys
from jupyter_cluster_launcher.resident.jobqueue.resident import (
    RESIDENT,
    JobqueueResident,
    queue_position,
)
from jupyter_cluster_launcher.resident.jobqueue.tracker import JobTracker, SubmissionError
from jupyter_cluster_launcher.resident.jobqueue.workers import Shortfalls, workers_per_job
from jupyter_cluster_launcher.resident.logs import Logs
from jupyter_cluster_launcher.resident.protocols import DummyJob
from jupyter_cluster_launcher.resident.report import Report

LIFETIME = ["--lifetime", "180s"]


@dataclass
class FakeJob:
    """The job that a cluster makes to check its arguments."""

    worker_processes: int


class FakeJobqueueCluster(FakeCluster):
    """A cluster of jobs named by number, of which those in ``working`` have brought workers."""

    def __init__(self, *names: int, working: tuple[str, ...] = (), processes: int = 1) -> None:
        super().__init__(*names)
        self._i = len(names)
        self._dummy_job: DummyJob = FakeJob(processes)
        self.scheduler_info: Mapping[str, Any] = {
            "workers": {one: {"name": one} for one in working}
        }


def a_tracker(unit: str = "jobs", **ids: str | None) -> JobTracker:
    """A tracker of jobs by worker, each with its id or an error that begins with "!"."""
    tracker = JobTracker("cluster-abc", unit, LIFETIME)
    for worker, job in ids.items():
        entry = tracker.begin(worker.removeprefix("w"))
        if job is not None:
            entry["error" if job.startswith("!") else "id"] = job.removeprefix("!")
    return tracker


def a_resident(cluster: FakeJobqueueCluster, tracker: JobTracker, folder: Path) -> JobqueueResident:
    """A resident that watches ``cluster``."""
    one = RESIDENT()
    one.tracker = tracker
    one.begin(str(folder))
    one.start(cluster)
    return one


# The tracker


def test_entries() -> None:
    """Guards what a row is made of, and a report that changes after it was sent."""
    tracker = a_tracker(w0="11", w1="!refused")
    report = tracker.report()
    assert report[0] == {
        "worker": "0", "id": "11", "error": None, "closed": False, "lost": False, "ended": False,
    }  # fmt: skip
    tracker.entries[0]["closed"] = True
    assert not report[0]["closed"]
    again = tracker.begin(0)
    assert tracker.latest([0, 7]) == {0: again, 7: None}


def test_closed_jobs_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a record that grows for days under adaptive scaling."""
    monkeypatch.setattr(job_tracker, "REMEMBERED", 2)
    tracker = a_tracker(w0="10")
    for number in range(1, 6):
        tracker.begin(number)["closed"] = True
    tracker.begin(6)
    assert [entry["worker"] for entry in tracker.entries] == ["0", "4", "5", "6"]
    assert tracker.submitted == 7


# Renewal


def test_a_row_without_the_replacements(published: list[Report], tmp_path: Path) -> None:
    """Guards against "3 of 2 jobs" while an old job hands over to a new one."""
    cluster = FakeJobqueueCluster(0, 1, 2, working=("0", "1", "2"))
    resident = a_resident(cluster, a_tracker(w0="11", w1="12", w2="13"), tmp_path)
    report = {"renewed": 3, "renew_until": "2026-11-23T18:00:00+00:00"}
    renewal: Any = SimpleNamespace(extra=1, report=lambda: report, stop=lambda: None)
    resident.renewal = renewal
    found = resident.sample().report
    assert (found["ready"], found["renewed"]) == (2, 3)
    resident.tracker.unit = "workers"
    found = resident.sample().report
    assert (found["ready"], found["requested"]) == (2, 2)


# Starting


def test_a_launch_waits_for_the_batch_system(published: list[Report], tmp_path: Path) -> None:
    """Guards against "running" before the batch system has decided on any job."""
    tracker = a_tracker(w0="11")
    cluster = FakeJobqueueCluster(0, 1)
    timer = threading.Timer(0.1, lambda: tracker.begin(1).update({"id": "12"}))
    timer.start()
    a_resident(cluster, tracker, tmp_path)
    timer.join()
    assert [job["id"] for job in published[0]["jobs"]] == ["11", "12"]


def test_a_launch_whose_jobs_are_all_refused(published: list[Report], tmp_path: Path) -> None:
    """Guards against a cluster that waits for workers which never come."""
    cluster = FakeJobqueueCluster(0, 1)
    with pytest.raises(SubmissionError, match="Invalid partition"):
        a_resident(cluster, a_tracker(w0="!Invalid partition", w1="!Invalid partition"), tmp_path)
    assert published == []
    a_resident(cluster, a_tracker(w0="!Invalid partition", w1="12"), tmp_path)


def test_a_batch_system_that_does_not_decide(
    published: list[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a launch that never ends."""
    monkeypatch.setattr(jobqueue, "SUBMIT_LIMIT", 0.05)
    a_resident(FakeJobqueueCluster(0), a_tracker(w0=None), tmp_path)
    assert published[0]["jobs"][0]["id"] is None


def test_jobs_of_a_cluster_that_is_still_being_created(tmp_path: Path) -> None:
    """Guards against jobs that wait in the queue for a controller that has ended."""
    one, cancelled = RESIDENT(), tmp_path / "cancelled"
    one.tracker = a_tracker(w0="11", w1=None, w2="!refused", w3="14")
    one.tracker.entries[3]["closed"] = True
    one.close(None)
    assert not cancelled.exists(), "no job was submitted by dask-jobqueue"
    one.tracker.cancel_command = f"sh -c 'echo $0 >> {cancelled}'"
    one.close(None)
    assert cancelled.read_text() == "11\n"


# Counting


def test_jobs_or_workers_are_counted(published: list[Report], tmp_path: Path) -> None:
    """Guards against "2 of 1 workers": a job may bring several, and the user counts either."""
    cluster = FakeJobqueueCluster(0, 1, working=("0-0", "0-1"), processes=2)
    a_resident(cluster, a_tracker("jobs", w0="11", w1="12"), tmp_path)
    assert (published[-1]["ready"], published[-1]["requested"]) == (1, 2)
    assert published[-1]["used"]["each"] == 2, "a job needs the memory of both"
    a_resident(cluster, a_tracker("workers", w0="11", w1="12"), tmp_path)
    assert (published[-1]["ready"], published[-1]["requested"]) == (2, 4)
    assert published[-1]["used"]["each"] == 1


def test_a_job_is_ready_with_its_last_worker(published: list[Report], tmp_path: Path) -> None:
    """Guards a row that is green while half of the workers are missing."""
    cluster = FakeJobqueueCluster(0, 1, working=("0-0", "0-1", "1-1"), processes=2)
    one = a_resident(cluster, a_tracker("jobs", w0="11", w1="12"), tmp_path)
    assert published[-1]["ready"] == 1
    one.scale(1)
    assert list(cluster.worker_spec) == [0, 1], "a job with one worker of two has data already"


def test_jobs_that_lose_some_of_their_workers() -> None:
    """Guards a row that says "1 of 2 jobs" and not why; what a nanny restarts is no news."""
    cluster = FakeJobqueueCluster(0, 1, 2, processes=2)
    now = [0.0]
    shortfalls = Shortfalls(lambda: now[0])

    def warning(*working: str) -> str | None:
        cluster.scheduler_info = {"workers": {one: {"name": one} for one in working}}
        now[0] += 3
        return shortfalls.warning(cluster)

    beginning = [warning("0-0", "0-1", "1-0") for _ in range(4)]
    assert beginning == [None] * 4, "job 1 still starts its second worker"
    everyone = ("0-0", "0-1", "1-0", "1-1", "2-0", "2-1")
    assert [warning(*everyone), warning("0-0", "0-1", "1-0"), warning(*everyone)] == [None] * 3
    lost = [warning("0-0", "0-1", "1-0") for _ in range(3)]
    assert lost == [None] * 2 + [
        "1 job has lost some of its workers: 1 of 2 are left. Its log says why."
    ]
    more = [warning("0-0", "1-0") for _ in range(3)]
    assert more[-1] == (
        "2 jobs have lost some of their workers: 2 of 4 are left. Their logs say why."
    )
    assert warning(*everyone) is None


def test_jobs_that_the_batch_system_ended(published: list[Report], tmp_path: Path) -> None:
    """Guards against a job that ended and counts for ever."""
    one = a_resident(FakeJobqueueCluster(0, 1), a_tracker(w0="11", w1="12"), tmp_path)
    one.jobs_ended(["12"])
    assert [job["ended"] for job in published[-1]["jobs"]] == [False, True]
    one.jobs_ended([])
    assert [job["ended"] for job in published[-1]["jobs"]] == [False, True]


# Scaling


def test_jobs_that_wait_go_first(published: list[Report], tmp_path: Path) -> None:
    """Guards data: a job with a worker stays, and of those that wait the last in the queue goes."""
    cluster = FakeJobqueueCluster(0, 1, 2, 3, working=("3",))
    one = a_resident(cluster, a_tracker(w0="13", w1="11", w2="12", w3="14"), tmp_path)
    one.scale(2)
    assert sorted(cluster.worker_spec) == [1, 3]
    assert cluster.calls == [("scale", {"jobs": 2})]


def test_refused_and_ended_jobs_are_tried_again(published: list[Report], tmp_path: Path) -> None:
    """Guards against a name whose job was refused, which dask-jobqueue would keep as it is."""
    cluster = FakeJobqueueCluster(0, 1, 2)
    tracker = a_tracker(w0="11", w1="!refused", w2="13")
    one = a_resident(cluster, tracker, tmp_path)
    one.jobs_ended(["13"])
    for number in range(3, 6):
        tracker.begin(number)
    one.scale(3)
    assert list(cluster.worker_spec) == [0]
    assert cluster._i == 6, "a name that was used is not used again"


def test_workers_are_scaled_by_whole_jobs(published: list[Report], tmp_path: Path) -> None:
    """Guards against half a job."""
    cluster = FakeJobqueueCluster(0, processes=4)
    one = a_resident(cluster, a_tracker("workers", w0="11"), tmp_path)
    one.scale(5, unit="workers")
    assert cluster.calls == [("scale", {"jobs": 2})]


def test_place_in_the_queue() -> None:
    """Guards against an order of texts, in which 9 comes after 10."""
    tracker = a_tracker(w0="9", w1="10", w2="x1", w3=None)
    places = [queue_position(entry) for entry in [*tracker.entries, None]]
    assert places == [9, 10, float("inf"), float("inf"), float("inf")]


def test_logs_are_those_of_the_scheduler(
    published: list[Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a batch cluster whose scheduler's log is not shown.

    A worker that its nanny killed within a job is counted, with what the scheduler logged of it.
    """
    cluster = FakeJobqueueCluster(0)
    cluster.scheduler.get_events = lambda topic: [(5.0, {"worker": "tls://w9"})]
    one = a_resident(cluster, a_tracker(w0="11"), tmp_path)
    assert one.sample().report["killed"] == 1

    def on_scheduler(request: object, limit: float) -> Logs:
        return {"scheduler": "x\nRemoving tls://w9\n", "workers": []}

    monkeypatch.setattr(one, "on_scheduler", on_scheduler)
    logs = one.logs()
    assert logs["scheduler"].startswith("x\n")
    assert logs["workers"][0]["text"].endswith("\n\nRemoving tls://w9\n")


# Jobs


class QuietJob(Job):
    """A job of dask-jobqueue whose batch system does as the test says."""

    config_name = "slurm"
    refusal: Exception | None = None
    gate: asyncio.Event | None = None

    async def start(self) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        self.job_id = "11"
        self.status = Status.running

    async def close(self) -> None:
        if self.job_id is None:
            raise ValueError("no job id")
        self.cancelled = True


def a_job(tracker: JobTracker, folder: Path, **kwargs: Any) -> Any:
    job_class: Any = tracked(QuietJob, tracker, str(folder))
    given = {"name": 0, "cores": 1, "memory": "1GB", "job_extra_directives": [], **kwargs}
    return job_class("tcp://127.0.0.1:1", **given)


@pytest.mark.parametrize(("arguments", "pages"), [([], False), (["--dashboard-address :0"], True)])
def test_pages_of_workers(
    arguments: list[str], pages: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the dashboards that a user turns on, and others' against the users of their nodes."""
    monkeypatch.setenv(NO_PAGES, "[]")
    a_job(a_tracker(), tmp_path, worker_extra_args=arguments)
    assert (NO_PAGES not in os.environ) == pages


async def test_a_job_is_submitted_and_closed(tmp_path: Path) -> None:
    """Guards the record of an ordinary job: its name, its id, and whether it was wanted."""
    tracker = a_tracker()
    job = a_job(tracker, tmp_path, job_name="mine", worker_extra_args=["--resources", "A=1"])
    assert type(job).__name__ == "QuietJob"
    assert job.job_name == "cluster-abc", "it is found by this name"
    script = job.job_script()
    assert (
        "--resources A=1 --no-dashboard --dashboard-address 127.0.0.1:0 --lifetime 180s" in script
    )
    await job.start()
    (entry,) = tracker.entries
    assert (entry["worker"], entry["id"], entry["closed"]) == ("0", "11", False)
    job._cluster = lambda: SimpleNamespace(worker_spec={0: {}})
    await job.close()
    assert (entry["closed"], entry["lost"], job.status) == (True, True, Status.closed)
    assert (tmp_path / "cancelled-ids").read_text() == "11\n"
    job._cluster = lambda: SimpleNamespace(worker_spec={})
    await job.close()
    assert entry["lost"], "its cluster was closed later"
    other = a_job(tracker, tmp_path)
    await other.start()
    other._cluster = job._cluster
    await other.close()
    assert not tracker.entries[1]["lost"], "it was closed on purpose"


def test_a_directory_that_is_gone_stays_away(tmp_path: Path) -> None:
    """Guards against one that only a controller writes, which no later server removes."""
    directory = tmp_path / "cluster"
    logs = directory / "jobs"
    with dask.config.set({"jobqueue.slurm.log-directory": str(logs)}):
        a_job(a_tracker(), directory)
        assert not directory.exists()
        directory.mkdir()
        a_job(a_tracker(), directory)
        assert logs.is_dir()


def test_the_size_of_a_job_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a file in the home directory that is written at each poll."""
    cluster, reads = FakeJobqueueCluster(0, processes=2), list[DummyJob]()

    def read(self: FakeJobqueueCluster) -> DummyJob:
        reads.append(FakeJob(2))
        return reads[-1]

    del cluster._dummy_job
    monkeypatch.setattr(FakeJobqueueCluster, "_dummy_job", property(read), raising=False)
    assert [workers_per_job(cluster) for _ in range(3)] == [2, 2, 2]
    assert len(reads) == 1


async def test_ids_outlive_the_controller(tmp_path: Path) -> None:
    """Guards pending jobs of a controller that was killed before it reported them."""
    for _ in range(2):
        await a_job(a_tracker(), tmp_path).start()
    assert (tmp_path / "job-ids").read_text().split() == ["11", "11"]


async def test_the_cancel_command_outlives_the_controller(tmp_path: Path) -> None:
    """Guards jobs of a batch system of which the server knows nothing else."""
    job = a_job(a_tracker(), tmp_path)
    job.cancel_command = "oardel"
    await job.start()
    assert (tmp_path / "cancel-command").read_text() == "oardel"


async def test_a_full_disk_is_no_refusal(tmp_path: Path) -> None:
    """Guards a job that runs and counts as rejected, because its id could not be noted."""
    tracker = a_tracker()
    job = a_job(tracker, tmp_path)
    job.directory = str(tmp_path / "gone")
    await job.start()
    assert (tracker.entries[0]["id"], tracker.entries[0]["error"]) == ("11", None)


def test_how_jobs_are_submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the id and the name of a job against a site's banner, directives and variables."""
    for name in ("SBATCH_OUTPUT", "SBATCH_ACCOUNT", "SBATCH_QOS", "SBATCH_PARTITION"):
        monkeypatch.setenv(name, "x")
    submission = Submission(
        arguments=["--parsable", "--job-name=cluster-abc"],
        job_id=r"^(?P<job_id>\d+)$",
        own_jobs=[],
        unset={
            "SBATCH_OUT*": [],
            "SBATCH_ACCOUNT": ["-A", "--account"],
            "SBATCH_PARTITION": ["-p"],
            "SBATCH_QOS": ["-q", "--qos"],
        },
    )
    job_class: Any = tracked(SLURMJob, a_tracker(), str(tmp_path), submission)
    job = job_class("tcp://x:1", name=0, cores=1, memory="1GB", account="sci", queue=None,
                    job_extra_directives=["--qos=long"])  # fmt: skip
    assert job.submit_command == "sbatch --parsable --job-name=cluster-abc"
    assert job.job_id_regexp == r"^(?P<job_id>\d+)$"
    left = {name for name in os.environ if name.startswith("SBATCH_")}
    assert left == {"SBATCH_PARTITION"}, "only what the script does not say is left to a variable"


@pytest.mark.parametrize(
    ("listing", "job_id"),
    [
        ("echo 'cluster-abc|11\ncluster-abc|12\nother|2026'", "12"),
        ("exit 1", "2026"),
        ("true", "2026"),
    ],
)
async def test_a_number_that_is_not_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listing: str, job_id: str
) -> None:
    """Guards a healthy job whose site ends the output of sbatch with a number of its own."""
    for name, script in {"sbatch": "echo 11\necho '12;big'\necho 2026", "squeue": listing}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    tracker = a_tracker(w9="11")
    submission = Submission(arguments=[], job_id=slurm.JOB_ID, own_jobs=["squeue"], unset={})
    job_class: Any = tracked(SLURMJob, tracker, str(tmp_path), submission)
    await job_class("tcp://x:1", name=0, cores=1, memory="1GB").start()
    assert [entry["id"] for entry in tracker.entries] == ["11", job_id]


@pytest.mark.filterwarnings("ignore:.*has been renamed:FutureWarning")
@pytest.mark.parametrize(
    ("directives", "commands", "arguments"),
    [
        ("job-extra-directives", "job-script-prologue", "worker-extra-args"),
        ("job-extra", "env-extra", "extra"),  # before dask-jobqueue 0.8
    ],
)
def test_what_a_site_configured(
    tmp_path: Path, directives: str, commands: str, arguments: str
) -> None:
    """Guards a site's own settings against what a launch adds to them."""
    site = {
        directives: ["--comment=site", "--constraint=knl"],
        commands: ["module load conda"],
        arguments: ["--resources", "A=1"],
    }
    with dask.config.set({f"jobqueue.slurm.{key}": value for key, value in site.items()}):
        job_class: Any = tracked(SLURMJob, a_tracker(), str(tmp_path))
        size = {"cores": 1, "memory": "1GB"}
        plain = job_class("tcp://x:1", name=0, **size).job_script()
        more = job_class(
            "tcp://x:1",
            name=1,
            **size,
            job_extra_directives=["--constraint=big"],
            job_script_prologue=["export A=1", "module load conda"],
            worker_extra_args=["--resources", "A=2"],
        ).job_script()
    assert "--resources A=1 --no-dashboard" in plain
    assert "module load conda" in plain
    assert "#SBATCH --constraint=knl" in plain
    assert "#SBATCH --comment=site" in more
    assert "#SBATCH --constraint=big" in more
    assert "--constraint=knl" not in more
    assert more.count("module load conda") == 1
    assert "export A=1" in more
    assert "--resources A=1 --resources A=2 --no-dashboard" in more


def test_how_jobs_are_submitted_to_htcondor(tmp_path: Path) -> None:
    """Guards HTCondor, whose class makes its own submit command and has a mapping of directives."""
    submission = Submission(
        arguments=["-batch-name", "cluster-abc"], job_id=None, own_jobs=[], unset={}
    )
    job_class: Any = tracked(HTCondorJob, a_tracker(), str(tmp_path), submission)
    site = {"jobqueue.htcondor.job-extra-directives": {"requirements": "A", "rank": "B"}}
    with dask.config.set(site):
        job = job_class(
            "tcp://x:1", name=0, cores=1, memory="1GB", disk="1GB", submit_command_extra=["-spool"],
            job_extra_directives={"rank": "C"},
        )  # fmt: skip
    assert job.submit_command == "condor_submit -spool -batch-name cluster-abc"
    assert job._job_id_from_submit_output("1 job(s) submitted to cluster 123.") == "123.0"
    script = job.job_script()
    assert "requirements = A\n" in script
    assert "rank = C\n" in script


async def test_why_lsf_refused_a_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards bsub's words, which dask-jobqueue sends to /dev/null."""
    bsub = tmp_path / "bsub"
    bsub.write_text(
        '#!/bin/sh\necho "nosuch: No such queue. Job not submitted. $*" >&2\nexit 255\n'
    )
    bsub.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    tracker = a_tracker()
    submission = Submission(arguments=["-J", "cluster-abc"], job_id=None, own_jobs=[], unset={})
    job_class: Any = tracked(LSFJob, tracker, str(tmp_path), submission)
    await job_class("tcp://x:1", name=0, cores=1, memory="1GB", use_stdin=True).start()
    error = tracker.entries[0]["error"] or ""
    assert error.endswith("nosuch: No such queue. Job not submitted. -J cluster-abc\n\n")


def test_blanks_in_paths(tmp_path: Path) -> None:
    """Guards a home with blanks: each path is one word in the directives and in the command."""
    home = tmp_path / "Ann's home"
    python = home / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    files = {"ca_file": f"{home}/ca", "key": f"{home}/key", "ciphers": "A B"}
    security: Any = SimpleNamespace(get_tls_config_for_role=lambda role: files)
    job_class: Any = tracked(SLURMJob, a_tracker(), str(tmp_path))
    job = job_class("tls://x:1", name=0, cores=1, memory="1GB", python=str(python),
                    log_directory=f"{home}/jobs", local_directory="$TMPDIR/a b",
                    security=security)  # fmt: skip
    words = [shlex.split(line) for line in job.job_header.splitlines()]
    assert ["#SBATCH", "-o", f"{home}/jobs/cluster-abc-%J.out"] in words
    assert ["#SBATCH", "-e", f"{home}/jobs/cluster-abc-%J.err"] in words
    command = shlex.split(job._command_template)
    assert command[:2] == [str(python), "-m"]
    assert command[command.index("--local-directory") + 1] == "$TMPDIR/a b"
    assert command[command.index("--tls-ca-file") + 1] == f"{home}/ca"
    assert command[command.index("--tls-key") + 1] == f"{home}/key"
    assert "$TMPDIR" in job._command_template, "the job's shell expands it"


def test_a_home_that_a_shell_would_change(tmp_path: Path) -> None:
    """Guards a home with dollar signs and backticks: the job's shell reads it as it stands."""
    home = tmp_path / "a$nosuch ${HOME} `id` $(id) {b,c} \\ *"
    home.mkdir()
    for name in ("python", "ca", "key"):
        (home / name).touch()
    files = {"ca_file": f"{home}/ca", "key": f"{home}/key"}
    security: Any = SimpleNamespace(get_tls_config_for_role=lambda role: files)
    job_class: Any = tracked(SLURMJob, a_tracker(), str(tmp_path))
    job = job_class("tls://x:1", name=0, cores=1, memory="1GB", python=f"{home}/python",
                    log_directory=f"{home}/jobs", local_directory="$TMPDIR/x",
                    security=security)  # fmt: skip
    words = [shlex.split(line) for line in job.job_header.splitlines()]
    assert ["#SBATCH", "-o", f"{home}/jobs/cluster-abc-%J.out"] in words
    shell = f"printf '%s\\0' {job._command_template}"
    env = {"PATH": os.environ["PATH"], "HOME": "/elsewhere", "TMPDIR": "/fast"}
    done = subprocess.run(["bash", "-c", shell], check=True, capture_output=True, env=env)
    read = done.stdout.decode().split("\0")
    assert read[0] == f"{home}/python"
    for option, path in {
        "--tls-ca-file": f"{home}/ca", "--tls-key": f"{home}/key", "--local-directory": "/fast/x",
    }.items():  # fmt: skip
        assert read[read.index(option) + 1] == path


async def test_a_job_that_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a refusal that is not shown, and a second close that waits for ever."""
    monkeypatch.setattr(QuietJob, "refusal", RuntimeError("Invalid partition"))
    tracker = a_tracker()
    job = a_job(tracker, tmp_path)
    assert job.job_name == "cluster-abc"
    await job.start()
    assert tracker.entries[0]["error"] == "Invalid partition"
    assert job.status == Status.running
    assert capsys.readouterr().err == "Invalid partition\n"
    for _ in range(2):
        with pytest.raises(ValueError, match="no job id"):
            await job.close()
        assert job.status == Status.closed


async def test_a_job_that_is_closed_while_it_is_submitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a job that runs on because sbatch answered after the close."""
    gate = asyncio.Event()
    monkeypatch.setattr(QuietJob, "gate", gate)
    job = a_job(a_tracker(), tmp_path)
    starting = asyncio.ensure_future(job.start())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="no job id"):
        await job.close()
    gate.set()
    await starting
    assert job.cancelled


async def test_a_job_that_was_never_started_can_be_closed(tmp_path: Path) -> None:
    """Guards against an error where a launch is stopped before its first job."""
    job = a_job(a_tracker(), tmp_path)
    job.job_id = "11"
    await job.close()
    assert job.status == Status.closed


@pytest.mark.parametrize(
    ("own", "arguments"),
    [
        ([], [*PRIVATE, *LIFETIME]),
        (["--lifetime", "4s"], ["--lifetime", "4s", *PRIVATE]),
        (["--dashboard-address :1"], ["--dashboard-address :1", *LIFETIME]),
        (["--dashboard"], ["--dashboard", *LIFETIME]),
    ],
)
def test_what_the_user_gave_holds(own: list[str], arguments: list[str]) -> None:
    """Guards against overriding a lifetime or an address that the user chose."""
    assert worker_arguments(own, LIFETIME) == arguments


# Preparing


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A module with a cluster class, as a site may have one."""

    class Cluster:
        """A class of clusters that does nothing."""

        job_cls = SLURMJob

        def close(self) -> str:
            return "closed"

    module = ModuleType("a_site")
    module.__dict__["Cluster"] = Cluster
    monkeypatch.setitem(__import__("sys").modules, "a_site", module)
    with dask.config.set({}):
        yield Cluster


def settings(folder: Path, **changes: Any) -> dict[str, Any]:
    return {
        "directory": str(folder), "sockets": str(folder), "module": "a_site", "class": "Cluster",
        "job_name": "cluster-abc", "unit": "jobs", "lifetime": LIFETIME, "submission": PLAIN,
        **changes,
    }  # fmt: skip


@pytest.mark.usefixtures("dask_unchanged")
def test_preparing(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards where logs and keys go, and the keys that stay after a close."""
    monkeypatch.setenv("SHARED", str(tmp_path / "shared"))
    one = RESIDENT()
    keys = ("shared-temp-directory", "log-directory")
    with dask.config.set({f"jobqueue.slurm.{key}": None for key in keys}):
        one.prepare(settings(tmp_path))
        assert dask.config.get("jobqueue.slurm.log-directory") == str(tmp_path / "jobs")
        assert dask.config.get("jobqueue.slurm.shared-temp-directory") == str(tmp_path)
    assert (one.tracker.job_name, one.tracker.unit) == ("cluster-abc", "jobs")
    assert issubclass(site.job_cls, SLURMJob)
    assert site.job_cls.tracker is one.tracker
    site.job_cls = SLURMJob
    with dask.config.set({"jobqueue.slurm.shared-temp-directory": "$SHARED"}):
        one.prepare(settings(tmp_path))
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o700
    key = tmp_path / ".dask-jobqueue.worker.key.1"
    key.touch()
    (tmp_path / "keys.json").write_text(json.dumps([str(key), str(tmp_path / "gone")]))
    assert site().close() == "closed"
    assert not key.exists()


@pytest.mark.usefixtures("dask_unchanged")
@pytest.mark.parametrize("changes", [{"module": "no_such_module"}, {"class": "NoSuchClass"}])
def test_what_is_missing_is_left_to_the_create_code(
    site: Any, tmp_path: Path, changes: dict[str, str]
) -> None:
    """Guards against an error about our preparation instead of the missing package."""
    one = RESIDENT()
    one.prepare(settings(tmp_path, **changes))
    assert not hasattr(one, "tracker")


def test_keys_are_noted_and_removed(tmp_path: Path) -> None:
    """Guards against removing a key that is not dask-jobqueue's own."""
    own = tmp_path / ".dask-jobqueue.worker.key.1"
    users = tmp_path / "key.pem"
    for path in (own, users):
        path.touch()
    files = {"key": str(own), "cert": str(users), "ca_file": None}
    security: Any = SimpleNamespace(get_tls_config_for_role=lambda role: files)
    note_keys(None, str(tmp_path))
    remove_keys(str(tmp_path))
    assert own.exists()
    note_keys(security, str(tmp_path))
    assert json.loads((tmp_path / "keys.json").read_text()) == [str(own)]
    remove_keys(str(tmp_path))
    assert (own.exists(), users.exists()) == (False, True)
