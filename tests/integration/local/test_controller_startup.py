"""What a controller begins with: nothing of the user's interactive setup, nothing in /tmp."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

import pytest
from fakes import write_kernelspec
from jupyter_client.kernelspec import KernelSpecManager
from kernels import FOREVER, alone, kernel, nothing_left

from jupyter_cluster_launcher.clusters.connection import CLOSE
from jupyter_cluster_launcher.clusters.launching.prepared import MARK
from jupyter_cluster_launcher.controller.spawn import left_behind, spawn

STARTUP = """
print("startup was here")
class Stranger:
    def close(self):
        print("the wrong cluster was closed")
cluster = Stranger()
"""


async def test_startup_files_do_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against the user's own ``cluster``, and what startup files print, in a launch.

    Workers and jobs get the user's environment, not ours.
    """
    profile = tmp_path / "home" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "50-mine.py").write_text(STARTUP)
    (tmp_path / "python_startup.py").write_text(STARTUP)
    monkeypatch.setenv("PYTHONSTARTUP", str(tmp_path / "python_startup.py"))
    for mine in (str(profile.parent), None):
        if mine is None:
            monkeypatch.delenv("IPYTHONDIR")
            monkeypatch.setenv("HOME", str(tmp_path))
            profile.parent.rename(tmp_path / ".ipython")
        else:
            monkeypatch.setenv("IPYTHONDIR", mine)
        async with kernel(tmp_path) as one:
            await one.controller.load("local", tmp_path)
            assert await one.value("'cluster' in globals()", tmp_path) is False
            assert await one.value("os.environ.get('IPYTHONDIR')", tmp_path) == mine
            assert await one.value("os.environ['PYTHONSTARTUP']", tmp_path)
            await one.controller.end(CLOSE, FOREVER)
            assert "startup was here" not in one.output
        log = (tmp_path / "launch.log").read_text()
        assert "startup was here" not in log
        assert "wrong cluster" not in log


async def test_no_debugger_and_no_history(tmp_path: Path) -> None:
    """Guards the start and the memory of each controller; its own code may use debugpy still."""
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        assert (
            await one.value(
                "[name for name in ('debugpy', 'pydevd') if name in __import__('sys').modules]",
                tmp_path,
            )
            == []
        )
        threads = "[each.name for each in __import__('threading').enumerate()]"
        assert "IPythonHistorySavingThread" not in await one.value(threads, tmp_path)
        assert not list(Path(one.ref.socket_dir).rglob("history*"))
        assert await one.value("__import__('debugpy').__name__", tmp_path) == "debugpy"
        await one.controller.end(CLOSE, FOREVER)


async def test_a_foreign_cluster_is_forgotten(tmp_path: Path) -> None:
    """Guards against closing what a site's startup file has left in ``cluster``."""
    async with kernel(tmp_path) as one:
        await one.controller.run(STARTUP, FOREVER)
        await one.controller.load("local", tmp_path)
        await one.controller.end(CLOSE, FOREVER)
        assert "wrong cluster" not in one.output


CLUSTER = """
from dask.distributed import LocalCluster
cluster = LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None)
"""


async def test_sockets_of_workers_are_removed(tmp_path: Path) -> None:
    """Guards against a directory in /tmp for each launch."""
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    method = {"DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver"}
    async with kernel(tmp_path, TMPDIR=str(temporary), **method) as one:
        await one.controller.load("local", tmp_path)
        folders = {"directory": str(tmp_path), "sockets": one.ref.socket_dir}
        settings = {"workers_here": True, **folders}
        await one.controller.call("prepare", settings)
        await one.controller.run(CLUSTER, FOREVER)
        assert list(Path(one.ref.socket_dir).glob("pymp-*"))
        assert await one.value("__import__('tempfile').gettempdir()", tmp_path) == str(temporary)
        await one.controller.end(CLOSE, FOREVER)
        nothing_left(one.ref)
    assert not list(temporary.glob("pymp-*"))


async def test_workers_that_have_started_are_noticed_soon(tmp_path: Path) -> None:
    """Guards the time of a launch, of which Dask spends some waiting for its next look."""
    seconds = "__import__('distributed').nanny.WorkerProcess._init_msg_interval"
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        before = await one.value(seconds, tmp_path)
        folders = {"directory": str(tmp_path), "sockets": one.ref.socket_dir}
        await one.controller.call("prepare", {"workers_here": True, **folders})
        assert await one.value(seconds, tmp_path) < before
        await one.controller.run(CLUSTER, FOREVER)
        await one.controller.end(CLOSE, FOREVER)


async def test_garbage_is_collected_seldom_until_there_is_a_cluster(tmp_path: Path) -> None:
    """Guards the seconds of a launch, and afterwards the memory of a scheduler."""
    threshold = "__import__('gc').get_threshold()[0]"
    usual = gc.get_threshold()[0]
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        assert await one.value(threshold, tmp_path) > 10 * usual
        await one.controller.run(CLUSTER, FOREVER)
        await one.controller.start_watch("cluster", {}, FOREVER)
        assert await one.value(threshold, tmp_path) == usual
        # The garbage of a launch is not kept for good.
        assert await one.value("__import__('gc').get_freeze_count()", tmp_path) == 0
        old = "len(__import__('gc').get_objects(2)) > 10 * len(__import__('gc').get_objects(0))"
        assert await one.value(old, tmp_path)
        await one.controller.end(CLOSE, FOREVER)


@pytest.mark.parametrize("resident", ["local", "jobqueue.resident", "gateway.resident"])
async def test_one_that_was_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, resident: str
) -> None:
    """Guards what packages add to Dask's configuration, and what the user does meanwhile."""
    config = tmp_path / "config"
    config.mkdir()
    monkeypatch.setenv("DASK_CONFIG", str(config))
    async with kernel(tmp_path) as one:
        (tmp_path / MARK).touch()
        await one.controller.load(resident, tmp_path)
        folders = {"directory": str(tmp_path), "sockets": one.ref.socket_dir}
        await one.controller.call("warm_up", {"workers_here": True, **folders})
        before = await one.value("__import__('dask').config.config", tmp_path)
        (config / "mine.yaml").write_text("mine: {value: 1}")
        await one.controller.run("print('from before')", FOREVER)
        await one.controller.call("use", str(config), 3600.0)
        await one.controller.run("print('of the launch')", FOREVER)
        assert await one.value("os.getcwd()", tmp_path) == str(config)
        after = await one.value("__import__('dask').config.config", tmp_path)
        assert after == {**before, "mine": {"value": 1}}
        assert not (tmp_path / MARK).exists()
        assert (tmp_path / "launch.log").read_text() == "of the launch\n"


WRAPPED = f"'{sys.executable}' -m ipykernel_launcher -f '{{connection_file}}'; true"


@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "in a shell"])
async def test_a_kernel_that_no_server_ever_calls(
    tmp_path: Path, jp_environ: None, jp_kernel_dir: Path, wrapped: bool
) -> None:
    """Guards against a kernel that runs for ever because its server was killed just then."""
    argv: dict[str, Any] = {"argv": ["bash", "-c", WRAPPED]} if wrapped else {}
    write_kernelspec(Path(jp_kernel_dir), "mine", **argv)
    ref = await spawn("mine", KernelSpecManager(), tmp_path, None, {}, orphan=1.0)
    found = left_behind(tmp_path)
    assert found == ref, "the next server finds it, too"
    assert await alone(ref, tmp_path) == "Stopped: no contact with a Jupyter server for 1 second."
