"""What is prepared before the cluster is created, and its keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import dask
import pytest
from dask_jobqueue.slurm import SLURMJob
from jobqueues import LIFETIME

from jupyter_cluster_launcher.resident.jobqueue.jobs import PLAIN
from jupyter_cluster_launcher.resident.jobqueue.keys import note_keys, remove_keys
from jupyter_cluster_launcher.resident.jobqueue.resident import RESIDENT


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A module with a cluster class, as a site may have one."""

    class Cluster:
        """A class of clusters that does nothing."""

        job_cls = SLURMJob

        def close(self) -> str:
            return "closed"

    module = ModuleType("a_site")
    module.__dict__["Cluster"] = Cluster
    monkeypatch.setitem(__import__("sys").modules, "a_site", module)
    with dask.config.set({}):
        yield Cluster


def settings(folder: Path, **changes: Any) -> dict[str, Any]:
    return {
        "directory": str(folder), "sockets": str(folder), "module": "a_site", "class": "Cluster",
        "job_name": "cluster-abc", "unit": "jobs", "lifetime": LIFETIME, "submission": PLAIN,
        **changes,
    }  # fmt: skip


@pytest.mark.usefixtures("dask_unchanged")
def test_preparing(site: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards where logs and keys go, and the keys that stay after a close."""
    monkeypatch.setenv("SHARED", str(tmp_path / "shared"))
    one = RESIDENT()
    keys = ("shared-temp-directory", "log-directory")
    with dask.config.set({f"jobqueue.slurm.{key}": None for key in keys}):
        one.prepare(settings(tmp_path))
        assert dask.config.get("jobqueue.slurm.log-directory") == str(tmp_path / "jobs")
        assert dask.config.get("jobqueue.slurm.shared-temp-directory") == str(tmp_path)
    assert (one.tracker.job_name, one.tracker.unit) == ("cluster-abc", "jobs")
    assert issubclass(site.job_cls, SLURMJob)
    assert site.job_cls.tracker is one.tracker
    site.job_cls = SLURMJob
    with dask.config.set({"jobqueue.slurm.shared-temp-directory": "$SHARED"}):
        one.prepare(settings(tmp_path))
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o700
    key = tmp_path / ".dask-jobqueue.worker.key.1"
    key.touch()
    (tmp_path / "keys.json").write_text(json.dumps([str(key), str(tmp_path / "gone")]))
    assert site().close() == "closed"
    assert not key.exists()


@pytest.mark.usefixtures("dask_unchanged")
@pytest.mark.parametrize("changes", [{"module": "no_such_module"}, {"class": "NoSuchClass"}])
def test_what_is_missing_is_left_to_the_create_code(
    site: Any, tmp_path: Path, changes: dict[str, str]
) -> None:
    """Guards against an error about our preparation instead of the missing package."""
    one = RESIDENT()
    one.prepare(settings(tmp_path, **changes))
    assert not hasattr(one, "tracker")


def test_keys_are_noted_and_removed(tmp_path: Path) -> None:
    """Guards against removing a key that is not dask-jobqueue's own."""
    own = tmp_path / ".dask-jobqueue.worker.key.1"
    users = tmp_path / "key.pem"
    for path in (own, users):
        path.touch()
    files = {"key": str(own), "cert": str(users), "ca_file": None}
    security: Any = SimpleNamespace(get_tls_config_for_role=lambda role: files)
    note_keys(None, str(tmp_path))
    remove_keys(str(tmp_path))
    assert own.exists()
    note_keys(security, str(tmp_path))
    assert json.loads((tmp_path / "keys.json").read_text()) == [str(own)]
    remove_keys(str(tmp_path))
    assert (own.exists(), users.exists()) == (False, True)


@pytest.mark.parametrize("gone", ["note", "directory"])
def test_keys_whose_note_cannot_be_read_or_written(gone: str, tmp_path: Path) -> None:
    """Guards against keys that stay, and against a cluster that a full disk keeps open."""
    directory = tmp_path / "cluster"
    directory.mkdir()
    own = tmp_path / ".dask-jobqueue.worker.key.abc"
    own.touch()
    files = {"tls_key": str(own)}
    security: Any = SimpleNamespace(get_tls_config_for_role=lambda role: files)
    note_keys(security, str(directory))
    (directory / "keys.json").unlink()
    if gone == "directory":
        directory.rmdir()
    note_keys(security, str(directory))  # as dask-jobqueue does to close the cluster
    remove_keys(str(directory))
    assert not own.exists()
