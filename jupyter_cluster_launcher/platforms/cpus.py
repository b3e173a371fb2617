"""How many CPUs the user may use here, which is often fewer than the machine has."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

CGROUP = Path("/sys/fs/cgroup")
OWN_CGROUP = Path("/proc/self/cgroup")


def affinity(cgroup: Path = CGROUP, own: Path = OWN_CGROUP) -> int:
    """Return the CPUs this process may use by its affinity and its own cgroup's quota.

    This is what ``dask.system.CPU_COUNT`` counts too, so it is the number of workers that
    ``LocalCluster(threads_per_worker=1)`` makes by itself.
    """
    return _limited(_scheduled(), list(_quotas(cgroup, own))[:1])


def usable(
    env: Mapping[str, str] | None = None, cgroup: Path = CGROUP, own: Path = OWN_CGROUP
) -> int:
    """Return ``affinity``, limited too by enclosing cgroups and by SLURM_CPUS_ON_NODE."""
    count = _limited(_scheduled(), list(_quotas(cgroup, own)))
    granted = (os.environ if env is None else env).get("SLURM_CPUS_ON_NODE", "")
    return max(1, min(count, int(granted))) if granted.isdecimal() else count


def count(kind: str) -> int:
    """Return the number of CPUs that ``{cpus: kind}`` of a platform file means on this host."""
    if kind == "usable":
        return usable()
    if kind == "processes":
        return processes(affinity())
    return affinity() if kind == "affinity" else os.cpu_count() or 1


def processes(cpus: int) -> int:
    """Return into how many worker processes Dask divides CPUs by itself.

    As many as there are up to four, of more a divisor near the square root: 4 of 8, 8 of 64.
    """
    if cpus <= 4:
        return cpus
    return next(n for n in range(math.isqrt(cpus - 1) + 1, cpus + 1) if cpus % n == 0)


def _scheduled() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS or Windows
        return os.cpu_count() or 1


def _limited(count: int, quotas: list[float]) -> int:
    return max(1, min([count, *(math.ceil(quota) for quota in quotas)]))


def _quotas(cgroup: Path, own: Path) -> Iterator[float]:
    """Yield the CPUs that each cgroup around this process allows, the innermost first.

    One that sets no limit counts as infinite, so that the first is always the process's own.
    """
    try:
        name = own.read_text(encoding="utf-8").strip().split("\n")[-1].split(":")[-1]
    except OSError:
        name = "/"
    innermost = PurePosixPath(name.lstrip("/"))
    for group in (innermost, *innermost.parents):
        yield _quota(cgroup / group / "cpu.max") or _quota_v1(cgroup) or 1e9


def _quota(path: Path) -> float | None:
    try:
        quota, period = path.read_text(encoding="ascii").split()
        return int(quota) / int(period)
    except (OSError, ValueError):  # "max" is a ValueError: no limit
        return None


def _quota_v1(cgroup: Path) -> float | None:
    for name in ("cpuacct,cpu", "cpu,cpuacct", "cpu"):
        try:
            quota = int((cgroup / name / "cpu.cfs_quota_us").read_text(encoding="ascii"))
            period = int((cgroup / name / "cpu.cfs_period_us").read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        return quota / period if quota > 0 else None
    return None
