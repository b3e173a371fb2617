"""What somebody on the same host, or root on the network, could see of a whole run."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from real_server import RealServer

ETH_P_IP = 0x0800
PACKET_OUTGOING = 4  # on loopback each packet is seen twice
TCP = 6
PURPOSE = ("jpserver-", "jupyter_cookie_secret", ".dask-jobqueue.worker.")  # begin their names
PAUSE = 0.02  # seconds between two looks at the arguments of all processes


class Seen:
    """The arguments of all processes, and the bytes of each TCP connection on loopback."""

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self.arguments: set[bytes] = set()
        self.streams: dict[tuple[int, int], bytearray] = defaultdict(bytearray)
        self.over = threading.Event()

    def sent_from(self, port: int) -> bytes:
        """Return what was sent from a port."""
        return b"\0".join(data for (source, _), data in self.streams.items() if source == port)

    def apart_from(self, port: int) -> bytes:
        """Return what was sent neither from nor to a port."""
        return b"\0".join(data for ports, data in self.streams.items() if port not in ports)


@contextlib.contextmanager
def spying() -> Iterator[Seen]:
    """Look at everything until the end of the block; capturing packets needs root."""
    if os.getuid():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("only root can capture packets")
    seen = Seen()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP)) as packets:
        packets.bind(("lo", ETH_P_IP))
        packets.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        packets.settimeout(0.1)
        works: list[Callable[[], None]] = [
            lambda: _watch_arguments(seen),
            lambda: _watch_packets(seen, packets),
        ]
        threads = [threading.Thread(target=work) for work in works]
        for thread in threads:
            thread.start()
        try:
            yield seen
        finally:
            seen.over.set()
            for thread in threads:
                thread.join()


@contextlib.contextmanager
def subscribed(server: RealServer) -> Iterator[None]:
    """Read the server's events like a browser, and throw them away."""
    lines = [
        f"GET {server.base_url}api/events/subscribe HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
        f"Authorization: token {server.token}", "Upgrade: websocket", "Connection: Upgrade",
        "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "",
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", server.port)) as events:
        events.sendall("\r\n".join(lines).encode())
        assert b" 101 " in events.recv(100)
        reader = threading.Thread(
            target=lambda: [None for _ in iter(lambda: events.recv(9999), b"")]
        )
        reader.start()
        try:
            yield
        finally:
            events.shutdown(socket.SHUT_RDWR)
            reader.join()


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files that may contain no secret: all but those whose purpose it is."""
    for path in folder.rglob("*"):
        ours = path.suffix == ".pem" or path.name.startswith(PURPOSE)
        if path.is_file() and not ours and path.parent.name != "config":
            yield str(path), path.read_bytes()


def leaks(
    seen: Seen, server: RealServer, hidden: dict[str, str], places: dict[str, bytes]
) -> set[tuple[str, str]]:
    """Return which of the secrets was where, in ``places`` or in what was seen."""
    answers = seen.sent_from(server.port)
    assert b"cluster-launcher" in answers, "packets were captured"
    places = {"arguments": b"\0".join(seen.arguments), "answers and events": answers, **places}
    return {
        (name, place)
        for name, value in hidden.items()
        for place, data in places.items()
        if value.encode() in data
    }


def _watch_arguments(seen: Seen) -> None:
    while not seen.over.is_set():
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                seen.arguments.add(path.read_bytes())
        time.sleep(PAUSE)


def _watch_packets(seen: Seen, packets: socket.socket) -> None:
    while not seen.over.is_set():
        try:
            packet, origin = packets.recvfrom(1 << 17)
        except TimeoutError:
            continue
        ip = packet[14:]
        if origin[2] == PACKET_OUTGOING or ip[9] != TCP:
            continue
        tcp = ip[(ip[0] & 15) * 4 : struct.unpack("!H", ip[2:4])[0] or None]
        seen.streams[struct.unpack("!HH", tcp[:4])] += tcp[(tcp[12] >> 4) * 4 :]
