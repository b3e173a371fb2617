"""What a site set for dask-jobqueue adds to a launch, and is not replaced by it."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from typing import Any

import dask
import pytest
from dask_jobqueue.slurm import SLURMJob

from jupyter_cluster_launcher.resident.jobqueue.jobs import PLAIN, track_jobs, tracked
from jupyter_cluster_launcher.resident.jobqueue.shell import escape_in_command, merging_options
from jupyter_cluster_launcher.resident.jobqueue.tracker import JobTracker


def script(folder: Path, **arguments: Any) -> str:
    job = tracked(SLURMJob, JobTracker("dask-a", "jobs", []), str(folder), PLAIN)
    size = {"cores": 1, "memory": "1GB", "log_directory": str(folder)}
    text: str = job("tcp://127.0.0.1:1", "1", **size, **arguments).job_script()
    return text


def test_directives_are_added(tmp_path: Path) -> None:
    """Guards against jobs without what a site needs of each of them."""
    site = ["--clusters=main", "--qos=low", "--exclusive"]
    with dask.config.set({"jobqueue.slurm.job-extra-directives": site}):
        text = script(tmp_path, job_extra_directives=["--qos=high", "-C fast"])
        lines = [line.removeprefix("#SBATCH ") for line in text.splitlines()]
        assert [one for one in lines if one in (*site, "--qos=high", "-C fast")] == [
            "--clusters=main", "--exclusive", "--qos=high", "-C fast",
        ]  # fmt: skip
        assert "--qos=low" in script(tmp_path)


def test_scheduler_options_are_added() -> None:
    """Guards against a port that a firewall lets through, and that was lost."""
    seen: dict[str, Any] = {}
    key = "jobqueue.slurm.scheduler-options"
    init = merging_options(lambda *_, **kwargs: seen.update(kwargs), key)
    with dask.config.set({key: {"port": 8786, "dashboard_address": ":8787"}}):
        init(None, scheduler_options={"dashboard_address": "127.0.0.1:0"}, cores=1)
    assert seen == {
        "scheduler_options": {"port": 8786, "dashboard_address": "127.0.0.1:0"}, "cores": 1,
    }  # fmt: skip


def test_the_folder_for_logs_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against logs in a place that a site's nodes cannot write."""
    (site := tmp_path / "site").mkdir()
    (directory := tmp_path / "cluster").mkdir()
    (tmp_path / "classes.py").write_text(
        "from dask_jobqueue import SLURMCluster\nclass Cluster(SLURMCluster):\n    pass\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with dask.config.set({"jobqueue.slurm.log-directory": str(site)}):
        track_jobs(
            {
                "directory": str(directory), "module": "classes", "class": "Cluster",
                "job_name": "dask-a", "unit": "jobs", "lifetime": [], "submission": PLAIN,
            }
        )  # fmt: skip
        assert dask.config.get("jobqueue.slurm.log-directory") == str(site)
    (site / "dask-a-1.out").write_text("x")
    assert (directory / "jobs" / "dask-a-1.out").read_text() == "x"


@pytest.mark.parametrize(
    ("path", "argument"),
    [("$NOT_SET", ""), ("${NOT_SET}", ""), ("$SET/a b", "/x y/a b"), ("~/a", "/people/ann/a")],
)
def test_a_variable_that_is_not_set(path: str, argument: str) -> None:
    """Guards against "unexpected extra argument": the next argument was swallowed."""
    command = escape_in_command(f"show --local-directory {path} --nanny", [path])
    show = 'show() { printf "%s\\n" "$@"; }; '
    done = subprocess.run(
        ["/bin/bash", "-c", show + command],
        capture_output=True, text=True, check=True, env={"SET": "/x y", "HOME": "/people/ann"},
    )  # fmt: skip
    assert done.stdout.splitlines() == ["--local-directory", argument, "--nanny"]
    assert shlex.split(command)[0] == "show"
