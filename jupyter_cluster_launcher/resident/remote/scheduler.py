"""A scheduler in another process: whether it is there, and how it is ended."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

CONNECT_LIMIT = 2.0  # seconds to connect to a port
END_LIMIT = 10.0  # seconds for a scheduler to end
PERIOD = 0.05  # seconds between two looks at that


def port_of(address: str) -> tuple[str, int] | None:
    """Return the host and port of a scheduler's address, None where it has none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname, parts.port) if parts.hostname and parts.port else None
    except ValueError:
        return None


def answers(address: str) -> bool:
    """Return whether anything listens at a scheduler's address."""
    return not refuses(address, otherwise=True)


def refuses(address: str, otherwise: bool = False) -> bool:
    """Return whether the host of a scheduler says that nothing listens at its port.

    Return ``otherwise`` where it does not answer at all.
    """
    target = port_of(address)
    if target is None:
        return False
    try:
        socket.create_connection(target, CONNECT_LIMIT).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return otherwise
    return False


def terminate(address: str, security: Any = None, scheduler_id: str | None = None) -> None:
    """End a scheduler and its workers; return when its port is closed.

    ``security`` is its cluster's. With ``scheduler_id`` another scheduler at the same address is
    left alone. Raises what connecting raises, and ``TimeoutError`` after ``END_LIMIT`` seconds.
    """
    failures: list[BaseException] = []
    asked: list[bool] = []

    def run() -> None:
        work = _terminate(address, security, scheduler_id)
        try:
            asked.append(asyncio.run(asyncio.wait_for(work, END_LIMIT)))
        except BaseException as error:  # raised again by the thread that waits
            failures.append(error)

    # In a thread of its own, since this one may have a running event loop.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(END_LIMIT + 1)
    if failures:
        raise failures[0]
    if thread.is_alive():
        raise TimeoutError(f"{address} does not answer")
    limit = time.monotonic() + END_LIMIT
    while asked == [True] and answers(address) and time.monotonic() < limit:
        time.sleep(PERIOD)


async def _terminate(address: str, security: Any, scheduler_id: str | None) -> bool:
    """Return whether the scheduler was asked to end: it is the one with that id."""
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
