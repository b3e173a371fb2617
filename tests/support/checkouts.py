"""The tree as it is in version control."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def clean_copy(folder: Path) -> Path:
    """Copy the tree into a folder, without anything that git ignores; return the folder.

    Skips the test where there is no git checkout.
    """
    if not (ROOT / ".git").exists():
        pytest.skip("This is not a git checkout, so it cannot be told which files belong to it.")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    for name in subprocess.run(
        listed, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder
