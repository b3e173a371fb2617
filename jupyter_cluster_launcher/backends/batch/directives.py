"""Further directives of a user's own: those with which a batch system would not run the jobs."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from ...errors import BadInputError
from .system import BatchSystem
from .variables import DIRECTIVES


def refuse(system: BatchSystem, properties: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    """Raise ``BadInputError`` for a directive that would break a launch.

    ``properties`` are the options of the platform file, ``options`` the values for them.
    """
    unusable: Mapping[str, str] = getattr(system, "UNUSABLE", {})
    for field in (name for name in DIRECTIVES if name in properties):
        given = options.get(field)
        for word in _words(given if isinstance(given, list) else ()):
            reasons = [why for one, why in unusable.items() if is_option(word, one)]
            if reasons:
                title = properties[field].get("title", field)
                raise BadInputError(f"{title}: {word} cannot be used here. {reasons[0]}")


def is_option(word: str, option: str) -> bool:
    """Return whether a word of a directive is an option, also as short as getopt takes it."""
    name = word.partition("=")[0]
    if not option.startswith("--"):
        return name.startswith(option)  # -a1-3
    return name == option or (len(name) > 3 and name.startswith("--") and option.startswith(name))


def _words(directives: Iterable[Any]) -> Iterable[str]:
    for one in directives:
        try:
            yield from shlex.split(str(one))
        except ValueError:  # a quote that is not closed
            yield from str(one).split()
