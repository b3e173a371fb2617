"""Controllers on a real SLURM: which environment the workers use, and closing what never was."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster, context, write_kernelspec
from kernels import FOREVER, kernel
from real_slurm import RealSlurm
from tallgrass import SMALL, Tallgrass, until

from api import PLATFORMS, Api
from jupyter_cluster_launcher.backends.batch.backend import BatchBackend
from jupyter_cluster_launcher.clusters.connection import CLOSE
from jupyter_cluster_launcher.controller.kernel_connection import ExecutionError
from jupyter_cluster_launcher.platforms import files as platforms
from jupyter_cluster_launcher.platforms.code import codegen


def second_python(folder: Path) -> str:
    """Return another Python with the same packages."""
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "same.pth").write_text(sysconfig.get_path("purelib"))
    return str(folder / "bin" / "python")


async def test_workers_have_the_python_of_the_kernel(
    api: Api, slurm: RealSlurm, tallgrass: Tallgrass, tmp_path: Path, jp_data_dir: Path
) -> None:
    """Guards the notebook's environment: not the server's Python, not the first on the PATH."""
    python = second_python(tmp_path / "second")
    write_kernelspec(Path(jp_data_dir) / "kernels", "second", python)
    cluster = await tallgrass.launch(workers=1, request={"kernel_name": "second"})
    await api.ready(cluster["id"], 1)
    script = slurm.run("scontrol", "write", "batch_script", *slurm.jobs(), "-").stdout
    assert f"\n{python} -m distributed.cli.dask_worker " in script
    assert sys.executable not in script
    await api.stop(cluster["id"])


@pytest.mark.parametrize("options", [{"queue": "nosuch"}, {}])
async def test_closing_twice(slurm: RealSlurm, tmp_path: Path, options: dict[str, Any]) -> None:
    """Guards the stop of a cluster whose jobs were refused, or that is still referenced.

    dask-jobqueue's first ``close`` fails then, and its second one waits for ever.
    """
    (platform,) = [p for p in platforms.find([str(PLATFORMS)])[0] if p.name == "tallgrass"]
    chosen = {**SMALL, **options}
    refused = pytest.raises(ExecutionError, match="Invalid partition")
    (tmp_path / "0a1b2c").mkdir()
    async with kernel(tmp_path) as one:
        await one.controller.load("jobqueue.resident", tmp_path / "0a1b2c")
        backend = BatchBackend(context())
        needs = backend.needs(platform, chosen).preparation
        cluster = a_cluster(id="0a1b2c", batch="slurm", preparation=needs)
        prepared = backend.preparation(cluster, tmp_path / "0a1b2c")
        settings = {**prepared, "sockets": one.ref.socket_dir}
        await one.controller.call("prepare", settings, timeout=FOREVER)
        await one.controller.run(codegen.create(platform, chosen, workers=2), FOREVER)
        with refused if options else contextlib.nullcontext():
            await one.controller.start_watch("cluster", {}, FOREVER)
        # A reference keeps the jobs, so that nothing depends on garbage collection.
        await one.controller.run("held = list(cluster.workers.values())", FOREVER)
        for _ in range(2):
            await one.controller.run(CLOSE, FOREVER)
        assert await one.value("cluster.status.name", tmp_path) == "closed"
    await until(lambda: slurm.jobs() == [])  # SLURM lists a cancelled job until it has ended
