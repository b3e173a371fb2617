"""How many CPUs a user may use."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from distributed.deploy.utils import nprocesses_nthreads

from jupyter_cluster_launcher.platforms import cpus


class Machine:
    """A machine with 16 CPUs, and a cgroup file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.cgroup, self.own = folder / "cgroup", folder / "own"
        self.own.write_text("0::/\n")

    def write(self, path: str, text: str) -> None:
        (self.cgroup / path).parent.mkdir(parents=True, exist_ok=True)
        (self.cgroup / path).write_text(text)

    def affinity(self) -> int:
        return cpus.affinity(self.cgroup, self.own)

    def usable(self, env: Mapping[str, str] | None = None) -> int:
        return cpus.usable(env or {}, self.cgroup, self.own)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    return Machine(tmp_path)


def test_affinity_and_not_the_whole_machine(machine: Machine) -> None:
    """Guards against 64 workers on the 16 CPUs that a process is bound to."""
    assert (machine.affinity(), machine.usable()) == (16, 16)


def test_a_system_without_affinity(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a crash on macOS."""
    monkeypatch.delattr(os, "sched_getaffinity")
    assert machine.affinity() == 64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("400000 100000\n", 4),
        ("250000 100000\n", 3),  # part of a CPU is room for one more worker
        ("10000 100000\n", 1),
        ("9900000 100000\n", 16),
        ("max 100000\n", 16),
        ("", 16),
        ("rubbish", 16),
    ],
)
def test_cgroup_v2(machine: Machine, text: str, expected: int) -> None:
    """Guards against a container's limit that is not seen, and a file that is not understood."""
    machine.write("cpu.max", text)
    assert (machine.affinity(), machine.usable()) == (expected, expected)


def test_enclosing_cgroups_limit_too(machine: Machine) -> None:
    """Guards against a session's cgroup without a limit inside a user's that has one.

    Dask looks at its own only, so that is what `affinity` says: what `LocalCluster` makes.
    """
    machine.own.write_text("0::/user.slice/user-7.slice/session.scope\n")
    machine.write("user.slice/user-7.slice/session.scope/cpu.max", "max 100000")
    machine.write("user.slice/user-7.slice/cpu.max", "300000 100000")
    machine.write("user.slice/cpu.max", "800000 100000")
    assert machine.usable() == 3
    assert machine.affinity() == 16


def test_own_cgroup_limits_most(machine: Machine) -> None:
    """Guards against looking at the outermost group only."""
    machine.own.write_text("0::/a/b\n")
    machine.write("a/b/cpu.max", "200000 100000")
    machine.write("a/cpu.max", "800000 100000")
    assert (machine.affinity(), machine.usable()) == (2, 2)


@pytest.mark.parametrize("name", ["cpuacct,cpu", "cpu,cpuacct", "cpu"])
@pytest.mark.parametrize(("quota", "expected"), [("200000\n", 2), ("-1\n", 16), ("0\n", 16)])
def test_cgroup_v1(machine: Machine, name: str, quota: str, expected: int) -> None:
    """Guards against older machines, where the limit stands elsewhere and -1 is none."""
    machine.own.write_text("5:cpu,cpuacct:/job\n1:name=systemd:/job\n")
    machine.write(f"{name}/cpu.cfs_quota_us", quota)
    machine.write(f"{name}/cpu.cfs_period_us", "100000\n")
    assert (machine.affinity(), machine.usable()) == (expected, expected)


def test_no_cgroups_at_all(machine: Machine) -> None:
    """Guards against a crash where there is no such file system."""
    machine.own.unlink()
    assert machine.usable() == 16


@pytest.mark.parametrize(
    ("granted", "expected"),
    [("4", 4), ("1", 1), ("99", 16), ("0", 1), ("", 16), ("-2", 16), ("8(x2)", 16), ("four", 16),
     ("4.5", 16), (" 4", 16), ("²", 16)],
)  # fmt: skip
def test_slurm_job(machine: Machine, granted: str, expected: int) -> None:
    """Guards against using a whole node from a job that got part of it, and against rubbish."""
    assert machine.usable({"SLURM_CPUS_ON_NODE": granted}) == expected
    assert machine.affinity() == 16


def test_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against counting by rules that the system at hand does not follow."""
    monkeypatch.delenv("SLURM_CPUS_ON_NODE", raising=False)
    assert 1 <= cpus.usable() <= cpus.affinity() <= (os.cpu_count() or 1)
    monkeypatch.setenv("SLURM_CPUS_ON_NODE", "1")
    assert cpus.usable() == 1


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="The system has no affinity.")
def test_bound_to_one_cpu() -> None:
    """Guards against a limit that is seen in tests and not in a real process."""
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
        "from jupyter_cluster_launcher.platforms import cpus; print(cpus.usable())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "1\n", done.stderr


def test_affinity_is_what_dask_counts() -> None:
    """Guards against a number of workers that the code leaves out and Dask counts otherwise."""
    code = "from dask.system import CPU_COUNT; print(CPU_COUNT)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert int(done.stdout) == cpus.affinity(), done.stderr


@pytest.mark.parametrize(
    ("count", "workers"), [(1, 1), (2, 2), (4, 4), (5, 5), (8, 4), (12, 4), (64, 8), (128, 16)]
)
def test_workers_as_dask_divides_cpus(count: int, workers: int) -> None:
    """Guards against another number of workers than ``LocalCluster()`` starts by itself."""
    assert cpus.processes(count) == workers
    assert nprocesses_nthreads(count)[0] == workers
