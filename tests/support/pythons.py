"""Python environments with fewer packages than this one."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path


def bare_python(folder: Path) -> str:
    """Return a Python with nothing but the standard library, made in ``folder`` unless there."""
    if not folder.exists():
        command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
        subprocess.run(command, check=True, timeout=120)
    return str(folder / "bin" / "python")


def packages_without(folder: Path, *absent: str) -> str:
    """Return a new folder of links to the packages of this Python, except some by their prefix."""
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.lower().startswith(absent):
            (folder / path.name).symlink_to(path)
    return str(folder)
