"""The controller with real kernels: how it starts, and what it survives."""

from __future__ import annotations

import gc
import json
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from fakes import write_kernelspec
from jupyter_client.kernelspec import KernelSpecManager
from kernels import FOREVER, Kernel, kernel, nothing_left

from jupyter_cluster_launcher.controller import spawn as spawner
from jupyter_cluster_launcher.controller.boot import boot_id
from jupyter_cluster_launcher.controller.host import host
from jupyter_cluster_launcher.controller.spawn import spawn
from jupyter_cluster_launcher.models import ControllerRef

# What a server that ends leaves behind

SPAWN = """
import asyncio, json, os, sys
from dataclasses import asdict
from pathlib import Path
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_cluster_launcher.controller.spawn import spawn

os.environ["JPY_PARENT_PID"] = str(os.getpid())
folder = Path(sys.argv[1])
ref = asyncio.run(spawn("python3", KernelSpecManager(), folder, None, {}))
print(json.dumps(asdict(ref)))
"""


async def test_outlives_an_orderly_exit_of_its_server(tmp_path: Path) -> None:
    """Guards against cleaning up at exit: the connection file deleted, the kernel orphaned or dead.

    JPY_PARENT_PID, which every server's own children have, would end it with that process.
    """
    done = subprocess.run(
        [sys.executable, "-c", SPAWN, str(tmp_path)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    one = Kernel(ControllerRef(**json.loads(done.stdout)))
    try:
        assert Path(one.ref.connection_file).exists()
        await one.controller.attach(FOREVER)
        assert await one.value("os.environ.get('JPY_PARENT_PID')", tmp_path) is None
        assert await one.value("os.getpid()", tmp_path) == one.ref.pid
    finally:
        await one.controller.end(None, 5)
    nothing_left(one.ref)


async def test_outlives_its_spawner(tmp_path: Path) -> None:
    """Guards against a kernel manager that tidies up when it is collected."""
    async with kernel(tmp_path) as one:
        gc.collect()
        assert Path(one.ref.connection_file).exists()
        assert list(Path(one.ref.socket_dir).iterdir())
        assert await one.value("6 * 7", tmp_path) == 42


async def test_where_and_with_what_it_starts(tmp_path: Path) -> None:
    """Guards against another folder, environment or process group than those of the notebook."""
    (tmp_path / "module_of_mine.py").write_text("X = 1\n")
    async with kernel(tmp_path, EXTRA="a=b") as one:
        assert await one.value("os.getcwd()", tmp_path) == str(tmp_path)
        assert await one.value("os.environ['EXTRA']", tmp_path) == "a=b"
        assert await one.value("os.environ['PATH']", tmp_path) == os.environ["PATH"]
        assert await one.value("__import__('module_of_mine').X", tmp_path) == 1
        assert os.getpgid(one.ref.pid) == one.ref.pid != os.getpgrp()
        assert (one.ref.host, one.ref.boot_id) == (host(), boot_id())


# Files and sockets


async def test_private_files(tmp_path: Path) -> None:
    """Guards against others on the machine who could talk to the kernel, and act as this user."""
    before = os.umask(0)
    try:
        async with kernel(tmp_path) as one:
            assert stat.S_IMODE(Path(one.ref.connection_file).stat().st_mode) == 0o600
            assert stat.S_IMODE((tmp_path / "launch.log").stat().st_mode) == 0o600
            assert stat.S_IMODE(Path(one.ref.socket_dir).stat().st_mode) == 0o700
            how = json.loads(Path(one.ref.connection_file).read_text(encoding="utf-8"))
            assert how["transport"] == "ipc", "a port of this machine is open"
    finally:
        os.umask(before)


async def test_sockets_are_on_this_host_and_their_paths_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against names that are longer than a socket's may be, and file systems of a network.

    There a site may have put the temporary directory.
    """
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    async with kernel(long) as one:
        directory = Path(one.ref.socket_dir)
        assert long not in directory.parents
        assert directory.stat().st_mode & 0o777 == 0o700
        sockets = list(directory.iterdir())
        assert len(sockets) >= 4
        assert all(len(os.fsencode(path)) <= 107 for path in sockets)


async def test_a_kernel_that_cannot_start_leaves_nothing(
    tmp_path: Path, jp_environ: None, jp_kernel_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against socket folders that pile up with each failed launch."""
    monkeypatch.setattr(spawner, "SOCKETS", str(tmp_path))
    write_kernelspec(Path(jp_kernel_dir), "gone", python=str(tmp_path / "no" / "python"))
    with pytest.raises(OSError, match="No such file"):
        await spawn("gone", KernelSpecManager(), tmp_path, None, {})
    assert not list(tmp_path.glob("cluster-*"))
