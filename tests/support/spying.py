"""What somebody on the same host, or root on the network, could see of a whole run."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

ETH_P_IP = 0x0800
PACKET_OUTGOING = 4  # on loopback each packet is seen twice
TCP = 6
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
