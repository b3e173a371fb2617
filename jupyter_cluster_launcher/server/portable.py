"""The options of a launch that can be passed on to others, such as with a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..masking import LOWER, SHORTEST, UPPER, masked

# Beginning with a slash or ~, or anywhere behind a blank, a quote, "=", ":" or ",".
PATH = re.compile(r"(?:^|[\s\"'=:,(])(?:[/~]|\$\{?HOME\b|[A-Za-z]:\\)")
SECRET = re.compile(rf"{UPPER}|{LOWER}")


def portable(options: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, Any]:
    """Return the options without those that have a secret, a path or a web address in them.

    Secret is what ``masking`` takes for it, in ``env``, the name of an option or its value. Paths
    hold for one user on one computer.
    """
    return {name: value for name, value in options.items() if _is_portable(name, value, env)}


def _is_portable(name: str, value: Any, env: Mapping[str, str]) -> bool:
    texts = list(_texts(value))
    if any(SECRET.fullmatch(each) for each in (name, *_names(value))):
        return False
    if any(PATH.search(text) for text in texts):
        return False
    # Looking for the secrets of the environment takes longest, and most values are short.
    return all(len(text) < SHORTEST or masked(text, env) == text for text in texts)


def _texts(value: Any) -> Iterator[str]:
    """Yield all texts in a value."""
    if isinstance(value, str):
        yield value
    for each in _parts(value):
        yield from _texts(each)


def _names(value: Any) -> Iterator[str]:
    """Yield the names that parts of a value have."""
    if isinstance(value, Mapping):
        yield from (str(name) for name in value)
    for each in _parts(value):
        yield from _names(each)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, (list, tuple)) else ()
