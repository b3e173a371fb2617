"""JSON data as dataclasses, read by the types of their fields.

Written by hand because notebooks read records too, whose environment has little more than the
standard library.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime, timezone
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


@cache
def _types(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def typed(kind: type[T], data: Any, where: str = "") -> T:
    """Return JSON data as a value of a dataclass; raises ``ValueError``, which names ``where``."""
    return cast(T, _read(kind, data, where))


def _read(kind: Any, value: Any, where: str) -> Any:
    """Return JSON data as a value of type ``kind``; ``where`` names it in errors."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        if value is None and type(None) in inner:
            return None
        return _read(next(one for one in inner if one is not type(None)), value, where)
    if is_dataclass(kind):
        return _dataclass(cast(type, kind), value, where)
    if origin is tuple:
        return tuple(_read(inner[0], item, where) for item in _expect(list, value, where))
    if origin is dict:
        pairs = _expect(dict, value, where).items()
        return {key: _read(inner[1], item, f"{where}.{key}") for key, item in pairs}
    return _scalar(kind, value, where)


def _scalar(kind: type, value: Any, where: str) -> Any:
    readers: dict[type, Callable[[Any], Any]] = {datetime: time_of, float: _number}
    reader = kind if issubclass(kind, Enum) else readers.get(kind)
    if reader is None:
        return _expect(kind, value, where)
    try:
        return reader(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{where} is {value!r:.80}") from None


def time_of(value: Any) -> datetime:
    """Return a time that can be compared with others, and that every time zone can show."""
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("a time zone is missing")
    time.astimezone(timezone.utc)
    return time


def _number(value: Any) -> float:
    """Return a number that JSON can hold, unlike NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("it is no finite number")
    return float(value)


def _dataclass(cls: type, value: Any, where: str) -> Any:
    """Return an object as a dataclass; null where a default exists means that default."""
    data, read = _expect(dict, value, where), {}
    for field in fields(cls):
        optional = field.default is not MISSING or field.default_factory is not MISSING
        name = f"{where}.{field.name}".lstrip(".")
        given, kind = data.get(field.name), _types(cls)[field.name]
        if field.name not in data and not optional:
            raise ValueError(f"{name} is missing")
        if field.name in data and not (given is None and optional and not _nullable(kind)):
            read[field.name] = _read(kind, given, name)
    return cls(**read)


def _nullable(kind: Any) -> bool:
    return kind is Any or type(None) in get_args(kind)


def _expect(kind: type[T], value: Any, where: str) -> T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{where or 'it'} is {value!r:.80}")
    return value
