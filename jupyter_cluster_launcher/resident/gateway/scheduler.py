"""What runs in a gateway's scheduler, on another machine and without this package."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypedDict

import cloudpickle


class GatewaySettings(TypedDict, total=False):
    """What the gateway has set in its scheduler: workers, idle time in seconds, adaptive or not."""

    count: int | None
    idle_timeout: float
    adapting: bool


def gateway_settings(dask_scheduler: Any) -> GatewaySettings:
    """Return, in the scheduler, what the gateway has set there."""
    service = dask_scheduler.services.get("gateway")
    return {
        "count": getattr(service, "count", None),
        "idle_timeout": getattr(service, "idle_timeout", 0),
        "adapting": getattr(service, "adapt_task", None) is not None,
    }


def by_value(function: Callable[..., Any]) -> bytes:
    """Return the pickle of a function of this package that loads where the package is missing."""
    module = sys.modules[function.__module__]
    cloudpickle.register_pickle_by_value(module)
    try:
        pickled: bytes = cloudpickle.dumps(function)
    finally:
        cloudpickle.unregister_pickle_by_value(module)
    return pickled
