"""JSON Schema for options: with patterns that cannot take forever.

The schemas are data of platform files and of engines. Python's ``re`` has no limit: a pattern such
as ``(a+)+$`` needs longer than the universe is old for a short text, and the server would wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import regex
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

TIME_LIMIT = 1.0  # seconds for one pattern and one text; usual ones take microseconds
TOO_SLOW = "too slow"  # the ``validator_value`` of an error about a pattern that took longer


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, str):
        return
    try:
        matches = regex.search(pattern, instance, timeout=TIME_LIMIT)
    except TimeoutError:
        yield ValidationError(
            f"{instance!r} takes too long to compare with {pattern!r}", validator_value=TOO_SLOW
        )
        return
    if not matches:
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


OptionValidator: type[Draft7Validator] = extend(  # type: ignore[no-untyped-call]
    Draft7Validator, {"pattern": _pattern}
)
