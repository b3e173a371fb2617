"""A user who installs the package, and what the README tells them to install."""

from __future__ import annotations

import os
import re
import shlex
import sysconfig
from pathlib import Path

from pythons import packages_without


def environment(home: Path, wheel: Path) -> dict[str, str]:
    """Return the environment of a user in an empty home, whose package index has the wheel alone.

    The packages that it needs are there before: those of these tests.
    """
    programs = home / "programs"
    programs.mkdir()
    modules = {"jupyter-lab": "jupyterlab", "jupyter-labextension": "jupyterlab.labextensions"}
    for name, module in {"jupyter": "jupyter", **modules}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec python -m {module} "$@"\n')
        (programs / name).chmod(0o755)
    absent = ("jupyter_cluster_launcher", "_editable_impl_jupyter_cluster_launcher", "pip")
    return {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "JUPYTER", "JPY"))},
        "HOME": str(home),
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": packages_without(home / "packages", *absent),
        "JUPYTERLAB_DIR": str(Path(sysconfig.get_path("data")) / "share/jupyter/lab"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": str(wheel.parent),
        "PIP_NO_COMPILE": "1",
        "PIP_NO_INDEX": "1",
    }


def bash(*lines: str) -> list[str]:
    """Return the command that runs lines of a script until one fails."""
    return ["bash", "-ec", "\n".join(lines)]


def installed_by(text: str) -> list[str]:
    """Return what the pip commands of a text install."""
    said = re.findall(r"pip install ([^`\n]+)", text)
    return [word for word in shlex.split(" ".join(said)) if not word.startswith("-")]


def requirements(section: str) -> list[str]:
    """Return what a section of the README says to install, for each kind of platform too."""
    said = re.findall(r"`([^`]+)` *\|$", section, re.MULTILINE)
    extras = re.findall(r"`(\[\w+\])`", section)
    words = [*installed_by(section), *shlex.split(" ".join(said))]
    return [*words, *(f"jupyter-cluster-launcher{one}" for one in extras)]
