"""What is known of a launch beforehand: the job script, and the batch system's verdict."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...controller.host import interfaces
from ...errors import BadInputError, NotAvailableError
from ...models import Cluster
from ..facts import Check
from .polling.commands import run
from .site.discovery import LOOPBACK
from .system import BatchSystem

if TYPE_CHECKING:
    from ...controller.environments import Environments

PATIENCE = 20.0  # seconds for a verdict: SLURM may look through a long queue for a start time


def check_interface(name: Any) -> None:
    """Raise ``BadInputError`` where the scheduler cannot listen on network interface ``name``."""
    here = interfaces()
    if not name or not here or name in here:
        return
    # Workers on other hosts do not reach loopback; it is all there is on some test machines.
    outside = {one: address for one, address in here.items() if not address.startswith(LOOPBACK)}
    valid = ", ".join(f"{one} ({address})" for one, address in (outside or here).items())
    raise BadInputError(
        f"This host has no network interface {name} with an address, so the scheduler cannot "
        f"listen there. Choose an interface that the workers can reach: {valid}."
    )


async def check(
    cluster: Cluster,
    system: BatchSystem,
    environments: Environments,
    preparation: Mapping[str, Any],
) -> Check:
    """Return the job script of a launch and the verdict on it; nothing is started."""
    try:
        script = await job_script(cluster, environments, preparation)
    except NotAvailableError as error:
        return Check(ok=False, verdict=str(error))
    if not system.preflight(""):
        return Check(job_script=script)
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        unset = preparation["submission"]["unset"]
        output = await run(system, system.preflight(file.name), PATIENCE, script, unset)
    code = 1 if output.returncode is None else output.returncode
    verdict = system.verdict(code, output.text)
    return Check(verdict.ok, script, verdict.text)


async def job_script(
    cluster: Cluster, environments: Environments, preparation: Mapping[str, Any]
) -> str:
    """Return the script of one job, written by dask-jobqueue in the kernel's own environment.

    Raises ``NotAvailableError`` where that fails.
    """
    # Not among the arguments: commands before the worker starts may hold a key.
    private = {"settings": dict(preparation), "code": cluster.create}
    answer = await environments.run_resident(
        cluster.kernel_name, "jobqueue.job_script", private=private
    )
    if "error" in answer:
        raise NotAvailableError(f"The job script cannot be written: {answer['error']}")
    return str(answer["script"])
