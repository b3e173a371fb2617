"""Python environments with fewer packages than this one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest


def interpreter(version: str) -> str:
    """Return a Python of a version such as 3.9; skips the test where there is none."""
    candidates = [shutil.which(f"python{version}")]
    if pyenv := shutil.which("pyenv"):
        known = subprocess.run(
            [pyenv, "versions", "--bare"], capture_output=True, text=True, check=False
        ).stdout.split()
        for one in (one for one in known if one.startswith(f"{version}.")):
            prefix = subprocess.run(
                [pyenv, "prefix", one], capture_output=True, text=True, check=False
            ).stdout.strip()
            candidates.append(f"{prefix}/bin/python{version}")
    for path in filter(None, candidates):
        # What pyenv puts on the PATH may be there and choose no version.
        works = subprocess.run([path, "-c", "import venv"], capture_output=True, check=False)
        if works.returncode == 0:
            return path
    pytest.skip(f"There is no Python {version} on this machine.")


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
