"""This host: its name, its network interfaces, and processes of it that are known by number.

A number alone identifies no process: numbers are used again. A controller is identified by its
number and the path of its connection file, which is in its command line.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess

import psutil

from ..errors import NotAvailableError

NAMESPACE = "/proc/self/ns/pid"
ENDED = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
REMAINS = (
    "Processes of this cluster have not ended yet: they may wait for a disk that does not answer. "
    "Try again in a minute."
)

# Processes that this one started and that may outlive it. Those that end earlier have to be waited
# for, or they stay as zombies.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


def host() -> str:
    """Return the name of this host."""
    return socket.gethostname()


def namespace() -> str:
    """Return which processes can be seen from here: containers of one host see only their own.

    Empty where the system has no such thing.
    """
    try:
        return os.readlink(NAMESPACE)
    except OSError:
        return ""


def interfaces() -> dict[str, str]:
    """Return this host's network interfaces that have an IPv4 address, with that address.

    These are the ones that Dask accepts: it takes them from the same call.
    """
    found = {}
    for name, addresses in psutil.net_if_addrs().items():
        ipv4 = [one.address for one in addresses if one.family == socket.AF_INET]
        if ipv4:
            found[name] = ipv4[0]
    return found


def local_address(remote: str) -> str | None:
    """Return this host's IPv4 address by which it reaches another, None if there is no route.

    ``remote`` is an address or a name. Nothing is sent, but a name is looked up, which may block.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect((remote, 9))
            return str(probe.getsockname()[0])
    except (OSError, TypeError, ValueError):  # the last two for what is no name at all
        return None


def is_elsewhere(remote: str) -> bool:
    """Return whether an IPv4 address or name is known to be another host's; may block as above."""
    try:
        address = socket.gethostbyname(remote)
    except (OSError, TypeError, ValueError):
        return False
    return not address.startswith("127.") and local_address(address) not in (address, None)


def remember(child: subprocess.Popen[bytes]) -> int:
    """Keep a child to wait for when it has ended; return its number."""
    _CHILDREN[child.pid] = child
    return child.pid


def reap() -> None:
    """Wait for children that have ended: another server may have ended them."""
    for pid, child in list(_CHILDREN.items()):
        if child.poll() is not None:
            _CHILDREN.pop(pid, None)


def runs(pid: int, mark: str) -> bool:
    """Return whether process ``pid`` runs and has ``mark`` in its command line.

    A child of this process is known by its handle: while it is being started, its command line is
    empty, which is not its end.
    """
    child = _CHILDREN.get(pid)
    if child is not None:
        return child.poll() is None
    try:
        return any(mark in word for word in psutil.Process(pid).cmdline())
    except (psutil.Error, OSError):  # gone, a zombie, or not shown to this user
        return False


def leader(mark: str) -> int | None:
    """Return the process that has ``mark`` in its command line and leads a group, or None."""
    for process in psutil.process_iter(["cmdline"]):
        # A kernelspec may wrap the command, which then is one word of a shell's.
        marked = any(mark in word for word in process.info["cmdline"] or ())
        if marked and _group(process.pid) == process.pid:
            return int(process.pid)
    return None


async def ended(pid: int, mark: str) -> None:
    """Return when process ``pid`` has ended: as soon as it does on Linux, else within a second."""
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):  # not Linux, or gone already
        while runs(pid, mark):  # noqa: ASYNC110 - nothing announces it
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
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGINT)


def resume(pid: int) -> None:
    """Let a process go on that was stopped, as by SIGSTOP, with the group that it leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGCONT)


async def end_group(pid: int, mark: str, timeout: float = 5.0) -> None:
    """Kill the process group that ``pid`` leads or led, and wait until none of it is left.

    Does nothing where another program has that number now. Raises ``NotAvailableError`` where a
    process is left after ``timeout`` seconds: one that waits for a disk ends only with that.
    """
    # In this order: `runs` waits for a child that has ended, whose number is free then.
    if not runs(pid, mark) and _foreign(pid):
        return
    loop, pause = asyncio.get_running_loop(), 0.01
    deadline = loop.time() + timeout
    # A very big node has many processes to look through: in a thread, and ever less often.
    while (left := await asyncio.to_thread(group_runs, pid)) and loop.time() < deadline:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        await asyncio.sleep(pause)
        pause *= 1.5
    child = _CHILDREN.get(pid)
    if child is not None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(child.wait, timeout)
            _CHILDREN.pop(pid, None)
    if left and await asyncio.to_thread(group_runs, pid, False):
        raise NotAvailableError(REMAINS)


def group_runs(pid: int, unseen: bool = True) -> bool:
    """Return whether a process of the group ``pid`` runs.

    Those that have ended stay as zombies until init waits for them, which can take it seconds.
    ``unseen`` is what to return where the group is there, and the system shows no process of it.
    """
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):  # macOS refuses to signal a group of zombies
        return False
    # Numbers first: an object of psutil for each of 10,000 processes would take a quarter second.
    members = [one for one in _numbers() if _group(one) == pid]
    return not all(_ended(one) for one in members) if members else unseen


def _foreign(pid: int) -> bool:
    """Return whether a process that is not known to be ours has this number."""
    if pid <= 1:  # to `kill`, these are init and whole sets of processes
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _ended(pid)


def _ended(pid: int) -> bool:
    """Return whether a process that was there a moment ago is gone or a zombie.

    What psutil cannot see, as where the system hides processes, may still run.
    """
    try:
        return psutil.Process(pid).status() in ENDED
    except (psutil.Error, OSError):
        return _group(pid) is None


def _group(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except (ProcessLookupError, PermissionError):
        return None


def _numbers() -> list[int]:
    """Return the numbers of all processes; none where the system does not list them."""
    try:
        return psutil.pids()
    except (psutil.Error, OSError, IndexError):  # the last for an empty /proc
        return []


def started(pid: int) -> str:
    """Return when a process started, in clock ticks of the system; empty where none runs.

    Together with its number that identifies it among all processes since the host started.
    """
    try:
        # Linux counts from its boot. psutil adds the time of the boot, which moves when the clock
        # is set: without it, the start of a running process never changes.
        boot = psutil.boot_time() if psutil.LINUX else 0.0
        process = psutil.Process(pid)
        if process.status() in ENDED:
            return ""
        return str(round((process.create_time() - boot) * os.sysconf("SC_CLK_TCK")))
    except (psutil.Error, OSError):
        return ""
