"""The text of a platform file that was made, and where it is written."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any

import yaml

from .. import files
from ..files import Fault, Platform


class _Dumper(yaml.SafeDumper):
    """Writes a value that is used twice twice, instead of an anchor and an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def platform_text(name: str, data: dict[str, Any]) -> str | Fault:
    """Return the text of a platform file, or why no platform can be read from it."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        read = files.read(path)
    return read if isinstance(read, Fault) else text


def write(path: Path, text: str) -> str:
    """Write a new file, whole or not at all; return why not, empty where it is written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"The directory {path.parent} cannot be made: {error.strerror}."
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError:
        return f"{path} is there already. Move it away first."
    except OSError as error:
        return f"{path} cannot be written: {error.strerror}."
    try:
        with file:
            file.write(text)
    except OSError as error:
        with contextlib.suppress(OSError):
            path.unlink()
        return f"{path} cannot be written: {error.strerror}."
    return ""


def replaced(path: Path) -> Platform | None:
    """Return the platform that users no longer see where a file is at ``path``."""
    folders, own = files.data_path(), os.path.abspath(path.parent)
    if own in folders:
        folders = folders[folders.index(own) + 1 :]
    found, _ = files.find(folders)
    return next((one for one in found if one.name == path.stem), None)
