"""A notebook that runs inserted code, as far as the cluster can tell."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def run(code: str, expression: str = "None", home: Path | None = None) -> str:
    """Run inserted code in a fresh process, as a notebook does, and return what is printed."""
    script = f"{code}\nprint({expression})\nclient.close()\n"
    command = [sys.executable, "-c", script]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=home, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().split("\n")[-1]
