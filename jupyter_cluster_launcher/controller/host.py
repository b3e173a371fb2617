"""Processes of this host, known by number: whether they are ours, and how to end them."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import socket
import struct
import subprocess
from pathlib import Path

PROC = Path("/proc")

# Processes that this one started and that may outlive it. Somebody must wait for those that end
# earlier, or they stay as zombies.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


def remember(child: subprocess.Popen[bytes]) -> int:
    """Keep a child to wait for when it is ended; return its number."""
    _CHILDREN[child.pid] = child
    return child.pid


def runs(pid: int, mark: str) -> bool:
    """Return whether process ``pid`` is there and has ``mark`` in its command line.

    Process numbers are used again; the path of a connection file is not. Where the system does not
    show command lines, a process that may be signalled counts. A child of this process is known
    better: while it is being started, its command line is empty.
    """
    child = _CHILDREN.get(pid)
    if child is not None:
        return child.poll() is None
    try:
        command = (PROC / str(pid) / "cmdline").read_bytes()
    except FileNotFoundError:
        return not PROC.joinpath("self").exists() and _signalled(pid, 0)
    except OSError:
        return False
    return mark.encode() in command and not _zombie(pid)


def started(pid: int) -> str:
    """Return when a process started, in the system's own count; empty if it is not there.

    Together with its number that tells it from a later process. Where the system does not say,
    being there has to do.
    """
    if not PROC.joinpath("self").exists():
        return "running" if _signalled(pid, 0) else ""
    try:
        stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # starttime in proc(5)


async def ended(pid: int, mark: str) -> None:
    """Return when process ``pid`` has ended, told by the kernel where it can tell."""
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or gone already
        while runs(pid, mark):  # noqa: ASYNC110 - nothing tells us
            await asyncio.sleep(1.0)
        return
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, over.set)
    try:
        if runs(pid, mark):
            await over.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def interrupt(pid: int) -> None:
    """Interrupt one process, and not its group: the workers are in it."""
    _signalled(pid, signal.SIGINT)


async def end_group(pid: int, mark: str, timeout: float = 5.0) -> None:
    """Kill the process group that ``pid`` leads or led, and wait until none of it is left.

    Does nothing where another program has that number now. ``timeout`` is in seconds.
    """
    # Asked first: that waits for a child that has ended, whose number is free then.
    if not runs(pid, mark) and (PROC / str(pid)).exists() and not _zombie(pid):
        return
    loop, pause = asyncio.get_running_loop(), 0.01
    deadline = loop.time() + timeout
    # On a very big node there are many processes to look through: in a thread, and ever less often.
    while await asyncio.to_thread(_group_lives, pid) and loop.time() < deadline:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        await asyncio.sleep(pause)
        pause *= 1.5
    child = _CHILDREN.pop(pid, None)
    if child is not None:
        await asyncio.to_thread(child.wait, timeout)


def _signalled(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _group_lives(pid: int) -> bool:
    """Return whether a process of the group still does anything.

    Those that have ended stay as zombies until init waits for them, which can take it seconds.
    """
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS answers so for a group of zombies
        return False
    members = [_state_and_group(entry) for entry in PROC.iterdir() if entry.name.isdigit()]
    return not members or any(group == pid and state not in "ZX" for state, group in members)


def _state_and_group(entry: Path) -> tuple[str, int]:
    try:
        fields = (entry / "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return "X", 0
    return fields[0], int(fields[2])


def _zombie(pid: int) -> bool:
    return _state_and_group(PROC / str(pid))[0] == "Z"


def host() -> str:
    """Return the name of this host."""
    return socket.gethostname()


def boot_id() -> str:
    """Return what tells this boot of the host from the next; empty where the system has none."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def interfaces() -> dict[str, str]:
    """Return this host's network interfaces and their IPv4 addresses; nothing where unknown."""
    found = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):
                request = struct.pack("256s", name.encode()[:15])
                answer = fcntl.ioctl(one.fileno(), 0x8915, request)
                found[name] = socket.inet_ntoa(answer[20:24])
    return found
