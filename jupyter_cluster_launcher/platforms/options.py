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

from jsonschema.exceptions import ValidationError

from ..errors import BadInputError
from ..models import Adapt, Scaling
from .checking.validation import TOO_SLOW, OptionValidator
from .platform import Platform
from .reading import LARGEST
from .types import Bounds

NAME_LENGTH = 60
NAME_MARKS = frozenset(" -_.,()#:+/@")
UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")  # control, surrogate, line and paragraph separator


def check_options(
    platform: Platform, given: dict[str, Any] | None, discovered: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Return the options that differ from their defaults, None for one that was emptied.

    Null and "" empty an option: it is not passed, whatever its default. ``discovered`` are the
    schemas of options that the engine itself declares. Raises ``BadInputError``.
    """
    given, standard = given or {}, platform.options
    properties = refined({**standard, **(discovered or {})}, given)
    for name in given:
        if name not in properties:
            raise BadInputError(
                f"{platform.title} has no option {name!r:.80}. Options: {_names(properties)}."
            )
    values = {name: value for name, value in given.items() if value is not None and value != ""}
    for path, leaf in _leaves(values):
        if isinstance(leaf, str) and any(unicodedata.category(c) in UNPRINTABLE for c in leaf):
            raise BadInputError(
                f"{_title(properties, path)}: line breaks and control characters are not allowed."
            )
        # Python reads 1e999 as infinite, and whole numbers of any length.
        too_large = isinstance(leaf, int) and abs(leaf) > LARGEST
        if too_large or (isinstance(leaf, float) and not math.isfinite(leaf)):
            raise BadInputError(f"{_title(properties, path)}: the number is too large.")
    schema = {"type": "object", "properties": properties}
    for error in OptionValidator(schema).iter_errors(values):
        raise BadInputError(_sentence(properties, error))
    defaults = {name: schema.get("default") for name, schema in properties.items()}
    passed = {
        name: _plain(values[name], properties[name]) if name in values else None for name in given
    }
    # What the code leaves out is the file's default, which an engine may have changed.
    return {
        name: value
        for name, value in {**defaults, **passed}.items()
        if _differs(value, standard.get(name, properties[name]).get("default"))
    }


def own_options(
    platform: Platform, checked: dict[str, Any], discovered: dict[str, Any] | None = None
) -> tuple[str, ...]:
    """Return the names of the ``checked`` options that somebody chose.

    The others are what the engine or the site supplies by itself, which another site does not.
    """
    properties = refined({**platform.options, **(discovered or {})}, checked)
    return tuple(
        name for name, value in checked.items() if _differs(value, properties[name].get("default"))
    )


def refined(properties: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return the schemas of options as the choices that were made leave them.

    A choice ``sets`` entries of the schemas of other options, null removes one.
    """
    result = dict(properties)
    for name, schema in properties.items():
        value = given.get(name, schema.get("default"))
        for choice in schema.get("choices", ()):
            if choice["value"] == value:
                for other in result.keys() & choice.get("sets", {}).keys():
                    entries = {**result[other], **choice["sets"][other]}
                    result[other] = {k: v for k, v in entries.items() if v is not None}
    return result


def requested_workers(
    platform: Platform, scaling: Scaling, given: int | None, chosen: dict[str, Any]
) -> int:
    """Return the number of workers of a launch; ``chosen`` are the checked options.

    It is ``given``, or follows from an option. Raises ``BadInputError``.
    """
    workers = platform.workers
    source = workers.get("from")
    if source is None:
        return check_workers(scaling, workers["default"] if given is None else given)
    title = platform.declared[source]["title"]
    if given is not None:
        raise BadInputError(
            f"The number of workers follows from {title} on {platform.title}: leave it out."
        )
    value = {**_defaults(platform), **chosen}.get(source) or 0
    times = {**_defaults(platform), **chosen}.get(workers.get("times", "")) or 1
    number = (len(value) if isinstance(value, list) else int(value)) - workers.get("less", 0)
    low, high = scaling.minimum, scaling.maximum
    if not low <= number * times <= high:
        raise BadInputError(
            f"{title}: this makes {max(0, number * times)} {scaling.title.lower()}, and "
            f"{platform.title} takes {low} to {high}."
        )
    return number * int(times)


def _defaults(platform: Platform) -> dict[str, Any]:
    return {name: option.get("default") for name, option in platform.options.items()}


def check_workers(scaling: Scaling, given: int) -> int:
    """Return the requested number of workers.

    Raises ``BadInputError`` for a number out of the bounds of ``scaling``.
    """
    return _count(scaling.title, given, scaling.minimum, scaling.maximum)


def check_adapt(title: str, scaling: Scaling, given: Bounds | dict[str, int]) -> Adapt:
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


def _differs(value: Any, default: Any) -> bool:
    """Return whether a value is another than the default; without one, an empty list is none."""
    return value != default and (default is not None or value not in ([], {}))


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
    if limit == TOO_SLOW:
        return f"{title}: {str(error.instance)[:60]!r} takes too long to check. Shorten it."
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
