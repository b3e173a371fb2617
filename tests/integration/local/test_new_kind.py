"""A new kind of platform is one module in backends/, one in resident/, and a platform file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_server import RealServer

import jupyter_cluster_launcher

BACKEND = '''
"""Clusters that are not for real."""
from .local import LocalBackend

class ToyBackend(LocalBackend):
    """A scheduler in the controller, called a toy."""

    client = "Client(cluster, name='toy')"
    resident = "toy"

    def status(self, cluster, now):
        status = super().status(cluster, now)
        return type(status)(f"A toy. {status.message}".strip(), status.requested)

BACKEND = ToyBackend
'''
RESIDENT = '''
"""Watches a toy."""
from .local import LocalResident

class ToyResident(LocalResident):
    """A resident with something to say."""

    def sample(self):
        sample = super().sample()
        sample.report["warnings"] = ["It plays."]
        return sample

RESIDENT = ToyResident
'''
PLATFORM = """
version: 1
title: Toy
kind: toy
module: dask.distributed
class: LocalCluster
kwargs: {dashboard_address: "127.0.0.1:0", processes: true}
tls: true
workers: {keyword: n_workers, default: 1, maximum: 2}
"""


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RealServer]:
    """A server that has a copy of the package, with three more files."""
    package = tmp_path / "copy/jupyter_cluster_launcher"
    original = Path(jupyter_cluster_launcher.__file__).parent
    shutil.copytree(original, package, ignore=shutil.ignore_patterns("labextension", "*.pyc"))
    (package / "backends/toy.py").write_text(BACKEND)
    (package / "resident/toy.py").write_text(RESIDENT)
    platforms = tmp_path / ".local/share/jupyter/cluster-platforms"
    platforms.mkdir(parents=True)
    (platforms / "toy.yaml").write_text(PLATFORM)
    before = os.environ.get("PYTHONPATH")
    path = os.pathsep.join(filter(None, [str(package.parent), before]))
    monkeypatch.setenv("PYTHONPATH", path)
    one = RealServer(tmp_path)
    yield one.start()
    one.stop()


def test_from_launch_to_stop(server: RealServer) -> None:
    """Guards against a kind whose name is checked somewhere else."""
    cluster = server.ready(server.launch(platform="toy"), 1)
    assert cluster["message"] == "A toy."
    assert cluster["warnings"] == ["It plays."]
    assert "client = Client(cluster, name='toy')" in cluster["code"]["create"]
    assert "Client(" in cluster["code"]["connect"]
    path = f"cluster-launcher/clusters/{cluster['id']}"
    assert server.ask("PATCH", path, {"workers": 2})[0] == 202
    server.ready(cluster["id"], 2)
    assert server.ask("DELETE", path)[0] == 204


def test_an_unknown_kind(server: RealServer, tmp_path: Path) -> None:
    """Guards against a misspelt kind that takes the list down, or is greyed without a reason."""
    file = tmp_path / ".local/share/jupyter/cluster-platforms/other.yaml"
    file.write_text(PLATFORM.replace("kind: toy", "kind: toi"))
    _, platforms = server.ask("GET", "cluster-launcher/platforms")
    reason = next(one["reason"] for one in platforms if one["name"] == "other")
    assert reason == f"There is no kind of platform 'toi'. Correct the line kind: in {file}."
