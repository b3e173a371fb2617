"""Platform files: found on Jupyter's data path like kernelspecs, checked, and read.

One file is one platform. A user's file hides the environment's of the same name, which hides the
system's. A broken file is one clear fault with its path and line; the others stay usable.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator
from jsonschema.exceptions import SchemaError, best_match
from jupyter_core.paths import jupyter_path

from ..controller.host import host
from . import cpus

# The same in C, several times as fast, where PyYAML was built with it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Platform:
    """A kind of place where a cluster can run: the content of one valid file."""

    name: str
    origin: Path
    data: dict[str, Any]

    @property
    def title(self) -> str:
        """The name that people see."""
        return str(self.data["title"])

    @property
    def workers(self) -> dict[str, Any]:
        """The field for the number of workers, its counts resolved for this machine."""
        given = {"title": "Workers", "minimum": 0, **self.data["workers"]}
        counts = {
            k: count(given[k]) for k in ("default", "minimum", "maximum", "implied") if k in given
        }
        return {**given, **counts}

    @property
    def options(self) -> dict[str, Any]:
        """The properties of the options' JSON Schema, their defaults resolved for this machine."""
        return {name: _resolved(schema) for name, schema in self.data.get("options", {}).items()}

    @property
    def library_folder(self) -> str | None:
        """The folder that comes first on sys.path where the person does not choose another."""
        value = self.data.get("sys_path")
        if isinstance(value, dict) and "option" in value:
            value = self.options[value["option"]].get("default")
        return resolve(value) or None

    def get(self, key: str, default: Any = None) -> Any:
        """Return an entry of the file."""
        return self.data.get(key, default)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a platform file; ``line`` counts from 1, 0 where there is none."""

    origin: Path
    line: int
    message: str

    def __str__(self) -> str:
        """Return the fault as compilers write theirs."""
        return (
            f"{self.origin}:{self.line}: {self.message}"
            if self.line
            else f"{self.origin}: {self.message}"
        )


def find(folders: Sequence[str] | None = None) -> tuple[list[Platform], list[Fault]]:
    """Return the platforms in their order, and the faults of the files that are none.

    ``folders`` are searched in turn, the first wins; by default ``cluster-platforms`` on Jupyter's
    data path. A broken file hides nothing: the next of its name is used, with the fault told.
    """
    found: dict[str, Platform] = {}
    faults: list[Fault] = []
    for folder in jupyter_path("cluster-platforms") if folders is None else folders:
        for path in sorted(Path(folder).glob("*.yaml")):
            platform = read(path)
            if isinstance(platform, Fault):
                faults.append(platform)
            else:
                found.setdefault(platform.name, platform)
    order = sorted(found.values(), key=lambda p: (p.get("order", 100), p.title.lower()))
    return order, faults


def read(path: Path) -> Platform | Fault:
    """Read one file; one that has not changed since is not read again."""
    try:
        stat = path.stat()
    except OSError as error:
        return Fault(path, 0, f"The file cannot be read: {error.strerror}.")
    return _read(path, (stat.st_mtime_ns, stat.st_size, stat.st_ino))


@lru_cache(maxsize=256)
def _read(path: Path, version: tuple[int, ...]) -> Platform | Fault:
    try:
        text = path.read_text(encoding="utf-8")
        data = yaml.load(text, LOADER)  # noqa: S506 - a safe one, both of them
    except OSError as unreadable:
        return Fault(path, 0, f"The file cannot be read: {unreadable.strerror}.")
    except UnicodeDecodeError:
        return Fault(path, 0, "The file is not UTF-8 text.")
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        problem = getattr(broken, "problem", None) or "it cannot be parsed"
        return Fault(path, mark.line + 1 if mark else 0, f"This is not valid YAML: {problem}.")
    except ValueError as impossible:  # a date that looks like one and is none, unquoted
        return Fault(path, 0, f"A value cannot be read: {impossible}. Text is safest in quotes.")
    try:
        # The most telling one of a nest of alternatives, not "is not valid under any of these".
        error = best_match(_validator().iter_errors(data))
    except RecursionError:
        return Fault(
            path, 0, "This contains itself: an alias (*) stands within its own anchor (&)."
        )
    if error is not None:
        where = list(error.absolute_path)
        label = ".".join(map(str, where)) or "the file"
        return Fault(path, _line(text, where), f"{label}: {error.message}")
    for name, schema in data.get("options", {}).items():
        wrong = _wrong_with(schema)
        if wrong:
            return Fault(path, _line(text, ["options", name]), f"options.{name}: {wrong}")
    return Platform(path.stem, path, data)


def missing(platform: Platform, env: Mapping[str, str], which: Any) -> str | None:
    """Return why this platform cannot work on this server, in one sentence, or None.

    ``which`` finds a command on PATH, as ``shutil.which`` does. Python modules are a matter of the
    kernel's environment: see ``environments``.
    """
    requires = platform.get("requires", {})
    for command in requires.get("commands", []):
        if not which(command):
            return reason(platform, command, f"{command} is not on PATH here.")
    for variable in requires.get("env", []):
        if not env.get(variable):
            return reason(
                platform, variable, f"The environment variable {variable} is not set here."
            )
    return None


def reason(platform: Platform, name: str, otherwise: str) -> str:
    """Return the administrator's sentence for a missing thing, or ours."""
    return str(platform.get("reasons", {}).get(name, otherwise))


