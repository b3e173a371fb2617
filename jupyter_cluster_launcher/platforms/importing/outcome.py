"""What becomes of one section of Dask's configuration, with a sentence for all that is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Imported:
    """A platform file to be, by its name; ``data`` is None where there is none.

    ``left_out`` has a sentence for each setting that is not in the file, ``notes`` what else users
    should know. ``unset`` says that nothing was set, so that there is no file for a good reason.
    """

    name: str = ""
    data: dict[str, Any] | None = None
    left_out: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unset: bool = False


def is_empty(value: Any) -> bool:
    """Return whether a setting holds nothing: null, a blank text, or an empty list or mapping."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value in ([], {})


def described(value: Any) -> str:
    """Return what a value is, in a few words."""
    if isinstance(value, Mapping):
        return "a mapping (key: value)"
    return "a list" if isinstance(value, list) else "one value"


def underscored(settings: Mapping[str, Any], where: str, said: Imported) -> dict[str, Any]:
    """Return settings by the names of arguments, as Dask does; of two equal ones the last counts.

    The values are pairs of the key as it is written and its value.
    """
    named: dict[str, tuple[str, Any]] = {}
    for key, value in settings.items():
        name = key.replace("-", "_")
        if name in named:
            earlier = named.pop(name)[0]
            said.left_out.append(f"{where}.{earlier}: {key} sets the same, and comes later.")
        named[name] = key, value
    return named
