"""What a request for a cluster amounts to: all of it checked, nothing started."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from ...backends import kind_of
from ...backends.base import Backend
from ...controller.disk import on_disk
from ...errors import BadInputError, WrongStateError
from ...models import Adapt, Cluster, Cost, Scaling
from ...platforms import options
from ...platforms.code import codegen
from ...platforms.encryption import check_encryption
from ...platforms.platform import Platform
from ..services import Services
from . import limits
from .presets import Preset


async def plan(
    services: Services,
    platform: Platform,
    request: dict[str, Any],
    keep_running: bool,
    cwd: str | None,
) -> Cluster:
    """Return the cluster that a request describes, ready to start in folder ``cwd``.

    ``platform`` is the one that the request names. ``request`` has the shape that the contract
    gives to a launch; where it has no name, the cluster has none yet, see ``named``.
    ``keep_running`` holds where the request does not say. Raises ``BadInputError``,
    ``UnknownError`` and ``NotAvailableError``.
    """
    backend = services.backends.for_platform(platform)
    kernel_name = await services.environments.on_this_host(request.get("kernel_name"))
    declared = await backend.options(platform, kernel_name)
    chosen = options.check_options(platform, request.get("options"), declared)
    scaling = scaling_of(platform)
    workers = options.requested_workers(platform, scaling, request.get("workers"), chosen)
    bounds = request.get("adapt")
    adapt = options.check_adapt(platform.title, scaling, bounds) if bounds else None
    tls = _or_default(request.get("tls"), platform.tls)
    check_encryption(platform, tls)
    joined = await _joined(platform, backend, request.get("adopt"))
    name = _name(request.get("name"))
    if joined is None:  # in a thread: a value may depend on whether a folder is there
        given = (platform, chosen, workers, adapt, tls, declared)
        create = await on_disk(codegen.create, *given, client=backend.client)
    else:
        create = backend.join_code(joined)
    await services.catalog.check_available(platform, kernel_name, tls)
    needs = backend.needs(platform, chosen)
    core_hours = limits.core_hours(platform, request.get("core_hours"))
    renew_for = request.get("renew_for")
    if renew_for is not None:
        check_renewal(platform.title, needs.batch, needs.preparation, adapt)
    preparation = needs.preparation if joined is None else {**needs.preparation, "join": joined}
    return Cluster(
        id=secrets.token_hex(6),
        name=name,
        platform=platform.name,
        platform_title=platform.title,
        kernel_name=kernel_name,
        cwd=cwd,
        create=create,
        requested=0 if joined is not None else adapt.minimum if adapt else workers,
        kind=kind_of(platform),
        scaling=scaling,
        preparation=preparation,
        create_timeout=platform.timeout,
        tls=tls,
        adapt=adapt,
        options=chosen,
        own_options=options.own_options(platform, chosen, declared),
        keep_running=_or_default(request.get("keep_running"), keep_running),
        idle_timeout=request.get("idle_timeout"),
        core_hours=None if joined is not None else core_hours,
        renew_for=renew_for,
        batch=needs.batch,
        log_directory=needs.log_directory,
        cost=cost_of(platform),
        message="Starting the kernel",
    )


async def _joined(platform: Platform, backend: Backend, target: str | None) -> str | None:
    """Return what a request joins, None for a launch; raises ``LauncherError``s."""
    if target is not None:
        return await backend.joinable(platform, target)
    if not backend.launches:
        raise BadInputError(
            f"{platform.title} starts nothing: give the address or the scheduler file of what to "
            "join."
        )
    return None


async def check_preset(services: Services, preset: Preset, kernel_name: str) -> None:
    """Check what a preset says of a launch as the launch would; raises ``LauncherError``s."""
    platform = await services.catalog.get(preset.platform)
    backend = services.backends.for_platform(platform)
    declared = await backend.options(platform, kernel_name)
    chosen = options.check_options(platform, preset.options, declared)
    scaling = scaling_of(platform)
    options.requested_workers(platform, scaling, preset.workers, chosen)
    if preset.adapt:
        options.check_adapt(platform.title, scaling, preset.adapt)


def check_renewal(
    title: str, batch: str | None, preparation: Mapping[str, Any], adapt: Adapt | None
) -> None:
    """Raise ``BadInputError`` where no jobs reach a time limit, or others replace them anyway.

    ``title`` is the platform's, ``batch`` and ``preparation`` are as in a cluster's record.
    """
    if adapt is not None:
        raise BadInputError(
            "Adaptive scaling submits jobs as they are needed: choose a fixed number to renew them."
        )
    if batch is None:
        raise BadInputError(f"{title} has no jobs to renew: leave out renew_for.")
    if "job_life" not in preparation:
        raise BadInputError("Jobs without a time limit need not be renewed: choose a Time limit.")


def scaling_of(platform: Platform) -> Scaling:
    """Return what a platform allows for the number of workers, resolved for this host."""
    workers = platform.workers
    return Scaling(
        title=workers["title"],
        unit="jobs" if workers.get("scale") == "jobs" else "workers",
        minimum=workers["minimum"],
        maximum=workers["maximum"],
        adaptive=platform.adaptive,
    )


def cost_of(platform: Platform) -> Cost | None:
    """Return the administrator's price of cores, None if there is none."""
    cost = platform.cost
    return Cost(**cost) if cost else None


def _name(given: str | None) -> str:
    return "" if given is None else options.check_name(given)


def _or_default(flag: bool | None, default: bool) -> bool:
    return default if flag is None else flag


def named(cluster: Cluster, taken: Collection[str]) -> Cluster:
    """Return a cluster with a name that no other one has, where the user gave it none."""
    if cluster.name:
        return cluster
    names = (f"{cluster.platform_title} {number}" for number in range(1, 100_000))
    return replace(cluster, name=next(name for name in names if name not in taken))


def check_scalable(cluster: Cluster) -> None:
    """Raise ``WrongStateError`` for a cluster whose number of workers cannot change from here."""
    if cluster.report.scalable:
        return
    if cluster.report.joined:
        raise WrongStateError(
            f"You joined {cluster.name}: its number of workers can only be changed where it was "
            "started."
        )
    raise WrongStateError(
        f"{cluster.platform_title} cannot change the number of workers while a cluster runs. "
        "Launch another cluster with the number that you need."
    )
