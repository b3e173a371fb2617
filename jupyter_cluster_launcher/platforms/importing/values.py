"""Values of Dask's configuration as the arguments of a cluster have them.

Each function takes whatever stands in a file, and returns the argument, or raises
``UnusableError`` with a sentence about the value.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from typing import Any, TypeAlias

from ..code.expressions import references
from ..reading import LARGEST
from .outcome import described

Convert: TypeAlias = Callable[[Any], Any]

LENGTH = 60  # characters of a value that is shown
SIZE_LENGTH = 20  # characters of an amount of memory
SIZE = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(e\+?[0-9]{1,2})?\s*([kmgtp]i?)?b?", re.IGNORECASE)
TIME = re.compile(r"[0-9][0-9:-]*")
VARIABLE = re.compile(r"\$\{?[A-Za-z_]")


class UnusableError(ValueError):
    """Why a value cannot be used, in a sentence that begins with the value."""


def shown(value: Any) -> str:
    """Return a value as a sentence names it."""
    if isinstance(value, list | dict):
        return described(value)
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LENGTH else f"{text[:LENGTH]}..."


def whole(value: Any) -> int | None:
    """Return a whole number from 0 up, also where it is written as 2.0 or "2"; None for others."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,16}\s*", value, re.ASCII):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= LARGEST else None


def count(value: Any) -> int:
    """Return a number of which there must be one at least."""
    number = whole(value)
    if not number:
        raise UnusableError(f"{shown(value)} is not a whole number from 1 up.")
    return number


def text(value: Any) -> str:
    """Return a text; numbers become one."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST:
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise UnusableError(f"{shown(value)} is not a text. Put text in quotes.")
    return value.strip()


def word(value: Any) -> str:
    """Return a text without spaces."""
    found = text(value)
    if not re.fullmatch(r"\S+", found):
        raise UnusableError(f"{shown(found)} has a space in it.")
    return found


def size(value: Any) -> str:
    """Return an amount of memory or disk space."""
    found = text(value)
    match = SIZE.fullmatch(found)
    if not match or not float(match[1]) or len(found) > SIZE_LENGTH:
        raise UnusableError(f"{shown(value)} is not an amount such as 4GB.")
    return found


def time(value: Any) -> str:
    """Return a time limit; "1:30:00" becomes "01:30:00"."""
    found = "" if isinstance(value, bool) else text(value)
    if not TIME.fullmatch(found):
        raise UnusableError(f"{shown(value)} is not a time limit such as 01:30:00.")
    return re.sub(r"^(\d)(?=:)", r"0\1", found)


def number(value: Any) -> float | str:
    """Return a number, or a text such as 60s."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return text(value)


def flag(value: Any) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise UnusableError(f"{shown(value)} is neither true nor false.")
    return value


def lines(value: Any) -> list[str]:
    """Return a list of texts, each of which dask-jobqueue copies as it is; a text has its lines."""
    given = value.splitlines() if isinstance(value, str) else value
    found = _texts(given)
    return [line for line in found if line.strip()] if isinstance(value, str) else found


def words(value: Any) -> list[str]:
    """Return a list of texts that dask-jobqueue quotes for a shell; a text has its words."""
    if not isinstance(value, str):
        return _texts(value)
    try:
        return shlex.split(value)
    except ValueError:
        raise UnusableError(f"{shown(value)} has a quote that does not end.") from None


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise UnusableError(f"{shown(value)} is not a list.")
    for i, item in enumerate(value, 1):
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise UnusableError(f"entry {i} is not a text. Put it in quotes.")
    return [str(item) for item in value]


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping."""
    if not isinstance(value, dict):
        raise UnusableError(f"{shown(value)} is not a mapping (key: value).")
    return value


def options(value: Any) -> dict[str, Any]:
    """Return a mapping of arguments."""
    return {key.replace("-", "_"): item for key, item in mapping(value).items()}


def plain(value: Any) -> Any:
    """Return any value that a platform file can hold, which has a meaning for some mappings."""
    found = next(references(value), None)
    if found:
        raise UnusableError(
            f"a mapping with the key {found[1]} stands for something else in a platform file."
        )
    return value


def unreplaced(value: Any) -> list[str]:
    """Return a sentence about a text with a variable of the environment in it."""
    if not isinstance(value, str) or not VARIABLE.search(value):
        return []
    return [f"{shown(value)} is passed as it is: the variable is not replaced, as in Dask."]
