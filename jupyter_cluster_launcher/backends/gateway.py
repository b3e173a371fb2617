"""dask-gateway, asked through the Python of a notebook's environment: options, clusters, stop.

Each question is a process of its own that ends at once (``resident/gateway_queries.py``): a gateway
that hangs hangs that, until its time limit, and no key or secret reaches this server.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ..controller.environments import Environments
from ..models import NotAvailableError
from .errors import explain

STARTED = "gateway.json"  # the names of the clusters that a launch asked for, in its directory


class Gateways:
    """The gateways that the kernels of one server are configured for."""

    def __init__(self, environments: Environments, timeout: float = 30.0) -> None:
        """Ask through ``environments``; an answer may take ``timeout`` seconds."""
        self._environments, self._timeout = environments, timeout
        self._options: dict[str, dict[str, Any]] = {}

    async def options(self, kernel_name: str) -> dict[str, Any]:
        """Ask for the fields of the gateway's form, as properties of a JSON Schema.

        Raises ``NotAvailableError`` where the gateway does not tell, and ``BadInputError`` for a
        kernel that cannot ask.
        """
        declared = await self._ask(kernel_name, "options")
        # The names become the names of arguments in code.
        properties = {name: schema for name, schema in declared.items() if name.isidentifier()}
        self._options[kernel_name] = properties
        return dict(properties)

    async def known_options(self, kernel_name: str) -> dict[str, Any]:
        """Return what was answered last, and ask only where nothing was; raises as ``options``.

        A launch is held against the form that the person saw, also one without a field. What has
        changed since, the gateway itself refuses. An answer holds until ``options`` brings the
        next, each time that the platform is chosen in a form, or until the server ends.
        """
        if kernel_name not in self._options:
            await self.options(kernel_name)
        return self._options[kernel_name]

    async def found(self, kernel_name: str, known: Collection[str]) -> list[dict[str, str]]:
        """Return one's own clusters that were made elsewhere, those in ``known`` left out.

        Raises as ``options``.
        """
        clusters = await self._ask(kernel_name, "found")
        return [_shown(cluster) for cluster in clusters if cluster["id"] not in known]

    async def stop_started(self, kernel_name: str, directory: Path, also: Sequence[str]) -> None:
        """Stop what a launch started and its controller could not stop, and ``also`` more by name.

        ``directory`` is the cluster's. Raises as ``options``; it may be called again then.
        """
        file = directory / STARTED
        names = [*_names(file), *also]
        if names:
            await self._ask(kernel_name, "stop", *names)
            file.unlink(missing_ok=True)

    async def _ask(self, kernel_name: str, question: str, *names: str) -> Any:
        said = await self._environments.ask_resident(
            kernel_name,
            "gateway_queries",
            [question],
            self._timeout,
            private=names,  # whoever knows one can open the dashboard of that cluster
        )
        if "error" in said:
            name, words = said["error"]
            raise NotAvailableError(explain(name, words, self._environments.title(kernel_name)))
        return said["answer"]


def _names(file: Path) -> list[str]:
    try:
        return list(map(str, json.loads(file.read_text(encoding="utf-8"))))
    except (OSError, ValueError):
        return []


def _shown(cluster: dict[str, Any]) -> dict[str, str]:
    """Return a found cluster as the browser shows it."""
    options = cluster["options"]
    since = datetime.fromisoformat(cluster["since"]).astimezone(timezone.utc)
    title = ", ".join(options.values()) or "Cluster"
    return {
        "id": cluster["id"],
        "title": f"{title} ({cluster['id'][-6:]})",
        "description": f"{cluster['status']} since {since:%d %b, %H:%M} UTC",
    }
