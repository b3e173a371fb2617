"""Gauges for Prometheus on the server's ``/metrics``: totals of this user's clusters."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..models import Cluster, State


class ClusterMetrics(Collector):
    """The gauges of one server, computed when they are fetched."""

    def __init__(self, clusters: Callable[[], Iterable[Cluster]]) -> None:
        """Count what ``clusters`` returns."""
        self._clusters = clusters

    def start(self) -> None:
        """Add the gauges to the server's own."""
        REGISTRY.register(self)

    def stop(self) -> None:
        """Take them away again, if they are there."""
        with contextlib.suppress(KeyError):
            REGISTRY.unregister(self)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Return no metric, so that nothing is counted before it is fetched."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the gauges."""
        clusters, now = list(self._clusters()), datetime.now(timezone.utc)

        def gauge(
            name: str, text: str, value: Callable[[Cluster], float], *labels: str
        ) -> GaugeMetricFamily:
            sums: dict[tuple[str, ...], float] = defaultdict(float)
            for one in clusters:
                sums[tuple(_label(one, label) for label in labels)] += value(one)
            family = GaugeMetricFamily(f"cluster_launcher_{name}", text, labels=labels)
            for key, total in sorted(sums.items()):
                family.add_metric(key, total)
            return family

        yield gauge("clusters", "Clusters in the list", lambda _: 1, "platform", "state")
        yield gauge("workers", "Workers that are ready", _workers, "platform")
        yield gauge("cores", "Cores of the workers that are ready", _cores, "platform")
        yield gauge(
            "core_hours",
            "Core-hours so far of the clusters in the list",
            lambda one: core_hours(one, now),
            "platform",
        )


def core_hours(cluster: Cluster, now: datetime) -> float:
    """Return the core time of a cluster until ``now``, which has a time zone, in hours."""
    report = cluster.report
    seconds = report.core_seconds
    if cluster.state is State.RUNNING and report.cores_since:
        since = datetime.fromisoformat(report.cores_since)
        seconds += report.cores * max((now - since).total_seconds(), 0)
    return seconds / 3600


def _label(cluster: Cluster, label: str) -> str:
    return cluster.shown_state.value if label == "state" else cluster.platform


def _workers(cluster: Cluster) -> float:
    return cluster.report.ready if cluster.state is State.RUNNING else 0


def _cores(cluster: Cluster) -> float:
    return cluster.report.cores if cluster.state is State.RUNNING else 0
