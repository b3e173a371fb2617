"""What each user may have on a platform, as the administrator limited it in the platform file."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ...controller.guarded_files import words
from ...errors import BadInputError, NotAvailableError
from ...models import Cluster, State
from ...platforms.platform import Platform
from ..saved.locks import Lock
from ..saved.root import LIMITS
from ..services import Services

SHARED = ("clusters", "workers")  # the limits for all clusters of a user together
COUNTED = (State.STARTING, State.RUNNING, State.ELSEWHERE)  # states of clusters that count
PATIENCE = 30.0  # seconds to wait for another server of the user that launches or scales


def core_hours(platform: Platform, wanted: float | None) -> float | None:
    """Return after how many core-hours a cluster shuts down, None for never.

    Raises ``BadInputError`` where more is ``wanted`` than the platform allows.
    """
    limit = platform.limits.get("core_hours")
    if limit is None or (wanted is not None and wanted <= limit):
        return wanted
    if wanted is None:
        return limit
    raise BadInputError(
        f"{platform.title} shuts clusters down after {limit:.6g} core-hours. Request at most that."
    )


@dataclass(frozen=True)
class Allowance:
    """What a user may have on a platform at a moment when nothing else is launched or scaled."""

    platform: Platform
    known: Callable[[], Sequence[Cluster]]

    def check(self, cluster: Cluster, before: Cluster | None = None) -> None:
        """Raise ``BadInputError`` where a cluster, as it is to be, is more than its user may have.

        ``before`` is the cluster as it is, None for one that is to be launched.
        """
        limits = self.platform.limits
        clusters, workers = limits.get("clusters"), limits.get("workers")
        fewer = before is not None and _size(cluster) <= _size(before)
        if fewer or cluster.report.joined or (clusters is None and workers is None):
            return
        others = [one for one in self.known() if self._counts(one) and one.id != cluster.id]
        if before is None and clusters is not None:
            self._check_clusters(clusters, others)
        if workers is not None:
            self._check_workers(workers, cluster, others)

    def _counts(self, cluster: Cluster) -> bool:
        alive = cluster.state in COUNTED and not (cluster.report.joined or cluster.ends_by_itself)
        return alive and cluster.platform == self.platform.name

    def _check_clusters(self, limit: int, others: Sequence[Cluster]) -> None:
        if len(others) >= limit:
            many = "1 cluster" if limit == 1 else f"{limit} clusters"
            raise BadInputError(
                f"{self.platform.title} allows each user {many} at the same time. You have "
                f"{_names(others)}: stop one first."
            )

    def _check_workers(self, limit: int, cluster: Cluster, others: Sequence[Cluster]) -> None:
        unit, left = cluster.scaling.unit, limit - sum(map(_size, others))
        if _size(cluster) <= left:
            return
        rule = f"{self.platform.title} allows each user {limit} {unit} in all."
        if not others:
            raise BadInputError(f"{rule} Request at most that.")
        advice = f"request at most {left}, or stop one" if left > 0 else "stop one"
        raise BadInputError(f"{rule} {limit - left} are taken by {_names(others)}: {advice} first.")


def refusals(
    platform: Platform, cluster: Cluster, known: Callable[[], Sequence[Cluster]]
) -> list[str]:
    """Return why a planned cluster would be refused as things are, a sentence each.

    ``known`` returns all clusters of the user, whichever server has them, for which it reads files.
    """
    try:
        Allowance(platform, known).check(cluster)
    except BadInputError as error:
        return [str(error)]
    return []


def _size(cluster: Cluster) -> int:
    return cluster.adapt.maximum if cluster.adapt else cluster.requested


def _names(clusters: Sequence[Cluster]) -> str:
    return ", ".join(sorted(one.name for one in clusters))


@asynccontextmanager
async def turn(
    services: Services, platform: Platform | None, known: Callable[[], Sequence[Cluster]]
) -> AsyncIterator[Allowance | None]:
    """Yield what the user may have on a platform, None where nothing is limited.

    ``platform`` is None for a cluster that has outlived the file of its platform. Meanwhile no
    other server of the user launches or scales there. ``known`` returns all clusters of the user,
    whichever server has them. Raises ``NotAvailableError`` where another server takes too long, or
    where nothing can be written.
    """
    if platform is None or not platform.limits.keys() & set(SHARED):
        yield None
        return
    root = services.store.root

    def opened() -> int:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(root / LIMITS, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    lock = Lock(opened)
    try:
        try:
            free = await lock.take(PATIENCE)
        except OSError as error:
            raise NotAvailableError(
                f"The limits of {platform.title} cannot be checked, because nothing can be written "
                f"in {root}: {words(error)}."
            ) from None
        if not free:
            raise NotAvailableError(
                "Another of your Jupyter servers is launching or scaling a cluster. Try again."
            )
        yield Allowance(platform, known)
    finally:
        lock.release()
