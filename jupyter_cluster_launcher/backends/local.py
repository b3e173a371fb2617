"""Clusters whose scheduler runs in the controller: on this computer or a shared node."""
# ruff: noqa: RUF001  # the sign of multiplication

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..models import Cluster
from ..platforms import cpus, memory
from ..platforms.code.connectcode import connect_scheduler
from . import dashboards
from .base import Backend
from .facts import MEMORY, Needs, Size

if TYPE_CHECKING:
    from ..platforms.platform import Platform

# The modules whose classes start workers on this host from one process that imports Dask first.
DASK_MODULES = ("dask.distributed", "distributed")
OPEN = "Other users of this computer can open the dashboard of this cluster."


class LocalBackend(Backend):
    """A scheduler in the controller's own process."""

    def needs(self, platform: Platform, options: Mapping[str, Any]) -> Needs:
        """Return whether the workers start on this host, and what they share of it."""
        if platform.module not in DASK_MODULES:
            return Needs({"workers_here": False})
        return Needs({"workers_here": True, "shared": shared(platform, options)})

    def environment(self, batch: str | None) -> Mapping[str, str]:
        """Return what the environment gets; each worker's HTTP server has no page then.

        It listens on a port that every user of its host can reach.
        """
        return {**super().environment(batch), "DASK_DISTRIBUTED__WORKER__HTTP__ROUTES": "[]"}

    def summary(self, platform: Platform, cluster: Cluster) -> str | None:
        """Return the workers of a launch and the share of this host that each has."""
        number = cluster.adapt.maximum if cluster.adapt else cluster.requested
        values = {**platform.kwargs, **cluster.options}
        if platform.class_name != "LocalCluster" or not number:
            return super().summary(platform, cluster)
        threads = _threads(values.get("threads_per_worker"), number)
        size = _memory(values.get("memory_limit"), threads)
        text = f"{'up to ' if cluster.adapt else ''}{counted(number, 'worker')}"
        if threads:
            text += f" × {counted(threads, 'thread')}"
        if size:
            text += f", {size}{' each' if number > 1 else ''}"
        return " · ".join(filter(None, (text, super().summary(platform, cluster))))

    def size(self, platform: Platform, cluster: Cluster) -> Size | None:
        """Return the memory that was set for each worker, and the threads of a worker."""
        if platform.class_name != "LocalCluster":
            return None
        values = {**platform.kwargs, **defaults(platform), **cluster.options}
        number = cluster.adapt.maximum if cluster.adapt else cluster.requested
        threads = _threads(values.get("threads_per_worker"), max(1, number))
        return None if threads is None else size_of(platform, values, threads)

    @classmethod
    def connect_code(
        cls, cluster: Cluster, directory: Path, base_url: str | None = None
    ) -> str | None:
        """Return the code that connects to the scheduler's address."""
        report = cluster.report
        if not report.address:
            return None
        credentials = directory if report.tls else None
        link = None if base_url is None else cls.link(cluster, base_url)
        return connect_scheduler(report.address, credentials, link)

    @classmethod
    def link(cls, cluster: Cluster, base_url: str) -> str | None:
        """Return the template of Dask for the link to the dashboard that ``client`` shows."""
        return dashboards.by_name(base_url) if cluster.report.dashboard_socket else None

    def dashboard_access(self, cluster: Cluster) -> str | None:
        """Return the sentence about a dashboard that listens on a port."""
        return OPEN if cluster.report.dashboard_port else None

    @classmethod
    def reachable_from_other_hosts(cls, cluster: Cluster) -> bool:
        """Return whether the scheduler listens on more than loopback."""
        return bool(cluster.report.address) and "//127." not in str(cluster.report.address)


def defaults(platform: Platform) -> dict[str, Any]:
    """Return the options of a platform that have a default."""
    known = {name: schema.get("default") for name, schema in platform.options.items()}
    return {name: value for name, value in known.items() if value is not None}


def size_of(
    platform: Platform, values: Mapping[str, Any], threads: int, each: int = 1
) -> Size | None:
    """Return what arguments with these ``values`` request, None where no option sets the memory."""
    for option in MEMORY:
        memory = values.get(option)
        if option in platform.options and isinstance(memory, str) and memory:
            return Size(option, memory, threads, each)
    return None


def shared(platform: Platform, options: Mapping[str, Any]) -> list[str]:
    """Return the arguments of workers that all of them share, since nothing sets them.

    They are called as Dask's workers have them. Other classes start workers on other hosts.
    """
    if platform.class_name != "LocalCluster":
        return []
    given = {**platform.kwargs, **{k: v for k, v in options.items() if v is not None}}
    names = []
    if given.get("threads_per_worker") == {"cpus": "shared"}:
        names.append("nthreads")
    if "memory_limit" not in given:
        names.append("memory_limit")
    return names


def _threads(given: Any, workers: int) -> int | None:
    """Return the threads of each worker, None where the class decides."""
    if isinstance(given, dict) and "cpus" in given:
        each = workers if given["cpus"] == "shared" else 1
        return max(1, cpus.count(given["cpus"]) // each)
    return given if isinstance(given, int) else None


def _memory(given: Any, threads: int | None) -> str | None:
    """Return the memory of each worker in words, None where it is not known."""
    if given:
        return str(given)
    total = memory.usable()
    if total is None or threads is None:
        return None
    return memory.size(total * min(1, threads / cpus.count("affinity")))


def counted(number: int, what: str) -> str:
    """Return a number with its noun."""
    return f"{number} {what}{'' if number == 1 else 's'}"


BACKEND = LocalBackend
