"""The memory that is available, within the limits of containers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from jupyter_cluster_launcher.controller import memory

MIB = 2**20


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host with 1000 MiB available, and the folder of its control groups."""
    monkeypatch.setattr(memory, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory, "OWN_CGROUPS", tmp_path / "own")
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=1000 * MIB))
    return tmp_path / "cgroup"


def limited(
    folder: Path, version: tuple[str, str, str], limit: str, used: int, cached: int
) -> None:
    """Write the files of a control group; numbers are in MiB."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / version[0]).write_text(f"{limit}\n")
    (folder / version[1]).write_text(f"{used * MIB}\n")
    (folder / "memory.stat").write_text(f"anon {used}\n{version[2]} {cached * MIB}\n")


@pytest.mark.parametrize("own", ["0::/\n", "0::/docker/of-the-host\n"], ids=["named", "foreign"])
def test_a_container(groups: Path, tmp_path: Path, own: str) -> None:
    """Guards hubs: a limit is far below the host's memory, and files in the cache do not count."""
    (tmp_path / "own").write_text(own)
    limited(groups, memory.VERSION_2, str(600 * MIB), used=500, cached=200)
    assert memory.available() == 300 * MIB


def test_the_smallest_of_all_limits(groups: Path, tmp_path: Path) -> None:
    """Guards against a limit of SLURM or systemd that stands further out, or further in."""
    (tmp_path / "own").write_text("0::/user/session\n")
    limited(groups / "user" / "session", memory.VERSION_2, "max", used=100, cached=0)
    limited(groups / "user", memory.VERSION_2, str(400 * MIB), used=150, cached=0)
    assert memory.available() == 250 * MIB


def test_version_1(groups: Path, tmp_path: Path) -> None:
    """Guards the systems of older machines."""
    (tmp_path / "own").write_text("5:cpu,cpuacct:/job\n4:memory:/job\n1:name=systemd:/job\n")
    limited(groups / "memory" / "job", memory.VERSION_1, str(300 * MIB), used=100, cached=0)
    limited(groups / "job", memory.VERSION_2, str(10 * MIB), used=0, cached=0)
    assert memory.available() == 200 * MIB


def test_no_limits(groups: Path, tmp_path: Path) -> None:
    """Guards other systems, and files that cannot be read."""
    assert memory.available() == 1000 * MIB
    (tmp_path / "own").write_text("0::/\n")
    limited(groups, memory.VERSION_2, "max", used=100, cached=0)
    (groups / "memory.stat").write_text("anon\n")
    assert memory.available() == 1000 * MIB
