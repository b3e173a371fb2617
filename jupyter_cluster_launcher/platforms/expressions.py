"""Values as Python text, so that no text from a person can become code.

Plain values become literals; the few expressions of the platform format become the code that they
stand for. There is no template language.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LINE = 88


@dataclass(frozen=True)
class Scope:
    """What the expressions of a platform file may refer to."""

    workers: int = 1
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plain:
    """A value that is data even where it looks like an expression: nobody wrote it in the file."""

    value: Any


def literal(value: Any) -> str:
    """Return plain data as a Python literal.

    Strings are written as JSON, which for them is Python too; surrogates and control characters
    never come this far (see ``options``).
    """
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\x7f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    raise TypeError(f"{type(value).__name__} is not plain data")


def expression(value: Any, scope: Scope) -> str:
    """Return a value of a platform file as Python text."""
    if isinstance(value, Plain):
        return literal(value.value)
    if isinstance(value, list):
        return f"[{', '.join(expression(item, scope) for item in value)}]"
    if not isinstance(value, dict):
        return literal(value)
    if "env" in value:
        otherwise = f", {literal(value['else'])}" if value.get("else") is not None else ""
        return f"os.environ.get({literal(value['env'])}{otherwise})"
    if "folder" in value:
        there = os.path.isdir(os.path.expanduser(value["folder"]))
        return literal(value["folder"] if there else None)
    if "cpus" in value:
        return _cpus(value["cpus"], scope.workers)
    if "option" in value:
        return expression(scope.options.get(value["option"]), scope)
    if "variable" in value:
        return str(value["variable"])
    if "join" in value:
        return _join(value["join"])
    if "environ" in value:
        names = ", ".join(map(literal, value["environ"]))
        comma = "," if len(value["environ"]) == 1 else ""
        return f"{{name: os.environ[name] for name in ({names}{comma}) if name in os.environ}}"
    items = (f"{literal(key)}: {expression(item, scope)}" for key, item in value.items())
    return "{" + ", ".join(items) + "}"


def call(function: str, arguments: Mapping[str, str], before: str = "") -> str:
    """Return a call, on one line where it fits, else with an argument a line."""
    pairs = [f"{name}={text}" for name, text in arguments.items()]
    line = f"{before}{function}({', '.join(pairs)})"
    if len(line) <= LINE:
        return line
    return "\n".join([f"{before}{function}(", *(f"    {pair}," for pair in pairs), ")"])


def _cpus(kind: str, workers: int) -> str:
    if kind == "shared" and workers > 1:
        return f"max(1, os.cpu_count() // {workers})"
    if kind in ("all", "shared"):
        return "os.cpu_count()"
    # The others are counted on the server: they are bounds and defaults of the form.
    raise ValueError(f"cpus: {kind} cannot stand in code")


def _join(parts: list[Any]) -> str:
    def inner(part: Any) -> str:
        if isinstance(part, dict):
            return "{" + str(part["variable"]) + "}"
        return literal(part)[1:-1].replace("{", "{{").replace("}", "}}")

    return 'f"' + "".join(map(inner, parts)) + '"'
