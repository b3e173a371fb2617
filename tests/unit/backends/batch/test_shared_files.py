"""Whether the nodes see the folder with the keys and the logs of jobs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from batch_rows import cluster
from fakes import context, shipped

from jupyter_cluster_launcher.backends.batch.backend import BatchBackend
from jupyter_cluster_launcher.backends.batch.site.discovery import Interfaces
from jupyter_cluster_launcher.backends.batch.site.shared_files import unseen, warning

MOUNTS = {
    "/": "ext4",
    "/people": "nfs4",
    "/run": "tmpfs",
    "/run/user/1000": "tmpfs",
    "/scratch": "lustre",
    "/container": "overlay",
    "/exported": "xfs",
}


@pytest.fixture(autouse=True)
def mounts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mount file systems as on a login node."""
    found = [SimpleNamespace(mountpoint=mount, fstype=kind) for mount, kind in MOUNTS.items()]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: found)


@pytest.mark.parametrize(
    "folder", ["/run/user/1000/jupyter", "/tmp/x", "/var/tmp/x", "/container/ann"]
)
def test_nodes_cannot_see(folder: str) -> None:
    """Guards jobs that fail with JobLaunchFailure although everything looked well before."""
    assert unseen(Path(folder))
    sentence = warning(Path(folder) / "cluster-launcher")
    assert sentence is not None
    assert sentence.startswith(f"The nodes cannot see {folder}, where")


@pytest.mark.parametrize("folder", ["/people/ann", "/scratch/ann", "/exported/ann", "/runs/a"])
def test_nodes_may_see(folder: str) -> None:
    """Guards against a warning where a host may share its disk with the nodes."""
    assert unseen(Path(folder)) is None
    assert warning(Path(folder)) is None


def test_tmp_on_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a warning about a /tmp that all hosts share."""
    found = [SimpleNamespace(mountpoint="/tmp", fstype="nfs")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda **_: found)
    assert unseen(Path("/tmp/x")) is None


def test_only_where_nodes_are_other_hosts() -> None:
    """Guards against a warning on a single machine, and where keys and logs go elsewhere."""
    backend, platform, row = BatchBackend(context()), shipped("slurm"), cluster(platform="slurm")
    directory = Path("/run/user/1000/jupyter/cluster-launcher/0a1b2c")
    assert backend.folder_warnings(platform, row, directory) == []
    found = backend._offers.of(platform)
    assert found is not None
    found.interfaces = Interfaces(elsewhere=True)
    (sentence,) = backend.folder_warnings(platform, row, directory)
    assert "Set JUPYTER_RUNTIME_DIR" in sentence
    key = row.kernel_name, platform.module, str(platform.class_name)
    set_by_site = {"shared-temp-directory": "/scratch/x", "log-directory": "/scratch/x"}
    backend._site._known[key] = set_by_site
    assert backend.folder_warnings(platform, row, directory) == []
