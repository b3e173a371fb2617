"""What all clusters of a server share."""

from __future__ import annotations

from dataclasses import dataclass

from ..backends.batch.backend import Batch, refusal
from ..backends.errors import explain, first_cause
from ..controller.client import ExecutionError
from ..controller.environments import Environments
from ..models import Cluster
from ..platforms.catalog import Platforms
from .store import Store


@dataclass(frozen=True)
class Limits:
    """Times in seconds; ``orphan`` closes a cluster no server has spoken to, None for never."""

    start: float = 60.0
    close: float = 30.0
    orphan: float | None = 24 * 3600.0


@dataclass(frozen=True)
class House:
    """The parts that look after clusters."""

    store: Store
    platforms: Platforms
    environments: Environments
    batch: Batch
    limits: Limits

    def explain(self, cluster: Cluster, error: ExecutionError) -> str:
        """Return what a person is told of an exception in the controller of a cluster."""
        if cluster.batch and error.name == "SubmissionError":
            return refusal(cluster.batch, str(error))
        name, text = first_cause(error.name, str(error), error.traceback)
        return explain(name, text, self.environments.title(cluster.kernel_name))
