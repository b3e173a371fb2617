"""A Jupyter server for one command, which no other server has to be running for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..client.server import CLOSING, Server
from ..errors import NotAvailableError

PROGRAM = "jupyter_cluster_launcher.server.alone"


@contextmanager
def own_server(folder: Path) -> Iterator[Server]:
    """Yield a server that launches clusters in ``folder``; it stops them when it ends.

    It ends with this process at the latest. Raises ``NotAvailableError`` where it does not start.
    """
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", PROGRAM, str(folder)],
        # A module in the folder must not stand in for one of a library.
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the command, which ends the server in order
    )
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    try:
        try:
            said = json.loads(process.stdout.readline())
        except ValueError:
            raise NotAvailableError(
                "The Jupyter server that launches the cluster did not start. The lines above say "
                "why. `jupyter server` may say more."
            ) from None
        yield Server(said["url"], said["token"], here=True)
    finally:
        process.stdin.close()
        try:
            process.wait(CLOSING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
