"""What can be known before a launch: the code, its size, warnings, and the engine's verdict.

A warning can be ignored by the user. Only what cannot work at all is refused.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...backends.base import Backend
from ...backends.facts import Check, Start
from ...controller.disk import on_disk
from ...errors import BadInputError
from ...models import Cluster
from ...platforms.platform import Platform
from ..services import Services
from .advice import Advice, advise


@dataclass(frozen=True)
class Preview:
    """The code that a launch would run, what it amounts to in words, and what less is enough."""

    create: str
    summary: str | None
    warnings: Sequence[str]
    advice: Advice | None


async def preview(
    services: Services, platform: Platform, cluster: Cluster, refusals: Sequence[str]
) -> Preview:
    """Return the code of a planned cluster, its size in total, warnings, and advice.

    ``refusals`` are why it would be refused as things are, a sentence each.
    """
    backend = services.backend(cluster)
    past = await on_disk(services.store.history.entries)
    return Preview(
        cluster.create,
        backend.summary(platform, cluster),
        [*refusals, *await _all_warnings(services, platform, backend, cluster)],
        advise(platform, backend.size(platform, cluster), past),
    )


async def check(
    services: Services, platform: Platform, cluster: Cluster, refusals: Sequence[str]
) -> tuple[Check, list[str]]:
    """Return the engine's verdict on a planned cluster, and warnings; nothing is started.

    ``refusals`` are as in ``preview``.
    """
    backend = services.backend(cluster)
    verdict = await backend.check(platform, cluster, services.store.root / cluster.id)
    return verdict, [*refusals, *await _all_warnings(services, platform, backend, cluster)]


async def starts(services: Services, platform: Platform, cluster: Cluster) -> list[Start]:
    """Return when a planned cluster would start, and when in other ways; nothing is started."""
    backend = services.backend(cluster)
    return await backend.starts(platform, cluster, services.store.root / cluster.id)


async def _all_warnings(
    services: Services, platform: Platform, backend: Backend, cluster: Cluster
) -> list[str]:
    directory = services.store.root / cluster.id
    # In a thread: folders may be on slow network file systems.
    about_folders = await on_disk(backend.folder_warnings, platform, cluster, directory)
    return [*warnings(platform, backend, cluster.options), *about_folders]


def warnings(platform: Platform, backend: Backend, options: Mapping[str, Any]) -> list[str]:
    """Return what a user should know before a launch, a sentence each."""
    expected = platform.expected_env
    found = [sentence for name, sentence in expected.items() if not os.environ.get(name)]
    try:
        backend.refuse(platform, options)
    except BadInputError as error:
        found.append(str(error))
    return [*found, *backend.warnings(platform, options)]
