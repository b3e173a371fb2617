"""Values as Python text, so that no text from a user can become code.

Plain values become literals; the few expressions of the platform format become the code that they
stand for. There is no template language.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import cpus

LINE = 88
KINDS = ("env", "cpus", "folder", "option", "variable", "join", "class")


@dataclass(frozen=True)
class Scope:
    """What the expressions of a platform file may refer to."""

    workers: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plain:
    """A value that is data even where it looks like an expression: it is not from the file."""

    value: Any


@dataclass(frozen=True)
class Variables:
    """Environment variables by name, for a mapping of those that are set where the code runs."""

    names: Sequence[str]


def literal(value: Any) -> str:
    """Return plain data as a Python literal.

    Strings are written as JSON, which for them is Python too but for surrogates.
    """
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, str):
        text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\x7f")
        return text.encode(errors="backslashreplace").decode()  # folders may have such names
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    raise TypeError(f"{type(value).__name__} is not plain data")


def kind(value: Any) -> str | None:
    """Return which of ``KINDS`` a value of a platform file is, None for plain data."""
    return next((k for k in KINDS if k in value), None) if isinstance(value, dict) else None


def references(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Yield the expressions within a value: the path to each, its kind, and what it names."""
    found = kind(value)
    if found:
        yield path, found, value[found]
    if isinstance(value, dict) and found in (None, "join"):
        for key, item in value.items():
            yield from references(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from references(item, (*path, index))


def named_references(
    values: Mapping[str, Any], path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], str, Any]]:
    """Yield the same of arguments or variables, whose names may be those of kinds, such as env."""
    for name, value in values.items():
        yield from references(value, (*path, name))


def resolve(value: Any) -> Any:
    """Return what a value of a platform file comes to on this server, None for nothing."""
    found = kind(value)
    if found == "env":
        return os.environ.get(value["env"], value.get("else"))
    if found == "cpus":
        return cpus.count(value["cpus"])
    if found == "folder":
        return value["folder"] if os.path.isdir(os.path.expanduser(value["folder"])) else None
    return value


def absent(value: Any, scope: Scope) -> bool:
    """Return whether a value comes to nothing, as an option that was left empty does.

    So does what is made of nothing: a whole join, of which a part is missing. A variable of the
    environment is only missing in text: elsewhere it is looked up where the code runs.
    """
    if isinstance(value, Plain):
        return value.value is None
    found = kind(value)
    if found == "option":
        return absent(scope.options.get(value["option"]), scope)
    if found == "variable":
        return absent(scope.variables.get(value["variable"]), scope)
    if found == "join":
        return any(absent(part, scope) or _unset(part, scope) for part in value["join"])
    if isinstance(value, list) and value:
        return all(_dropped(item, scope) or _list_of(item, scope) == [] for item in value)
    return found != "env" and resolve(value) is None


def _unset(part: Any, scope: Scope) -> bool:
    named = None
    if kind(part) == "variable":
        named = scope.variables.get(part["variable"])
    elif kind(part) == "option":
        named = scope.options.get(part["option"])
    return kind(named) == "env" and resolve(named) is None


def _dropped(item: Any, scope: Scope) -> bool:
    """Return whether an item comes to nothing; null in the file is a value there."""
    return item is not None and absent(item, scope)


def expression(value: Any, scope: Scope) -> str:
    """Return a value of a platform file as Python text, without items that come to nothing."""
    if isinstance(value, Plain):
        return literal(value.value)
    if isinstance(value, Variables):
        return _variables(value.names)
    if isinstance(value, list):
        return f"[{', '.join(_items(value, scope))}]"
    if not isinstance(value, dict):
        return literal(value)
    if "env" in value:
        otherwise = f", {literal(value['else'])}" if value.get("else") is not None else ""
        return f"os.environ.get({literal(value['env'])}{otherwise})"
    if "folder" in value:
        return literal(resolve(value))
    if "cpus" in value:
        return _cpus(value["cpus"], scope.workers)
    if "option" in value:
        return expression(scope.options.get(value["option"]), scope)
    if "variable" in value:
        return str(value["variable"])
    if "join" in value:
        return _join(value["join"], scope)
    if "class" in value:
        return str(value["class"]).rpartition(".")[2]
    items = (
        f"{literal(key)}: {expression(item, scope)}"
        for key, item in value.items()
        if not _dropped(item, scope)
    )
    return "{" + ", ".join(items) + "}"


def call(function: str, arguments: Mapping[str, str], before: str = "") -> str:
    """Return a call, on one line where it fits, else with an argument a line."""
    pairs = [f"{name}={text}" for name, text in arguments.items()]
    line = f"{before}{function}({', '.join(pairs)})"
    if len(line) <= LINE:
        return line
    return "\n".join([f"{before}{function}(", *(f"    {pair}," for pair in pairs), ")"])


def _variables(names: Sequence[str]) -> str:
    """Return the code of a mapping of the environment variables that are set."""
    wanted = ", ".join(map(literal, names)) + ("," if len(names) == 1 else "")
    return f"{{name: os.environ[name] for name in ({wanted}) if name in os.environ}}"


def _cpus(counted: str, workers: int) -> str:
    if counted == "shared" and workers > 1:
        return f"max(1, os.cpu_count() // {workers})"
    if counted in ("all", "shared"):
        return "os.cpu_count()"
    # Dask has no name for these, so the server counts them, as it does for the form's bounds.
    return literal(cpus.count(counted))


def _items(values: list[Any], scope: Scope) -> Iterator[str]:
    """Yield the items of a list as text; an option that is a list itself adds its own."""
    for item in values:
        own = _list_of(item, scope)
        if own is not None:
            yield from map(literal, own)
        elif not _dropped(item, scope):
            yield expression(item, scope)


def _list_of(item: Any, scope: Scope) -> list[Any] | None:
    """Return the entries of the option that an item names, None if it has no list."""
    found = scope.options.get(item["option"]) if kind(item) == "option" else None
    found = found.value if isinstance(found, Plain) else found
    return found if isinstance(found, list) else None


def _join(parts: list[Any], scope: Scope) -> str:
    def inner(part: Any) -> str:
        if kind(part) == "variable":
            return "{" + str(part["variable"]) + "}"
        text = _text(scope.options.get(part["option"])) if kind(part) == "option" else part
        plain = literal(text)[1:-1]
        return plain.replace("{", "{{").replace("}", "}}") if variables else plain

    kinds = {kind(part) for part in parts}
    variables = "variable" in kinds or "option" not in kinds
    return ('f"' if variables else '"') + "".join(map(inner, parts)) + '"'


def _text(value: Any) -> str:
    """Return an option as a part of a text; a variable of the environment as it is here."""
    return str(value.value if isinstance(value, Plain) else resolve(value))
