"""What all clusters of a server share."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from ..backends import Backends
from ..backends.base import Backend
from ..backends.errors import first_cause
from ..controller.controllers import Controllers
from ..controller.environments import Environments
from ..controller.kernel_connection import ExecutionError
from ..models import Cluster
from ..platforms.catalog import Catalog
from .saved.store import Store

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """Times in seconds.

    ``orphan`` closes a cluster that no Jupyter server has contacted, None for never; ``prepared``
    ends a prepared controller that is not used, and is 0 where none is to be prepared.
    """

    start: float = 60.0
    close: float = 30.0
    orphan: float | None = 24 * 3600.0
    prepared: float = 120.0


@dataclass(frozen=True)
class Services:
    """The parts that clusters are launched and looked after with."""

    store: Store
    catalog: Catalog
    environments: Environments
    backends: Backends
    limits: Limits
    controllers: Controllers = field(default_factory=Controllers)

    def backend(self, cluster: Cluster) -> Backend:
        """Return the backend of a cluster."""
        return self.backends.of(cluster)

    def explain(self, cluster: Cluster, error: ExecutionError) -> str:
        """Return the sentence for an exception in the controller of a cluster."""
        name, text = first_cause(error.name, str(error), error.traceback)
        try:
            return self.backends.of(cluster).explain(cluster, name, text)
        except Exception:  # a batch system may be another distribution's
            log.exception("An error of cluster %s could not be explained: %s", cluster.id, text)
            return text or name
