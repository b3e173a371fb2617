"""The log files of batch jobs."""

from __future__ import annotations

from pathlib import Path

from fakes import a_cluster

from jupyter_cluster_launcher.backends.batch.logs import job_logs
from jupyter_cluster_launcher.backends.facts import Log
from jupyter_cluster_launcher.controller.log_files import LIMIT


def test_what_jobs_wrote(tmp_path: Path) -> None:
    """Guards against a job whose last output is not shown: the reason that it failed."""
    folder = tmp_path / "jobs"
    folder.mkdir()
    (folder / "dask-worker-123.err").write_text("slurmstepd: out of memory\n")
    (folder / "dask-worker-123.out").write_text("hello\n")
    (folder / "dask-worker-20.err").write_text("x" * 200_000)
    (folder / "dask-worker.e7").write_text("of another batch system\n")
    (folder / "notes.txt").write_text("no log of a job")
    logs = job_logs(a_cluster(), tmp_path)
    assert [log.id for log in logs] == ["7", "20", "123"]
    assert logs[2] == Log("123", "Job 123", "slurmstepd: out of memory\nhello\n")
    assert len(logs[1].text) == 100_000
    assert job_logs(a_cluster(), tmp_path / "unknown") == []


def test_a_thousand_jobs_are_not_a_gigabyte(tmp_path: Path) -> None:
    """Guards against hundred megabytes that are read and sent every two seconds.

    Short logs are whole, long ones share what is left, and the newest words are what is shown.
    """
    folder = tmp_path / "jobs"
    folder.mkdir()
    for number in range(100, 300):
        (folder / f"dask-worker-{number}.out").write_text("x" * 200_000 + f"end of {number}")
    for number in range(500):
        (folder / f"dask-worker-{1000 + number}.err").write_text("slurmstepd: out of memory\n")
    texts = {log.id: log.text for log in job_logs(a_cluster(), tmp_path)}
    assert len(texts) == 700
    assert LIMIT * 0.9 < sum(map(len, texts.values())) <= LIMIT
    assert texts["1000"] == "slurmstepd: out of memory\n"
    assert texts["150"].endswith("xend of 150")


def test_names_of_all_batch_systems(tmp_path: Path) -> None:
    """Guards the logs of HTCondor, whose ids have two numbers, of LSF, and of OpenPBS."""
    folder = tmp_path / "jobs"
    folder.mkdir()
    (folder / "worker-123.0.err").write_text("a")
    (folder / "worker-123.0.out").write_text("b")
    (folder / "worker-123.log").write_text("of HTCondor itself")
    (folder / "LSFCluster-0-45.out").write_text("c")
    (folder / "68350.mycluster.OU").write_text("d")
    logs = job_logs(a_cluster(), tmp_path)
    assert [(log.id, log.text) for log in logs] == [("45", "c"), ("123.0", "ab"), ("68350", "d")]


def test_a_folder_that_clusters_share(tmp_path: Path) -> None:
    """Guards logs whose names have no job name in them, against those of other clusters."""
    (tmp_path / "worker-1.0.out").write_text("mine")
    (tmp_path / "worker-2.0.out").write_text("of another cluster")
    (directory := tmp_path / "cluster").mkdir()
    (directory / "job-ids").write_text("1.0\n")
    logs = job_logs(a_cluster(log_directory=str(tmp_path)), directory)
    assert [(log.id, log.text) for log in logs] == [("1.0", "mine")]
