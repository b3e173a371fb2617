"""A scheduler in another process: whether it is there, and how it is ended."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

CONNECT_LIMIT = 2.0  # seconds to connect to a port
END_LIMIT = 10.0  # seconds for a scheduler to end
PERIOD = 0.05  # seconds between two looks at that
NO_ANSWER = "The scheduler does not answer."
# What this host says of an address that it has no way to, as of IPv6 where there is none.
NO_WAY = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.ENETUNREACH)


def port_of(address: str) -> tuple[str, int] | None:
    """Return the host and port of a scheduler's address, None where it has none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname, parts.port) if parts.hostname and parts.port else None
    except ValueError:
        return None


def listens_there(own: str, address: str) -> bool:
    """Return whether an ``address`` leads to a scheduler that listens at its ``own``.

    Else something forwards it, such as a tunnel of SSH.
    """
    target, place = port_of(address), port_of(own)
    if target is None or place is None or target[1] != place[1]:
        return own == address
    with contextlib.suppress(OSError, UnicodeError):
        found = socket.getaddrinfo(*target, type=socket.SOCK_STREAM)
        return any(entry[4][0] == place[0] for entry in found)
    return target == place


def finds_by_name(kind: Any) -> bool:
    """Return whether a class can find a cluster by its name. Dask's own method only raises."""
    owners = (one for one in getattr(kind, "__mro__", ()) if "from_name" in vars(one))
    owner = next(owners, None)
    return owner is not None and str(owner.__module__) != "distributed.deploy.spec"


def answers(address: str) -> bool:
    """Return whether anything listens at a scheduler's address."""
    return not refuses(address, otherwise=True)


def refuses(address: str, otherwise: bool = False) -> bool:
    """Return whether the host of a scheduler says that nothing listens at its port.

    A name may have several addresses: each that this host has a way to has to say so. Return
    ``otherwise`` where one does not answer at all.
    """
    target = port_of(address)
    if target is None:
        return False
    try:
        places = socket.getaddrinfo(*target, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # the latter for what is no name at all
        return otherwise
    errors: list[int | None] = []
    for family, kind, protocol, _, place in places:
        try:
            with socket.socket(family, kind, protocol) as connection:
                connection.settimeout(CONNECT_LIMIT)
                connection.connect(place)
        except OSError as error:
            errors.append(error.errno)
        else:
            return False
    known = {number for number in errors if number not in NO_WAY}
    return known == {errno.ECONNREFUSED} or otherwise


def terminate(address: str, security: Any = None, scheduler_id: str | None = None) -> bool:
    """End a scheduler and its workers; return when its port is closed.

    ``security`` is its cluster's. With ``scheduler_id`` another scheduler at the same address is
    left alone; return whether it was that one. Raises what connecting raises, and ``TimeoutError``
    after ``END_LIMIT`` seconds.
    """
    asked = run_apart(_terminate(address, security, scheduler_id), END_LIMIT)
    limit = time.monotonic() + END_LIMIT
    while asked and answers(address) and time.monotonic() < limit:
        time.sleep(PERIOD)
    return asked


def run_apart(work: Coroutine[Any, Any, T], limit: float) -> T:
    """Return what a coroutine returns, in a thread: this one may have a running event loop.

    Raises what it raises, and ``TimeoutError`` after ``limit`` seconds.
    """
    return in_thread(lambda: asyncio.run(asyncio.wait_for(work, limit)), limit + 1)


def in_thread(work: Callable[[], T], limit: float, late: str = NO_ANSWER) -> T:
    """Return what ``work`` returns, done in a thread that the end of the process does not await.

    Raises what it raises, and ``TimeoutError`` with the sentence ``late`` after ``limit`` seconds.
    Where no thread can start it is done in this one, without a limit but that of the caller.
    """
    failures: list[BaseException] = []
    results: list[T] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # raised again by the thread that waits
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return work()
    thread.join(limit)
    if failures:
        raise failures[0]
    if not results:
        raise TimeoutError(late)
    return results[0]


async def _terminate(address: str, security: Any, scheduler_id: str | None) -> bool:
    """Return whether the scheduler got the request to end: it is the one with that id."""
    from distributed.core import rpc  # noqa: PLC0415 - Dask may be missing

    arguments = {}
    if address.startswith("tls:") and security is not None:
        arguments = security.get_connection_args("client")
    scheduler = rpc(address, connection_args=arguments)
    try:
        if scheduler_id is not None and (await scheduler.identity())["id"] != scheduler_id:
            return False
        with contextlib.suppress(OSError):  # it may close the connection before it answers
            await scheduler.terminate()
        return True
    finally:
        await scheduler.close_rpc()
