"""A cluster's directory that somebody removes while the cluster is being created."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from distributed.deploy.subprocess import SubprocessScheduler
from fake_clusters import FakeCluster

from jupyter_cluster_launcher.resident.credentials import write_credentials
from jupyter_cluster_launcher.resident.remote import notes


class Encrypted:
    """The credentials of a cluster."""

    require_encryption: bool | None = True

    def get_tls_config_for_role(self, role: str) -> dict[str, str | None]:
        """Return the texts of ``role``."""
        return dict.fromkeys(("ca_file", "cert", "key"), f"-----BEGIN {role}")


def mode(path: Path) -> int:
    """Return who may do what with a file."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("removed", ["its own", "that of all clusters"])
def test_credentials(tmp_path: Path, removed: str) -> None:
    """Guards against a launch that fails, and against keys that others can read."""
    directory = tmp_path / "cluster-launcher" / "c1"
    if removed == "its own":
        directory.parent.mkdir(mode=0o700)
    assert write_credentials(Encrypted(), str(directory))
    assert [mode(directory.parent), mode(directory)] == [0o700] * 2
    assert {path.name: mode(path) for path in directory.iterdir()} == {
        "ca.pem": 0o600, "cert.pem": 0o600, "key.pem": 0o600
    }  # fmt: skip


def test_the_note_of_what_was_started(tmp_path: Path) -> None:
    """Guards against a scheduler that nobody can end when its controller is killed."""
    directory = tmp_path / "cluster-launcher" / "c1"
    cluster: Any = FakeCluster(1)
    cluster.scheduler_spec = {"cls": SubprocessScheduler}
    notes.write(cluster, {"directory": str(directory), "class": "x.Some"})
    note = json.loads((directory / "started.json").read_text())
    assert (note["class"], note["host"]) == ("x.Some", "localhost")
    assert mode(directory) == 0o700
