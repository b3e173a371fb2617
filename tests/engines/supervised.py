"""A server of a test that ends with the test, also when the test is killed.

``Supervised`` starts this file as a process of its own between the test and the server. That
process reads its standard input, which ends when the test does, however it ends; then it stops
the server and everything that came of it. What came of it is known by an environment variable
that every descendant inherits, also those that moved to a session of their own.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

MARK = "SUPERVISED_BY"
PATIENCE = 30  # seconds for an orderly end
PORTS = range(20_000, 32_000)
ENDED = "The server ended by itself with exit code"


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback address that are free.

    They are of a range from which the system gives none to connections and to whoever asks for
    any: nobody takes one between this look and the start of the server that it is for.
    """
    with contextlib.ExitStack() as stack:
        ports: list[int] = []
        while len(ports) < count:
            port = secrets.choice(PORTS)  # the same seed is used by several processes of tests
            with contextlib.suppress(OSError):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
                ports.append(port)
        return ports


class Supervised:
    """One server with its descendants, started at once."""

    def __init__(
        self, command: list[str], log: Path, env: dict[str, str], cwd: Path, mark: str = ""
    ) -> None:
        """Start ``command``, its output in ``log``; ``mark`` is one that it sets for its own."""
        self.mark = mark or uuid.uuid4().hex
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, __file__, *command],
                env={**env, MARK: self.mark},
                cwd=cwd,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def wait_until(self, what: str, ready: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until ``ready`` returns true; fail with the server's output after ``seconds``."""
        end = time.monotonic() + seconds
        while not ready():
            if ENDED in self.output() or time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"{what} did not become true. Its output:\n{self.output()}")
            time.sleep(0.05)

    def output(self) -> str:
        """Return the server's output so far."""
        return self.log.read_text(errors="replace")

    def descendants(self) -> list[int]:
        """Return every process that came of the server and still runs."""
        return list(marked(self.mark))

    def kill(self) -> None:
        """Kill the server, and only it, so that it has no chance to tidy up."""
        for pid in children(self.process.pid):
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Stop the server and wait until nothing that came of it is left."""
        assert self.process.stdin is not None, "a pipe by construction"
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait(PATIENCE + 15)


def marked(mark: str) -> Iterator[int]:
    """Yield the processes whose environment carries the mark, but not ourselves."""
    wanted = f"{MARK}={mark}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    yield int(entry.name)


def children(parent: int) -> Iterator[int]:
    """Yield the direct children of a process."""
    for task in Path(f"/proc/{parent}/task").iterdir():
        with contextlib.suppress(OSError):
            yield from map(int, (task / "children").read_text().split())


def command_line(pid: int) -> str:
    """Return the command line of a process, empty for one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def supervise(command: list[str]) -> None:
    """Run ``command`` until standard input ends or it ends by itself, then leave nothing."""
    # A terminal's Ctrl-C and a runner's SIGTERM reach the test, whose end is all we wait for.
    # Handlers, not SIG_IGN: that one the server would inherit.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=watch, args=[server], daemon=True).start()
    sys.stdin.buffer.read()
    server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(PATIENCE)
    mark = os.environ[MARK]
    while left := list(marked(mark)):
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def watch(server: subprocess.Popen[bytes]) -> None:
    """Say in the log when the server ends."""
    sys.stderr.write(f"{ENDED} {server.wait()}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    supervise(sys.argv[1:])
