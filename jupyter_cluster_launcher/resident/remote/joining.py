"""Whether a scheduler that already runs can be joined from here, and in a sentence why not."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from typing import Any

from ..versions import PACKAGES, versions
from .scheduler import CONNECT_LIMIT, port_of, run_apart

LIMIT = 10.0  # seconds for an answer
TLS = "tls://"
NO_FILES = (
    "The scheduler at {address} is encrypted, and Dask's configuration names no TLS files for it. "
    "Set distributed.comm.tls.ca-file, distributed.comm.tls.client.cert and "
    "distributed.comm.tls.client.key in ~/.config/dask, then join again."
)


class CannotJoinError(RuntimeError):
    """There is no scheduler that can be joined; the text says why."""


def check(address: str) -> Mapping[str, Any]:
    """Return what a scheduler says of itself; raises ``CannotJoinError``."""
    arguments = connection_arguments(address)
    try:
        socket.create_connection(port_of(address) or ("", 0), CONNECT_LIMIT).close()
    except OSError as error:
        raise CannotJoinError(
            f"Nothing answers at {address} ({error.strerror or error}). Check the address, and "
            "that the scheduler runs."
        ) from None
    try:
        identity, packages = run_apart(_ask(address, arguments), LIMIT)
    except Exception as error:  # of whatever kind: anything may listen there
        raise CannotJoinError(_no_answer(address, error)) from None
    kind = str(identity.get("type"))
    if kind != "Scheduler":
        raise CannotJoinError(
            f"{address} is the address of a {kind.lower()}, not of a scheduler. Use the address "
            "that the scheduler printed when it started."
        )
    _check_versions(address, packages)
    return identity


def connection_arguments(address: str) -> dict[str, Any]:
    """Return how to connect, as Dask's configuration has it; raises ``CannotJoinError``."""
    if not address.startswith(TLS):
        return {}
    from distributed.security import Security  # noqa: PLC0415 - Dask may be missing

    try:
        arguments: dict[str, Any] = Security().get_connection_args("client")
    except (OSError, ValueError, TypeError) as error:  # files that are missing or no certificates
        raise CannotJoinError(
            f"The TLS files in Dask's configuration (distributed.comm.tls) cannot be used: {error}"
        ) from None
    if arguments.get("ssl_context") is None:
        raise CannotJoinError(NO_FILES.format(address=address))
    return arguments


async def _ask(address: str, arguments: dict[str, Any]) -> tuple[Mapping[str, Any], Any]:
    from distributed.core import rpc  # noqa: PLC0415 - as above

    scheduler = rpc(address, timeout=LIMIT / 2, connection_args=arguments)
    try:
        identity = await scheduler.identity()
        if identity.get("type") != "Scheduler":
            return identity, {}
        return identity, (await scheduler.versions())["packages"]
    finally:
        await scheduler.close_rpc()


def _check_versions(address: str, packages: Mapping[str, Any]) -> None:
    """Raise ``CannotJoinError`` where a client of this version of Dask cannot connect."""
    here = versions()
    differ = [
        f"{name} {packages.get(name)} (here: {here.get(name)})"
        for name in PACKAGES
        if packages.get(name) and packages[name] != here.get(name)
    ]
    if not any(one.startswith(("dask ", "distributed ")) for one in differ):
        return
    from distributed import Client  # noqa: PLC0415 - as above

    try:
        Client(address, timeout=LIMIT, set_as_default=False).close()
    except Exception:  # of whatever kind: each pair of versions fails in its own way
        raise CannotJoinError(
            f"The scheduler at {address} runs other versions, to which this environment cannot "
            f"connect: {', '.join(differ)}. Choose an environment with the versions of the "
            "scheduler."
        ) from None


def _no_answer(address: str, error: Exception) -> str:
    """Return the sentence for a port where something listens, but no scheduler as expected."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        cause = cause.__cause__ or cause.__context__
    refused = next((one for one in chain if isinstance(one, ssl.SSLError)), None)
    if refused is not None and "WRONG_VERSION" not in str(refused):
        return (
            f"The scheduler at {address} does not accept the TLS files in Dask's configuration, or "
            f"they do not fit it: {refused.reason or refused}."
        )
    other = "unencrypted: use tcp://" if address.startswith(TLS) else "encrypted: use tls://"
    return (
        f"What answers at {address} is not a Dask scheduler, or it is {other}. Use the address "
        "that the scheduler printed when it started."
    )
