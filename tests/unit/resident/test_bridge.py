"""A dashboard with TLS of its own, at a private socket."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from distributed.security import Security
from fake_clusters import Dashboard

from jupyter_cluster_launcher.resident.observed.plots import plots
from jupyter_cluster_launcher.resident.remote.bridge import bridge, certificate

PAGE = b'HTTP/1.1 200 OK\r\nContent-Length: 19\r\n\r\n{"Graph": "/graph"}'


@asynccontextmanager
async def encrypted(file: Path) -> AsyncIterator[int]:
    """The port of a dashboard with a certificate that nobody signed."""
    security = Security.temporary()
    file.write_text(f"{security.tls_scheduler_key}{security.tls_scheduler_cert}")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            if await reader.read(1024):
                writer.write(PAGE)
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


async def test_the_pages_of_the_dashboard_that_was_seen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against plots that nobody sees, and against whoever takes the dashboard's place."""
    async with encrypted(tmp_path / "one") as port, encrypted(tmp_path / "other") as other:
        seen = await asyncio.to_thread(certificate, "127.0.0.1", port)
        assert seen
        right, wrong = tmp_path / "right", tmp_path / "wrong"
        async with (
            await bridge(str(right), "127.0.0.1", port, seen),
            await bridge(str(wrong), "127.0.0.1", other, seen),
        ):
            assert right.stat().st_mode & 0o777 == 0o600
            assert await asyncio.to_thread(plots, str(right)) == {"Graph": "/graph"}
            assert await asyncio.to_thread(plots, str(wrong)) == {}
    assert "has another certificate" in capsys.readouterr().err


def test_what_is_not_encrypted_has_no_certificate(dashboard: Dashboard) -> None:
    """Guards against a bridge to what needs none."""
    host, port = dashboard.server_address[:2]
    assert certificate(str(host), int(port)) is None
    dashboard.server_close()
    assert certificate(str(host), int(port)) is None
