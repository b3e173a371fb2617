"""What is wrong with one option of a platform file: with its JSON Schema or its default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

import regex
from jsonschema.exceptions import SchemaError

from ..code.expressions import kind, references
from .validation import OptionValidator

Path: TypeAlias = tuple[str | int, ...]
Problem: TypeAlias = tuple[Path, str]  # where, and a sentence

PATTERN_LENGTH = 1000
PATTERN_SIZE = 20_000  # parts of a pattern, each as often as it is repeated: a few megabytes
TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d+)(?:,\d*)?\}|.", re.DOTALL)
# A schema that is referred to may be anywhere on the net; names of fields are not compared with
# patterns within a time limit.
UNSUPPORTED = ("$ref", "$id", "$schema", "patternProperties")
NO_SCHEMAS = ("default", "enum", "const", "examples")  # below these, all is data
BY_NAME = ("properties", "patternProperties", "definitions", "dependencies")  # of schemas


def problems(option: dict[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with an option as the file has it."""
    yield from _schema_problems({**option, "default": None})
    wanted = {"environ": "array", "path": "string"}.get(str(option.get("as")))
    if wanted and option["type"] != wanted:
        yield ("as",), f"as: {option['as']} needs type: {wanted}."
    for message in _default_problems(option):
        yield ("default",), message


def _schema_problems(option: dict[str, Any]) -> Iterator[Problem]:
    for path, pattern in _patterns(option):
        if len(pattern) > PATTERN_LENGTH:
            yield path, f"A pattern may have at most {PATTERN_LENGTH} characters."
            return
        if _size(pattern) > PATTERN_SIZE:
            yield path, "This pattern repeats too much: use smaller numbers in {}."
            return
        try:
            regex.compile(pattern)
        except (regex.error, OverflowError, RecursionError) as error:
            yield path, f"This is not a regular expression (regex): {error}."
            return
    for path, key in _unsupported_keys(option):
        yield path, f"{key} is not supported in an option."
        return
    try:
        OptionValidator.check_schema(option)
    except SchemaError as broken:
        yield tuple(broken.absolute_path), f"{broken.message}."


def _schemas(value: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the objects of an option's schema that may be schemas, each with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            if key in BY_NAME and isinstance(item, dict):  # whose keys are names, "default" too
                for name, schema in item.items():
                    yield from _schemas(schema, (*path, key, name))
            elif key not in NO_SCHEMAS:
                yield from _schemas(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _schemas(item, (*path, index))


def _patterns(option: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for path, schema in _schemas(option):
        if isinstance(schema.get("pattern"), str):
            yield (*path, "pattern"), schema["pattern"]


def _size(pattern: str) -> int:
    """Return about how many parts a pattern has once repetitions are written out.

    That is what regex does with them: ``((a{99}){99}){99}`` takes hundreds of megabytes.
    """
    groups, last = [0], 0
    for token in TOKEN.finditer(pattern):
        if token[0] == "(":
            groups.append(0)
        elif token[0] == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] += last
        elif token[1]:
            more = last * (int(token[1]) - 1) if int(token[1]) else 0
            groups[-1] += more
            last += more
        else:
            last = 1
            groups[-1] += 1
    return sum(groups)


def _unsupported_keys(option: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the keys of a schema that no option can have."""
    for path, schema in _schemas(option):
        yield from (((*path, key), key) for key in UNSUPPORTED if key in schema)


def _default_problems(option: dict[str, Any]) -> Iterator[str]:
    """Check a default as far as it can be known before the code runs."""
    default = option.get("default")
    found = kind(default)
    within = [path for path, _, _ in references(default) if path]
    if found in ("option", "variable", "join", "class") or within:
        yield "A default is a plain value, or one of {env}, {cpus} and {folder}."
        return
    wanted = {"env": "string", "folder": "string", "cpus": "integer"}.get(found or "")
    if wanted and option["type"] not in (wanted, "number" if wanted == "integer" else wanted):
        yield f"{{{found}}} needs type: {wanted}."
        return
    known = None if found else default
    if isinstance(default, dict) and found == "env":
        known = default.get("else")
    # The first error only: each may have taken its time to find.
    errors = iter(()) if known is None else OptionValidator(option).iter_errors(known)
    error = next(errors, None)
    if error is not None:
        # YAML reads 24:00:00 as a number of seconds, and no as false.
        meant_as_text = option["type"] == "string" and not isinstance(known, str)
        hint = " Put text in quotes." if meant_as_text and found is None else ""
        yield f"The default is not allowed: {error.message}.{hint}"
    elif option.get("as") == "environ" and not all(isinstance(name, str) for name in known or ()):
        yield "The default is not allowed: as: environ takes names of environment variables."
