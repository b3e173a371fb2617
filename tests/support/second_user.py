"""A second Unix user of the same host, who tries to get at what is the first one's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

NAME = "cluster-launcher-other"


class SecondUser:
    """Runs programs as a user who has no rights but those of everybody."""

    def __init__(self, name: str) -> None:
        """Run as the user ``name``."""
        self.name = name

    def run(self, *command: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program with ``text`` on its standard input, and return how it ended."""
        return subprocess.run(
            ["setpriv", f"--reuid={self.name}", f"--regid={self.name}", "--clear-groups", *command],
            input=text,
            env={"PATH": "/usr/bin:/bin"},
            cwd="/",
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    def python(self, code: str) -> str:
        """Return what Python code of the standard library prints; the code must not fail."""
        done = self.run("/usr/bin/python3", "-", text=code)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def readable(self, *paths: str) -> list[str]:
        """Return the files that the user can read or write at or below ``paths``."""
        kinds = ["(", "-type", "f", "-o", "-type", "s", ")", "(", "-readable", "-o", "-writable"]
        found = self.run("find", *paths, *kinds, ")")
        return found.stdout.splitlines()


@contextmanager
def second_user() -> Iterator[SecondUser]:
    """Make a user for the time of a test, which needs root."""
    missing = [one for one in ("useradd", "userdel", "setpriv") if shutil.which(one) is None]
    if os.getuid() or missing:
        why = f"needs {', '.join(missing)}" if missing else "only root can add a Unix user"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    subprocess.run(["userdel", NAME], capture_output=True, check=False)  # of a killed run
    subprocess.run(
        ["useradd", "--system", "--user-group", "--shell=/bin/sh", "--home-dir=/", NAME], check=True
    )
    try:
        yield SecondUser(NAME)
    finally:
        subprocess.run(["userdel", NAME], check=True)
