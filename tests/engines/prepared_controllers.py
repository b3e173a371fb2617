"""Controllers that servers prepare while a user fills in the form, seen from outside."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psutil
from processes import group
from real_server import RealServer, wait_until

PREPARE = "cluster-launcher/prepare"
LOCAL = {"platform": "local"}


class Controllers:
    """The controllers of the servers of one runtime directory."""

    def __init__(self, runtime: Path) -> None:
        self.root = runtime / "cluster-launcher"

    def running(self) -> dict[str, int]:
        """Return the process that leads each controller's group, by id."""
        found = {}
        for process in psutil.process_iter(["cmdline"]):
            words = " ".join(process.info["cmdline"] or ())
            if str(self.root) in words and process.pid in group(process.pid):
                found[words.split(f"{self.root}/")[1].split("/")[0]] = process.pid
        return found

    def the_one(self) -> tuple[str, int]:
        """Return the only controller, once it can run code and its forkserver is there."""
        found: list[tuple[str, int]] = []

        def ready() -> bool:
            found[:] = self.running().items()
            return len(found) == 1 and self.is_warm(found[0][1])

        wait_until(ready, lambda: f"one prepared controller, not {found}")
        return found[0]

    def is_warm(self, pid: int) -> bool:
        """Return whether a controller has loaded the modules of the dashboard and forks workers."""
        try:
            maps = Path(f"/proc/{pid}/maps").read_text()
        except OSError:
            return False
        return len(group(pid)) > 1 and "cryptography/hazmat/bindings" in maps

    def sockets(self, cluster_id: str) -> Path:
        """Return the directory of a controller's sockets."""
        return Path(
            json.loads((self.root / cluster_id / "connection.json").read_text())["ip"]
        ).parent

    def nothing_left(self, cluster_id: str, pid: int, sockets: Path) -> None:
        """Wait until a controller has left no process and no file."""
        wait_until(lambda: group(pid) == [], "the processes have ended")
        wait_until(lambda: not (self.root / cluster_id).exists(), "the directory is removed")
        wait_until(lambda: not sockets.exists(), "the sockets are removed")


def prepare(server: RealServer, **request: Any) -> None:
    """Have a server prepare one for a launch on this computer."""
    assert server.ask("POST", PREPARE, {**LOCAL, **request}) == (204, None)
