"""Platform files: found on Jupyter's data path like kernelspecs, checked, and read.

One file is one platform. A user's file hides the system administrator's of the same name, which
hides the one that a package brought into the environment. A broken file is one clear fault with its
path and line; the others stay usable.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from jupyter_core import paths
from jupyter_core.paths import jupyter_path
from yaml import Node

from ..controller.host import host
from . import dask_config
from .checking.checks import problem
from .checking.sentences import sentence
from .platform import Platform
from .reading import ReadingError, line_of, load, text_of

__all__ = ["Fault", "Platform", "detected", "find", "missing", "printable", "read", "reason"]

MISNAMED = "The file is not read. Rename it, so that its name ends with .yaml."
LENGTH = 400  # characters of a fault
Which = Callable[[str], str | None]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a platform file; ``line`` counts from 1, 0 where there is none."""

    origin: Path
    line: int
    message: str

    def __str__(self) -> str:
        """Return the fault as compilers write theirs."""
        line = f":{self.line}" if self.line else ""
        return printable(f"{self.origin}{line}: {self.message}")


def find(folders: Sequence[str] | None = None) -> tuple[list[Platform], list[Fault]]:
    """Return the platforms in their order, and the faults of files that are none.

    ``folders`` come first to last, by default those of Jupyter's data path. A broken file hides
    nothing: the next of its name is used, and the fault is reported. One that says ``hidden: true``
    hides all others of its name.
    """
    found: dict[str, Platform | None] = {}
    faults: list[Fault] = []
    for folder in data_path() if folders is None else folders:
        paths = _listed(folder)
        faults += [Fault(path, 0, MISNAMED) for path in paths if path.name.endswith(".yml")]
        for path in (path for path in paths if path.name.endswith(".yaml")):
            platform = read(path)
            if isinstance(platform, Fault):
                faults.append(platform)
            else:
                found.setdefault(path.stem, platform)
    shown = [platform for platform in found.values() if platform is not None]
    return sorted(shown, key=lambda p: (p.order, p.title.lower())), faults


def _listed(folder: str) -> list[Path]:
    """Return what is in a folder, in order; nothing where there is no folder that can be read.

    One operation for each folder: a home directory may be a slow network file system.
    """
    try:
        return sorted(Path(folder, name) for name in os.listdir(folder))
    except OSError:
        return []


def data_path() -> list[str]:
    """Return the folders of platform files by whose they are: the user, the system, packages.

    In a virtual environment jupyter_core has the environment first. What stands there came with a
    package, though, and neither a user nor an administrator could replace it.
    """
    folders = jupyter_path("cluster-platforms")
    of_packages = {os.path.join(path, "cluster-platforms") for path in paths.ENV_JUPYTER_PATH}
    return sorted(folders, key=lambda folder: folder in of_packages)


def read(path: Path) -> Platform | Fault | None:
    """Return the platform of a file, None where it says that it is hidden.

    A file that has not changed since is not read again.
    """
    try:
        stat = path.stat()
    except OSError as error:
        return Fault(path, 0, f"The file cannot be read: {error.strerror}.")
    return _read(path, (stat.st_mtime_ns, stat.st_size, stat.st_ino))


@lru_cache(maxsize=256)
def _read(path: Path, version: tuple[int, ...]) -> Platform | Fault | None:
    if not path.stem.isprintable():
        return Fault(path, 0, "The name of a platform file must not have control characters.")
    try:
        data, nodes = load(text_of(path))
    except ReadingError as unreadable:
        return Fault(path, unreadable.line, str(unreadable))
    if isinstance(data, dict) and data.get("hidden") is True:
        return None  # whatever else is in it, so that one line is enough
    # The most telling one of a nest of alternatives, not "is not valid under any of these".
    error = best_match(_validator().iter_errors(data))
    if error is not None:
        return _fault(path, nodes, tuple(error.absolute_path), sentence(error))
    platform = Platform(path.stem, path, data)
    wrong = problem(platform)
    return _fault(path, nodes, *wrong) if wrong else platform


def _fault(path: Path, nodes: Node | None, where: Sequence[str | int], message: str) -> Fault:
    """Return a fault on one line of moderate length, whatever is in the file."""
    text = printable(f"{'.'.join(map(str, where)) or 'the file'}: {message}")
    if len(text) > LENGTH:  # the value comes first, what is wrong with it last
        text = f"{text[: LENGTH // 2]} … {text[-LENGTH // 2 :]}"
    return Fault(path, line_of(nodes, where), text)


def printable(text: str) -> str:
    """Return text with all escaped that would break its line, a terminal, or a log."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def missing(platform: Platform, env: Mapping[str, str], which: Which) -> str | None:
    """Return why this platform cannot work on this server, in one sentence, or None.

    ``which`` finds a command on PATH, as ``shutil.which`` does. Python modules are a matter of the
    kernel's environment: see ``environments``.
    """
    for command in platform.requires.get("commands", []):
        if not which(command):
            return reason(platform, command, f"{command} is not on PATH here.")
    for variable in platform.requires.get("env", []):
        if not env.get(variable):
            return reason(
                platform, variable, f"The environment variable {variable} is not set here."
            )
    return None


def reason(platform: Platform, name: str, otherwise: str) -> str:
    """Return the administrator's sentence for a missing thing, or ours."""
    return platform.reasons.get(name, otherwise)


def detected(platform: Platform, env: Mapping[str, str], which: Which) -> bool:
    """Return whether this server runs on a host of this platform: all of ``detect`` matches."""
    detect = platform.detect
    if not detect:
        return False
    values = {name: env.get(name) for name in detect.get("env", {})}
    values |= {key: dask_config.value(key, env) for key in detect.get("dask", {})}
    patterns = {**detect.get("env", {}), **detect.get("dask", {})}
    return (
        all(value is not None and fnmatchcase(value, patterns[k]) for k, value in values.items())
        and fnmatchcase(host(), detect.get("host", "*"))
        and all(which(command) for command in detect.get("commands", []))
    )


@cache
def _validator() -> Draft7Validator:
    text = resources.files(__package__).joinpath("schema.json").read_text(encoding="utf-8")
    return Draft7Validator(json.loads(text))
