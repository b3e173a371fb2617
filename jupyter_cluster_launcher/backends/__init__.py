"""What differs from one kind of platform to another: one module with a ``BACKEND`` for each kind.

The name of the module is the kind. To add one, write ``backends/KIND.py``, a resident in
``resident/``, and platform files with ``kind: KIND``.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..jobs import Queue
from ..models import Cluster, State
from ..platforms.encryption import JOBS
from .base import Backend
from .facts import Context
from .local import DASK_MODULES

if TYPE_CHECKING:
    from ..platforms.platform import Platform


def backend_class(kind: str) -> type[Backend]:
    """Return the class for a kind of platform; raises ``LookupError`` for an unknown one."""
    try:
        module = importlib.import_module(f"{__name__}.{kind}") if kind.isidentifier() else None
    except ModuleNotFoundError:
        module = None
    found = getattr(module, "BACKEND", None)
    if not isinstance(found, type) or not issubclass(found, Backend):
        raise LookupError(f"There is no kind of platform {kind!r:.80}.")
    return found


def kind_of(platform: Platform) -> str:
    """Return the kind of a platform: named in its file, or what its entries mean."""
    if platform.kind:
        return platform.kind
    if platform.connect == "gateway":
        return "gateway"
    if platform.batch:
        return "batch"
    if platform.module.partition(".")[0] == JOBS:
        return "jobqueue"
    here = platform.class_name == "LocalCluster" and platform.module in DASK_MODULES
    return "local" if here else "remote"


def connect_code(cluster: Cluster, directory: Path, base_url: str | None = None) -> str | None:
    """Return the code that connects a notebook, None while there is nothing to connect to."""
    return _class_of(cluster).connect_code(cluster, directory, base_url)


def reachable_from_other_hosts(cluster: Cluster) -> bool:
    """Return whether a notebook on another host than the controller's can connect."""
    return _class_of(cluster).reachable_from_other_hosts(cluster)


def waits(cluster: Cluster) -> bool:
    """Return whether a running cluster waits for workers that its engine is to provide."""
    return _class_of(cluster).waits(cluster)


def _class_of(cluster: Cluster) -> type[Backend]:
    try:
        return backend_class(cluster.kind)
    except LookupError:
        return Backend


class Backends:
    """The backends of one server, made when first needed."""

    def __init__(self, context: Context) -> None:
        """Make them with ``context``."""
        self._context = context
        self._made: dict[str, Backend] = {}
        self._clusters: Callable[[], Iterable[Cluster]] = list
        self._update: Callable[[str, Queue], None] = lambda cluster_id, queue: None

    def for_platform(self, platform: Platform) -> Backend:
        """Return the backend of a platform, the plain base for an unknown kind."""
        try:
            return self._get(kind_of(platform))
        except LookupError:
            return Backend(self._context)

    def unavailable(self, platform: Platform) -> str | None:
        """Return why a platform's engine cannot work on this host, in one sentence, or None."""
        try:
            return self._get(kind_of(platform)).unavailable(platform)
        except LookupError as error:
            return f"{error} Correct the line kind: in {platform.origin}."

    def of(self, cluster: Cluster) -> Backend:
        """Return the backend of a cluster, the plain base for an unknown kind."""
        try:
            return self._get(cluster.kind)
        except LookupError:
            return Backend(self._context)

    def recognized(self, cluster: Cluster) -> Cluster:
        """Return a cluster of a record; one of an unknown kind as a row that says so."""
        try:
            backend_class(cluster.kind)
        except LookupError as error:
            return replace(
                cluster,
                state=State.LOST,
                readable=False,
                message=f"{error} Another version of the launcher may have launched this cluster. "
                "Clean up ends what is left of it.",
            )
        return cluster

    def follow(
        self, clusters: Callable[[], Iterable[Cluster]], update: Callable[[str, Queue], None]
    ) -> None:
        """Look after ``clusters``; call ``update(id, queue)`` when an engine's answer changes."""
        self._clusters, self._update = clusters, update
        for kind, backend in self._made.items():
            self._connect(kind, backend)

    def hurry(self) -> None:
        """From now on take the order to end something for its end: the server is stopping."""
        for backend in self._made.values():
            backend.hurry()

    async def stop(self) -> None:
        """Poll no engine any more."""
        for backend in self._made.values():
            await backend.stop()

    def _get(self, kind: str) -> Backend:
        if kind not in self._made:
            self._made[kind] = backend_class(kind)(self._context)
            self._connect(kind, self._made[kind])
        return self._made[kind]

    def _connect(self, kind: str, backend: Backend) -> None:
        def clusters() -> Iterator[Cluster]:
            return (cluster for cluster in self._clusters() if cluster.kind == kind)

        backend.follow(clusters, self._update)
