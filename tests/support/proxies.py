"""A proxy that the environment names, as of sites whose hosts have no other way out."""

from __future__ import annotations

import contextlib
import select
import socket
from collections.abc import Iterator
from urllib.request import getproxies, proxy_bypass

import pytest

VARIABLES = ("http_proxy", "https_proxy", "all_proxy")


@contextlib.contextmanager
def unused_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Name a proxy for this process and what it starts; fail if anything connects to it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        for name in VARIABLES:
            monkeypatch.setenv(name, address)
            monkeypatch.setenv(name.upper(), address)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert (getproxies()["http"], proxy_bypass("127.0.0.1")) == (address, False)
        yield
        if select.select([listener], [], [], 0)[0]:
            with listener.accept()[0] as connection:
                connection.settimeout(5)
                pytest.fail(f"The proxy got {connection.recv(1000)!r}")
