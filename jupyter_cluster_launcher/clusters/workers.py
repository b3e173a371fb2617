"""The workers of a cluster, one by one, as its controller lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..errors import WrongStateError
from ..models import State

if TYPE_CHECKING:
    from .managed_cluster import ManagedCluster


async def present(managed: ManagedCluster) -> Sequence[dict[str, Any]]:
    """Return the workers of a cluster, none while it does not run; raises ``LauncherError``s."""
    if managed.cluster.state is not State.RUNNING:
        return []
    if not managed.ownership.held:
        raise WrongStateError("Another of your Jupyter servers can show the workers.")
    workers: Sequence[dict[str, Any]] = await managed.connection.call("workers") or ()
    return workers
