"""The options and the number of workers of a launch, checked whatever the browser did.

Everything that passes may stand in Python code and in a job script. Line breaks and control
characters never do, so no value can start a line of its own there.
"""

from __future__ import annotations

import math
import os
import unicodedata
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from ..errors import BadInputError
from ..models import Adapt, Scaling
from .platform import Platform

NAME_LENGTH = 60
NAME_MARKS = frozenset(" -_.,()#:+/@")
UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")  # control, surrogate, line and paragraph separator


def check_options(
    platform: Platform, given: dict[str, Any] | None, discovered: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the options that differ from their defaults.

    ``discovered`` are the schemas of options that the engine itself declares.
    Raises ``BadInputError``.
    """
    given, properties = given or {}, {**platform.options, **(discovered or {})}
    for name in given:
        if name not in properties:
            raise BadInputError(
                f"{platform.title} has no option {name!r:.80}. Options: {_names(properties)}."
            )
    # The form sends null or "" for a field without a value.
    values = {name: value for name, value in given.items() if value is not None and value != ""}
    for path, leaf in _leaves(values):
        if isinstance(leaf, str) and any(unicodedata.category(c) in UNPRINTABLE for c in leaf):
            raise BadInputError(
                f"{_title(properties, path)}: line breaks and control characters are not allowed."
            )
        if isinstance(leaf, float) and not math.isfinite(leaf):  # Python reads 1e999 as infinite
            raise BadInputError(f"{_title(properties, path)}: the number is too large.")
    schema = {"type": "object", "properties": properties}
    for error in Draft7Validator(schema).iter_errors(values):
        raise BadInputError(_sentence(properties, error))
    return {
        name: _plain(value, properties[name])
        for name, value in values.items()
        if "default" not in properties[name] or value != properties[name]["default"]
    }


def check_workers(scaling: Scaling, given: int) -> int:
    """Return the requested number of workers.

    Raises ``BadInputError`` for a number out of the bounds of ``scaling``.
    """
    return _count(scaling.title, given, scaling.minimum, scaling.maximum)


def check_adapt(title: str, scaling: Scaling, given: dict[str, int]) -> Adapt:
    """Return the requested bounds of adaptive scaling; raises ``BadInputError``.

    ``title`` is the platform's; ``given`` has a maximum and may have a minimum.
    """
    if not scaling.adaptive:
        raise BadInputError(f"{title} cannot adapt the number of workers. Choose a fixed number.")
    adapt = Adapt(
        _count("The minimum", given.get("minimum", 0), 0, scaling.maximum),
        _count("The maximum", given["maximum"], 1, scaling.maximum),
    )
    if adapt.minimum > adapt.maximum:
        raise BadInputError("The minimum must not be above the maximum.")
    return adapt


def check_name(given: str) -> str:
    """Return a cluster's name without spaces around it; raises ``BadInputError``."""
    name = given.strip()
    if not name or len(name) > NAME_LENGTH or not all(map(_in_a_name, name)):
        raise BadInputError(
            f"A name must have 1 to {NAME_LENGTH} characters: letters, digits, spaces, and any of "
            f"{''.join(sorted(NAME_MARKS - {' '}))}"
        )
    return name


def _in_a_name(character: str) -> bool:
    """Return whether a character is a letter, a mark on one, a digit, or in ``NAME_MARKS``."""
    return unicodedata.category(character)[0] in "LMN" or character in NAME_MARKS


def _count(what: str, given: int, low: int, high: int) -> int:
    if not low <= given <= high:
        raise BadInputError(f"{what} must be a whole number from {low} to {high}.")
    return int(given)  # JSON Schema takes 2.0 for a whole number, too


def _names(properties: dict[str, Any]) -> str:
    return ", ".join(sorted(properties)) or "none"


def _title(properties: dict[str, Any], path: list[Any]) -> str:
    return str(properties.get(path[0], {}).get("title", path[0])) if path else "The options"


def _sentence(properties: dict[str, Any], error: ValidationError) -> str:
    """Return what to change, in words that need no knowledge of JSON Schema."""
    title = _title(properties, list(error.absolute_path))
    limit = error.validator_value
    choices = ", ".join(map(str, limit)) if isinstance(limit, list) else limit
    what = {
        "type": f"must be of type {limit}",
        "minimum": f"must be at least {limit}",
        "maximum": f"must be at most {limit}",
        "enum": f"must be one of {choices}",
        "maxLength": f"must have at most {limit} characters",
        "pattern": f"{str(error.instance)[:60]!r} does not have the expected format",
    }.get(str(error.validator), error.message[:200])
    examples = error.schema.get("examples") if isinstance(error.schema, dict) else None
    such = f" Enter a value such as {', '.join(map(str, examples))}." if examples else ""
    return f"{title}: {what}.{such}"


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[list[Any], Any]]:
    """Yield every plain value within a value, and the keys of objects, each with its path."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield [*path, key], key
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield list(path), value


def _plain(value: Any, schema: dict[str, Any]) -> Any:
    """Return a value as the code needs it.

    JSON Schema takes 2.0 for an integer, Python's range does not; and only shells expand ~. Raises
    ``BadInputError`` for the home directory of a user who is not there.
    """
    if schema.get("as") == "path" and isinstance(value, str):
        expanded = os.path.expanduser(value)
        if expanded.startswith("~"):
            user = expanded.partition("/")[0][1:]
            raise BadInputError(f"{schema.get('title', 'A path')}: there is no user {user!r} here.")
        return expanded
    return int(value) if isinstance(value, float) and value.is_integer() else value
