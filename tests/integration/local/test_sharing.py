"""Workers of one host share its CPUs and its memory, however many there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from kernels import FOREVER, kernel, nothing_left

from jupyter_cluster_launcher.clusters.connection import CLOSE

SHARED = ["nthreads", "memory_limit"]
SHARING = """
from dask.distributed import Client, LocalCluster
from dask.system import CPU_COUNT
from distributed.system import MEMORY_LIMIT
cluster = LocalCluster(n_workers=1, threads_per_worker=os.cpu_count(), dashboard_address=None)
client = Client(cluster)
(kept,) = client.scatter([41])
def totals():
    workers = cluster.scheduler.workers.values()
    return [sum(one.nthreads for one in workers), sum(one.memory_limit for one in workers)]
"""


@pytest.mark.parametrize("adapts", [False, True], ids=["scaled", "adapted"])
async def test_workers_share_a_host(tmp_path: Path, adapts: bool) -> None:
    """Guards against six threads on two CPUs and three times the memory after a scale to three."""
    async with kernel(tmp_path) as one:
        await one.controller.load("local", tmp_path)
        folders = {"directory": str(tmp_path), "sockets": one.ref.socket_dir}
        settings = {"workers_here": True, "shared": SHARED, **folders}
        await one.controller.call("prepare", settings)
        await one.controller.run(f"import os\n{SHARING}", FOREVER)
        await one.controller.start_watch("cluster", {}, FOREVER)
        cpus, memory = await one.value("[os.cpu_count(), MEMORY_LIMIT]", tmp_path)
        each = max(1, cpus // 3)
        if adapts:
            await one.controller.call("adapt", 3, 3)
        else:
            await one.controller.call("scale", 3)
        await one.until(
            lambda: (one.reports[-1]["ready"], one.reports[-1]["cores"]) == (3, 3 * each)
        )
        threads, limits = await one.value("totals()", tmp_path)
        assert threads == 3 * each
        assert 0.9 * memory < limits <= memory
        assert await one.value("kept.result()", tmp_path) == 41, (
            "data of a worker that was replaced"
        )
        if not adapts:
            await one.controller.call("scale", 1)
            await one.until(
                lambda: (one.reports[-1]["ready"], one.reports[-1]["cores"]) == (1, cpus)
            )
        await one.controller.end(f"client.close()\n{CLOSE}", FOREVER)
        nothing_left(one.ref)
