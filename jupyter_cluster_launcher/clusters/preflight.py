"""What can be known before a launch: the job script, the batch system's verdict, and doubts.

A doubt is a warning that a person may overrule. Only what cannot work at all is refused.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import struct
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..backends.batch.backend import arguments, settings
from ..backends.batch.queue import run
from ..backends.batch.summary import summary
from ..backends.batch.system import batch_system
from ..controller.environments import Environments
from ..models import BadInputError, Cluster, NotAvailableError
from ..platforms.files import Platform

SIOCGIFADDR = 0x8915  # of Linux: the IPv4 address of an interface
PATIENCE = 20.0  # seconds for a verdict: SLURM may look through a long queue for a start time


def check_interface(platform: Platform, options: Mapping[str, Any]) -> None:
    """Raise ``BadInputError`` where the scheduler could not listen on the interface asked for."""
    name, here = arguments(platform, options).get("interface"), interfaces()
    if not platform.get("batch") or not name or not here or name in here:
        return
    valid = ", ".join(f"{one} ({address})" for one, address in here.items())
    raise BadInputError(
        f"This host has no network interface {name} with an address, so the scheduler cannot "
        f"listen there. Choose one that the workers reach too: {valid}."
    )


def interfaces() -> dict[str, str]:
    """Return this host's network interfaces and their IPv4 addresses; nothing where unknown."""
    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                request = struct.pack("256s", name.encode()[:15])
                answer = fcntl.ioctl(one.fileno(), SIOCGIFADDR, request)
                found[name] = socket.inet_ntoa(answer[20:24])
    return found


def doubts(platform: Platform, options: Mapping[str, Any]) -> list[str]:
    """Return what a person should know before a launch, a sentence each."""
    expected = platform.get("expects", {}).get("env", {})
    found = [sentence for name, sentence in expected.items() if not os.environ.get(name)]
    try:
        check_interface(platform, options)
    except BadInputError as error:
        found.append(str(error))
    return found


def sum_up(platform: Platform, cluster: Cluster) -> str | None:
    """Say what a launch asks for in all, where it asks for jobs, and what cores cost."""
    cost = platform.get("cost")
    if not cluster.batch:
        price = "{per_core_hour:g} {currency} for each core and hour"
        return price.format(**cost) if cost else None
    values = arguments(platform, cluster.options)
    number = cluster.adapt.maximum if cluster.adapt else cluster.requested
    if platform.workers.get("scale") != "jobs":
        number = -(-number // int(values.get("processes") or 1))
    seconds = batch_system(cluster.batch).seconds(str(values.get("walltime") or ""))
    return summary(number, values, seconds, cluster.adapt is not None, cost)


async def check(
    platform: Platform, cluster: Cluster, environments: Environments, directory: Path
) -> dict[str, Any]:
    """Return the job script of a launch and the batch system's verdict on it; nothing is started.

    ``directory`` is where the cluster's files would stand.
    """
    found = doubts(platform, cluster.options)
    answer = {"ok": True, "job_script": None, "verdict": None, "warnings": found}
    if not cluster.batch:
        return answer
    try:
        script = await job_script(platform, cluster, environments, directory)
    except NotAvailableError as error:
        return {**answer, "ok": False, "verdict": str(error)}
    system = batch_system(cluster.batch)
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        output = await run(system.preflight(file.name), PATIENCE)
    code = 1 if output.returncode is None else output.returncode
    verdict = system.verdict(code, output.text)
    return {**answer, "ok": verdict.ok, "job_script": script, "verdict": verdict.text}


async def job_script(
    platform: Platform, cluster: Cluster, environments: Environments, directory: Path
) -> str:
    """Return the script of one job, written by dask-jobqueue in the kernel's own environment.

    Raises ``NotAvailableError`` where that fails.
    """
    given = {"settings": settings(platform, cluster.options, directory), "code": cluster.create}
    # Not among the arguments: commands before the worker starts may hold a key.
    said = await environments.ask_resident(cluster.kernel_name, "job_script", private=given)
    if "error" in said:
        raise NotAvailableError(f"The job script cannot be written: {said['error']}")
    return str(said["script"])
