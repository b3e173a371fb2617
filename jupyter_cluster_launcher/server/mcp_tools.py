"""Tools for assistants that speak MCP. What a docstring says here, an assistant reads."""

from __future__ import annotations

import json
from typing import Any

from ..errors import UnknownError
from ..models import Cluster
from . import contract
from .mcp import current_base_url, current_manager
from .serializers import cluster_view, preview_view

SHOWN = ("id", "name", "platform", "state", "message", "workers", "unit", "cores", "memory")


async def list_clusters() -> list[dict[str, Any]]:
    """List the user's Dask clusters with their state, workers, and the code that connects."""
    return [_view(cluster) for cluster in current_manager().list()]


async def preview_cluster(
    platform: str, workers: int | None = None, options: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return what a launch would run and request, with its cost if known. Starts nothing."""
    request = _request(platform, workers, options, None)
    return preview_view(await current_manager().preview(request))


async def launch_cluster(
    platform: str,
    workers: int | None = None,
    options: dict[str, Any] | None = None,
    name: str | None = None,
) -> dict[str, Any]:
    """Launch a Dask cluster on a platform and return it, still starting. It may cost money."""
    return _view(await current_manager().start(_request(platform, workers, options, name)))


async def scale_cluster(cluster: str, workers: int) -> dict[str, Any]:
    """Change the number of workers of a cluster, which is given by its name or id."""
    change = _checked("/clusters/{cluster_id}", "patch", {"workers": workers})
    return _view(await current_manager().change(_named(cluster).id, change))


async def stop_cluster(cluster: str) -> str:
    """Stop a cluster, which is given by its name or id. Results that it holds are lost."""
    found = _named(cluster)
    await current_manager().close(found.id)
    return f"{found.name} is being stopped."


def _request(
    platform: str, workers: int | None, options: dict[str, Any] | None, name: str | None
) -> dict[str, Any]:
    request = {"platform": platform, "workers": workers, "options": options, "name": name}
    given = {key: value for key, value in request.items() if value is not None}
    return _checked("/clusters", "post", given)


def _checked(path: str, verb: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return data that fits the contract; raises ``BadInputError``."""
    return contract.check_body(path, verb, json.dumps(data).encode())


def _named(name: str) -> Cluster:
    """Return the cluster with this id, else the last one with this name."""
    clusters = current_manager().list()
    for cluster in (*(one for one in clusters if one.id == name), *reversed(clusters)):
        if name in (cluster.id, cluster.name):
            return cluster
    names = ", ".join(one.name for one in clusters) or "none"
    raise UnknownError(f"There is no cluster {name!r:.80}. There are: {names}.")


def _view(cluster: Cluster) -> dict[str, Any]:
    services = current_manager().services
    directory = services.store.root / cluster.id
    shown = cluster_view(cluster, services.backend(cluster), directory, current_base_url())
    return {**{key: shown[key] for key in SHOWN}, "connect": shown["code"]["connect"]}
