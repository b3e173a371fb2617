"""What a second Unix user can read of clusters on SLURM, and of those that have ended."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_server import RealServer, wait_until
from real_slurm import RealSlurm
from second_user import second_user
from tallgrass import SMALL

OURS = ("cluster-launcher", "dask")  # in the paths of what this package and its jobs write


@pytest.fixture
def folder() -> Iterator[Path]:
    """A home that everybody may enter, and the worst umask."""
    folder = Path(tempfile.mkdtemp(prefix="first-", dir="/tmp"))
    folder.chmod(0o755)
    before = os.umask(0)
    yield folder
    os.umask(before)
    shutil.rmtree(folder, ignore_errors=True)


def test_jobs_and_what_is_remembered(slurm: RealSlurm, folder: Path) -> None:
    """Guards workers' keys, job logs, the history, presets and past clusters."""
    server = RealServer(folder, "--ClusterLauncher.queue_interval=0.5")
    with second_user() as other:

        def open_to_others() -> list[str]:
            # What dask-jobqueue itself copies into a new home has nothing of the user.
            paths = [one for one in other.readable(str(folder)) if "/.config/dask/" not in one]
            return [path for path in paths if any(one in path for one in OURS)]

        try:
            server.start()
            cluster_id = server.launch(platform="tallgrass", workers=1, options=SMALL)
            server.ready(cluster_id, 1)
            preset = {"platform": "tallgrass", "workers": 2, "options": {}}
            assert server.ask("PUT", "cluster-launcher/presets/Mine", preset)[0] in (200, 201)
            names = {path.name for path in folder.rglob("*") if path.is_file()}
            assert {"key.pem", "presets.json"} <= names
            assert any(name.startswith("dask-") for name in names), "the job's log"
            assert open_to_others() == []
            assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
            wait_until(lambda: not server.clusters(), "the cluster is gone")
            names = {path.name for path in folder.rglob("*") if path.is_file()}
            assert "history.jsonl" in names
            assert open_to_others() == []
        finally:
            server.stop()
