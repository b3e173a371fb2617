"""What is wrong with an entry of a platform file, without the terms of JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

from jsonschema.exceptions import ValidationError

TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping (key: value)",
    "string": "a text",
}


def sentence(error: ValidationError) -> str:
    """Return what to change in the value of an error, whose place is named before it."""
    words = WORDS.get(str(error.validator))
    return words(error) if words else f"{error.message}."


def _type(error: ValidationError) -> str:
    wanted: Any = error.validator_value
    names = [wanted] if isinstance(wanted, str) else wanted
    return f"{_shown(error.instance)} is not {' or '.join(TYPES[name] for name in names)}."


def _missing(error: ValidationError) -> str:
    given: Any = error.instance
    wanted: Any = error.validator_value
    absent = next(name for name in wanted if name not in given)
    return f"{absent} is missing."


def _unknown(error: ValidationError) -> str:
    schema: Any = error.schema
    known = [*schema.get("properties", {})]
    given: Any = error.instance
    name = next(key for key in given if key not in known)
    near = get_close_matches(str(name), known, 1)
    hint = f"Did you mean {near[0]}?" if near else f"Possible are {', '.join(known)}."
    return f"There is no key {name!r:.80} here. {hint}"


def _needs(error: ValidationError) -> str:
    given: Any = error.instance
    wanted: Any = error.validator_value
    key, name = next(
        (key, name)
        for key, names in wanted.items()
        for name in names
        if key in given and name not in given
    )
    return f"{key} needs {name}, which is missing."


def _alternatives(error: ValidationError) -> str:
    """Return which of several keys is wanted, where alternatives differ in nothing else."""
    given: Any = error.instance
    alternatives: Any = error.validator_value
    keys = [name for one in alternatives for name in one.get("required", [])]
    if not keys or not isinstance(given, dict):
        return f"{_shown(given)} is none of what can stand here."
    present = [key for key in keys if key in given]
    if present:
        return f"Give only one of {' and '.join(present)}."
    return f"One of {', '.join(dict.fromkeys(keys))} is missing."


def _choice(error: ValidationError) -> str:
    choices: Any = error.validator_value
    return f"{_shown(error.instance)} is not one of {', '.join(map(str, choices))}."


def _shown(value: Any) -> str:
    return f"{value!r:.80}" if not isinstance(value, dict | list) else "This"


WORDS: dict[str, Callable[[ValidationError], str]] = {
    "type": _type,
    "required": _missing,
    "additionalProperties": _unknown,
    "dependencies": _needs,
    "oneOf": _alternatives,
    "anyOf": _alternatives,
    "enum": _choice,
    "const": lambda e: f"{_shown(e.instance)} is not {e.validator_value!r}.",
    "minLength": lambda e: "This text is empty.",
    "maxLength": lambda e: f"This text has more than {e.validator_value} characters.",
    "minimum": lambda e: f"{e.instance!r:.80} is less than {e.validator_value}.",
    "maximum": lambda e: f"{e.instance!r:.80} is more than {e.validator_value}.",
    "minItems": lambda e: "This list is empty.",
    "minProperties": lambda e: "This mapping is empty.",
    "uniqueItems": lambda e: "A value stands here twice.",
}
