"""What a request for a cluster comes to: all of it checked, nothing started."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

from ..backends.batch.backend import arguments
from ..models import BadInputError, Cluster
from ..platforms import codegen, options
from ..platforms.files import Platform
from .services import House


async def plan(
    house: House,
    request: dict[str, Any],
    taken: Collection[str],
    keep_running: bool,
    cwd: str | None,
) -> Cluster:
    """Return the cluster that a request describes, as it would begin to start in folder ``cwd``.

    ``taken`` are the names that other clusters have; ``keep_running`` is what holds where the
    request does not say. Raises ``BadInputError``, ``UnknownError`` and ``NotAvailableError``.
    """
    options.check_request(request)
    platform = house.platforms.get(request.get("platform"))
    kernel_name = request.get("kernel_name") or house.environments.default
    if not isinstance(kernel_name, str):
        raise BadInputError("The environment must be the name of a kernel.")
    asked = await house.platforms.asked(platform, kernel_name)
    chosen = options.check_options(platform, request.get("options"), asked)
    workers = options.check_workers(platform, request.get("workers"))
    adapt = options.check_adapt(platform, request.get("adapt"))
    tls = options.check_flag("Encryption", request.get("tls"), platform.get("tls", False))
    keep = options.check_flag("Keep running", request.get("keep_running"), keep_running)
    idle_timeout = options.check_idle_timeout(request.get("idle_timeout"))
    given, adopted = request.get("name"), request.get("adopt")
    if adopted is not None and not house.platforms.finds(platform):
        raise BadInputError(f"Clusters of {platform.title} cannot be joined: start one.")
    name = _free_name(platform, taken) if given is None else options.check_name(given)
    client = "cluster.get_client()" if platform.connect == "gateway" else "Client(cluster)"
    create = (
        codegen.create(platform, chosen, workers, adapt, tls, asked, client=client)
        if adopted is None
        else codegen.adopt(options.check_name(adopted))
    )
    await house.platforms.check_available(platform, kernel_name, tls)
    return Cluster(
        id=secrets.token_hex(6),
        name=name,
        platform=platform.name,
        platform_title=platform.title,
        kernel_name=kernel_name,
        cwd=cwd,
        create=create,
        requested=0 if adopted else adapt.minimum if adapt else workers,
        tls=tls,
        adapt=adapt,
        options=chosen,
        keep_running=keep,
        idle_timeout=idle_timeout,
        adopted=adopted,
        by_name=platform.get("connect") == "gateway",
        batch=platform.get("batch"),
        log_directory=arguments(platform, chosen).get("log_directory"),
        cost=platform.get("cost"),
        message="Starting Python",
    )


def _free_name(platform: Platform, taken: Collection[str]) -> str:
    return next(n for i in range(1, 100_000) if (n := f"{platform.title} {i}") not in taken)