def detected(platform: Platform, env: Mapping[str, str], which: Any) -> bool:
    """Return whether everything holds by which this platform's place is recognized."""
    detect = platform.get("detect")
    if not detect:
        return False
    variables = detect.get("env", {})
    return (
        all(name in env and fnmatchcase(env[name], pattern) for name, pattern in variables.items())
        and fnmatchcase(host(), detect.get("host", "*"))
        and all(which(command) for command in detect.get("commands", []))
    )


def count(value: Any) -> int:
    """Return a number of CPUs or workers of the file as a number on this machine."""
    if not isinstance(value, dict):
        return int(value)
    if value["cpus"] == "usable":
        return cpus.usable()
    return cpus.affinity() if value["cpus"] == "affinity" else os.cpu_count() or 1


def resolve(value: Any) -> Any:
    """Return what an expression of the file comes to on this server."""
    if isinstance(value, dict) and "env" in value:
        return os.environ.get(value["env"], value.get("else"))
    if isinstance(value, dict) and "cpus" in value:
        return count(value)
    if isinstance(value, dict) and "folder" in value:
        return value["folder"] if os.path.isdir(os.path.expanduser(value["folder"])) else None
    return value


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an option with its default resolved, or none where it comes to none."""
    default = resolve(schema.get("default"))
    rest = {key: value for key, value in schema.items() if key != "default"}
    return rest if default is None else {**rest, "default": default}


def _wrong_with(option: dict[str, Any]) -> str | None:
    """Return what is wrong with the schema of an option, or with the default that it sets."""
    try:
        Draft7Validator.check_schema({**option, "default": None})
    except SchemaError as broken:
        return broken.message
    default = option.get("default")
    if default is None or default != resolve(default):  # nothing, or only known where it runs
        return None
    error = best_match(Draft7Validator(option).iter_errors(default))
    if error is None:
        return None
    # YAML reads 24:00:00 as a number of seconds, and no as false.
    hint = " Put text in quotes." if option["type"] == "string" else ""
    return f"the default is not allowed: {error.message}.{hint}"


@cache
def _validator() -> Draft7Validator:
    text = resources.files(__package__).joinpath("schema.json").read_text(encoding="utf-8")
    return Draft7Validator(json.loads(text))


def _line(text: str, where: Sequence[str | int]) -> int:
    """Return the line in which the thing at ``where`` begins, as near as it can be told."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = node.start_mark.line if node else 0
    for step in where:
        if isinstance(node, yaml.MappingNode):
            pair = next((pair for pair in node.value if pair[0].value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            node = node.value[step]
            line = node.start_mark.line
    return int(line) + 1
