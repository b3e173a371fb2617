"""What is wrong with one option of a platform file: with its JSON Schema or its default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from jsonschema import Draft7Validator
from jsonschema.exceptions import SchemaError, best_match

from .expressions import kind, references

Path: TypeAlias = tuple[str | int, ...]
Problem: TypeAlias = tuple[Path, str]  # where, and a sentence

PATTERN_LENGTH = 1000
NO_SCHEMAS = ("default", "enum", "const", "examples")  # below these, all is data


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
        try:
            re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            yield path, f"This is not a regular expression (regex): {error}."
            return
    for path, key in _reference_keys(option):
        yield path, f"{key} is not supported in an option."
        return
    try:
        Draft7Validator.check_schema(option)
    except SchemaError as broken:
        yield tuple(broken.absolute_path), f"{broken.message}."


def _schemas(value: Any, path: Path = ()) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the objects of an option's schema that may be schemas, each with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, item in value.items():
            if key not in NO_SCHEMAS:
                yield from _schemas(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _schemas(item, (*path, index))


def _patterns(option: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for path, schema in _schemas(option):
        if isinstance(schema.get("pattern"), str):
            yield (*path, "pattern"), schema["pattern"]
        keys = schema.get("patternProperties")
        if isinstance(keys, dict):
            yield from (((*path, "patternProperties", key), key) for key in keys)


def _reference_keys(option: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield what refers to another schema, which may be anywhere on the net."""
    for path, schema in _schemas(option):
        yield from (((*path, key), key) for key in ("$ref", "$id", "$schema") if key in schema)


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
    error = None if known is None else best_match(Draft7Validator(option).iter_errors(known))
    if error is not None:
        # YAML reads 24:00:00 as a number of seconds, and no as false.
        hint = " Put text in quotes." if option["type"] == "string" and found is None else ""
        yield f"The default is not allowed: {error.message}.{hint}"
    elif option.get("as") == "environ" and not all(isinstance(name, str) for name in known or ()):
        yield "The default is not allowed: as: environ takes names of environment variables."
