"""A dashboard that the Jupyter server's proxy cannot reach, at a private socket of this host.

Its pages come with TLS where ``distributed.scheduler.dashboard.tls`` is configured, and the proxy
knows plain HTTP only; nor has it a way to hosts with an IPv6 address. It reaches the socket as it
reaches that of a scheduler in this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
import sys

LIMIT = 2.0  # seconds to connect
CHUNK = 65536  # bytes that are forwarded at once


def certificate(host: str, port: int) -> bytes | None:
    """Return the certificate (DER) of what listens at a port, None where that is not TLS."""
    try:
        plain = socket.create_connection((host, port), LIMIT)
        with plain, _context().wrap_socket(plain, server_hostname=host) as encrypted:
            return encrypted.getpeercert(binary_form=True)
    except (OSError, ValueError):
        return None


async def bridge(path: str, host: str, port: int, expected: bytes | None) -> asyncio.AbstractServer:
    """Serve a dashboard at a new socket, and return its server.

    Nothing is sent to whoever does not have the certificate ``expected`` (DER), as it was first
    seen: it need not be signed by anyone, for dashboards inside a site seldom are. With None the
    dashboard is not encrypted.
    """
    context = None if expected is None else _context()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            opened = asyncio.open_connection(host, port, ssl=context)
            there, to_there = await asyncio.wait_for(opened, LIMIT)
            with contextlib.closing(to_there):
                if _certificate(to_there) == expected:
                    await _exchange((reader, to_there), (there, writer))
                else:
                    sys.stderr.write(f"The dashboard at {host}:{port} has another certificate.\n")
        except (OSError, asyncio.TimeoutError):  # the browser gets the answer that nothing is there
            pass
        finally:
            writer.close()

    server = await asyncio.start_unix_server(forward, path)
    os.chmod(path, 0o600)
    return server


def _certificate(writer: asyncio.StreamWriter) -> bytes | None:
    encrypted: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    return encrypted.getpeercert(binary_form=True) if encrypted else None


async def _exchange(*directions: tuple[asyncio.StreamReader, asyncio.StreamWriter]) -> None:
    """Copy from readers to writers until one of them ends."""
    copies = [asyncio.ensure_future(_copy(*one)) for one in directions]
    try:
        await asyncio.wait(copies, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for copy in copies:
            copy.cancel()
        await asyncio.gather(*copies, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()


def _context() -> ssl.SSLContext:
    """Return settings that take any certificate: the one that is expected is compared."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
