"""The arguments of a cluster of jobs, as far as they are known before it is created."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...models import Cluster
from ..facts import Size
from ..local import size_of

if TYPE_CHECKING:
    from ...platforms.platform import Platform


def jobs_of(cluster: Cluster, values: Mapping[str, Any]) -> int:
    """Return how many jobs a launch submits at most; ``values`` are its arguments."""
    number = cluster.adapt.maximum if cluster.adapt else cluster.requested
    if cluster.scaling.unit == "jobs":
        return number
    return -(-number // int(values.get("processes") or 1))


def job_size(platform: Platform, cluster: Cluster) -> Size | None:
    """Return the memory that each job of a launch requests, and its workers."""
    values = arguments(platform, cluster.options)
    each = int(values.get("processes") or 1)
    return size_of(platform, values, max(1, int(values.get("cores") or 1) // each), each)


def arguments(platform: Platform, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known arguments of a cluster: the administrator's, defaults, options."""
    defaults = {name: schema.get("default") for name, schema in platform.options.items()}
    return {**platform.kwargs, **defaults, **options}
