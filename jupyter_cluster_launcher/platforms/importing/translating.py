"""Settings of dask-jobqueue as the arguments of its classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import values
from .arguments import BY_CODE, DEFAULTS, IMPOSSIBLE, arguments, known, renamed
from .outcome import Imported, is_empty, underscored
from .values import UnusableError

NAMES = ("name", "job_name")
SIZES = ("memory", "disk")
SMALL = 1e6  # bytes: less cannot be meant
# Texts that go to the batch system as they are. Shells on the nodes read the others.
LITERAL = ("account", "project", "queue", "interface", "resource_spec", "log_directory")


def translated(
    section: str, settings: Mapping[str, Any], where: str, said: Imported, by_code: bool = False
) -> dict[str, Any]:
    """Return the arguments that settings come to; ``said`` gets the sentences about the others.

    ``where`` is the key of the settings. ``by_code`` says that they are arguments already, of which
    a class takes more than its configuration has.
    """
    taken = {**arguments(section), **(BY_CODE if by_code else {})}
    new_names = renamed(section)
    result: dict[str, Any] = {}
    old: dict[str, tuple[str, Any]] = {}
    for name, (key, given) in underscored(settings, where, said).items():
        new = new_names.get(name, name)
        if name in NAMES:
            said.left_out.append(f"{where}.{key}: {IMPOSSIBLE[name]}")
        elif is_empty(given):
            if new in DEFAULTS:
                said.notes.append(
                    f"{where}.{key}: nothing is set here, so dask-jobqueue takes "
                    f"{values.shown(DEFAULTS[new][0])}, unless your site sets something else."
                )
        elif new not in taken:
            said.left_out.append(f"{where}.{key}: {_refusal(section, name, by_code)}")
        else:
            try:
                value = values.plain(taken[new](given))
            except UnusableError as error:
                said.left_out.append(f"{where}.{key}: {error}")
                continue
            said.notes += [f"{where}.{key}: {doubt}" for doubt in _doubts(new, value)]
            if new == name:
                result[name] = value
            else:
                old[key] = new, value
    for key, (new, value) in old.items():
        if new in result:
            said.left_out.append(f"{where}.{key}: dask-jobqueue ignores it, as {new} is set, too.")
        else:
            result[new] = value
    return result


def _refusal(section: str, name: str, by_code: bool) -> str:
    if name not in known(section):
        return "dask-jobqueue has no such argument."
    if by_code:
        return IMPOSSIBLE.get(name, "A platform file cannot set this.")
    return "dask-jobqueue does not read this from its configuration."


def _doubts(name: str, value: Any) -> list[str]:
    """Return what may not be meant about a value that is kept."""
    doubts = []
    if name in SIZES and re.fullmatch(r"[0-9.]+", value) and float(value) < SMALL:
        doubts.append(f"{value} means bytes. Add the unit in the platform file, as in {value}GB.")
    return doubts + (values.unreplaced(value) if name in LITERAL else [])
