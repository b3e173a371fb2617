"""A cluster in the oldest kernel that is supported: Python 3.9, dask 2024.5, ipykernel 6.29."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fakes import write_kernelspec
from jupyter_client.kernelspec import KernelSpecManager
from kernels import FOREVER, alone, kernel, nothing_left
from pythons import interpreter

from jupyter_cluster_launcher.clusters.connection import CLOSE
from jupyter_cluster_launcher.controller.environments import Environments
from jupyter_cluster_launcher.controller.spawn import spawn

PACKAGES = (
    *("dask[distributed]==2024.5.*", "ipykernel==6.29.*", "dask-jobqueue==0.8.*"),
    *("bokeh", "cryptography"),
)
SHARED = ["memory_limit"]
CREATE = """
from dask.distributed import LocalCluster, Security
cluster = LocalCluster(n_workers=1, threads_per_worker=1, security=Security.temporary())
"""
SCRIPT = """
from dask_jobqueue import SLURMCluster
cluster = SLURMCluster(cores=1, processes=1, memory="1GB", walltime="00:04:00")
"""


@pytest.fixture(scope="module")
def old_python(pytestconfig: pytest.Config) -> str:
    """The interpreter of an environment with the oldest supported packages, made once and kept."""
    base = interpreter("3.9")
    folder = Path(pytestconfig.cache.mkdir("oldest-kernel")) / "venv"
    python, complete = folder / "bin" / "python", folder / "complete"
    wanted = "\n".join(PACKAGES)
    if not complete.exists() or complete.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([base, "-m", "venv", str(folder)], check=True, timeout=120)
        install = [str(python), "-m", "pip", "install", "--quiet", *PACKAGES]
        done = subprocess.run(install, capture_output=True, text=True, timeout=500, check=False)
        assert done.returncode == 0, done.stderr
        complete.write_text(wanted)
    return str(python)


@pytest.fixture
def old_kernel(
    jp_environ: None, jp_kernel_dir: Path, old_python: str, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The name of a kernel with that Python, which sees nothing of this checkout."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    return write_kernelspec(Path(jp_kernel_dir), "oldest", old_python)


def log(folder: Path) -> str:
    """Return what a controller printed."""
    return (folder / "launch.log").read_text(encoding="utf-8")


@pytest.mark.timeout(900)
async def test_a_cluster_in_the_oldest_kernel(old_kernel: str, tmp_path: Path) -> None:
    """Guards against syntax, a library or a part of Dask that is newer than the user's kernel.

    The environment has nothing of ours: all comes out of the cluster's directory.
    """
    async with kernel(tmp_path, old_kernel) as one:
        await one.controller.load("local", tmp_path)
        assert await one.value("list(sys.version_info[:2])", tmp_path) == [3, 9]
        assert (
            await one.value("any('resident.zip' in path for path in sys.path)", tmp_path) is False
        )
        absent = "__import__('importlib.util').util.find_spec('jupyter_cluster_launcher') is None"
        assert await one.value(absent, tmp_path)
        folders = {"directory": str(tmp_path), "sockets": one.ref.socket_dir}
        settings = {"workers_here": True, "shared": SHARED, **folders}
        await one.controller.call("prepare", settings, timeout=FOREVER)
        await one.controller.run(CREATE, FOREVER)
        watch = {"idle_timeout": 3600.0}
        await one.controller.start_watch("cluster", watch, FOREVER)
        await one.until(lambda: one.reports and one.reports[-1]["ready"] == 1)
        report = one.reports[-1]
        assert report["tls"]
        assert report["address"].startswith("tls://")
        assert report["versions"]["dask"].startswith("2024.5.")
        assert report["dashboard_port"] is None
        assert report["dashboard_socket"] == f"{one.ref.socket_dir}/dashboard"
        assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
        assert Path(one.ref.socket_dir, "resident.zip").stat().st_mode & 0o777 == 0o600
        await one.until(lambda: one.reports[-1]["plots"])
        await one.controller.call("scale", 2, timeout=FOREVER)
        await one.until(lambda: one.reports[-1]["ready"] == 2)
        await one.controller.call("adapt", 0, 1, timeout=FOREVER)
        await one.until(lambda: one.reports[-1]["ready"] <= 1)
        await one.controller.call("keep", idle_timeout=None, timeout=FOREVER)
        logs: Any = await one.controller.call("logs", timeout=FOREVER)
        assert "Scheduler at:" in logs["scheduler"]
        assert await one.controller.end(CLOSE, FOREVER)
        # This Dask may log errors of its own while it closes.
        assert "resident.zip" not in (output := one.output + log(tmp_path)), output
        nothing_left(one.ref)


@pytest.mark.timeout(900)
async def test_a_job_script_of_the_oldest_environment(old_kernel: str, tmp_path: Path) -> None:
    """Guards the program that is sent into an environment for one answer."""
    environments = Environments(KernelSpecManager(), old_kernel, timeout=120)
    settings = {
        "directory": str(tmp_path), "module": "dask_jobqueue", "class": "SLURMCluster",
        "job_name": "cluster-abc", "unit": "jobs", "lifetime": ["--lifetime", "180s"],
        "submission": {"arguments": [], "job_id": None, "own_jobs": [], "unset": {}},
    }  # fmt: skip
    private = {"settings": settings, "code": SCRIPT}
    answer = await environments.run_resident(old_kernel, "jobqueue.job_script", private=private)
    assert "#SBATCH -J cluster-abc\n" in answer["script"]
    assert "--lifetime 180s" in answer["script"]


@pytest.mark.timeout(900)
async def test_an_error_in_the_resident_has_a_file_and_a_line(
    old_kernel: str, tmp_path: Path
) -> None:
    """Guards against an error report that does not name its source."""
    async with kernel(tmp_path, old_kernel) as one:
        await one.controller.load("local", tmp_path)
        await one.controller.run("import traceback", FOREVER)
        new = "type(__cluster_launcher)()"
        code = f"try:\n    {new}.ping()\nexcept RuntimeError:\n    traceback.print_exc()"
        await one.controller.run(code, FOREVER)
        said = log(tmp_path)
        assert (
            f'{one.ref.socket_dir}/resident.zip/cluster_launcher_resident/base.py", line ' in said
        )
        assert 'raise RuntimeError("The cluster is still being created.")' in said


@pytest.mark.timeout(900)
async def test_the_oldest_kernel_ends_without_a_server(old_kernel: str, tmp_path: Path) -> None:
    """Guards against a kernel that runs for ever because its server was killed just then."""
    ref = await spawn(old_kernel, KernelSpecManager(), tmp_path, None, {}, orphan=1.0)
    assert await alone(ref, tmp_path) == "Stopped: no contact with a Jupyter server for 1 second."
    assert log(tmp_path) == ""
