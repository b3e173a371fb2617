"""Records as JSON data and back, whichever version wrote them.

A record is read into its dataclass by the types of the fields. What this version does not know is
kept and written back; what it cannot read becomes a row that says so (`unreadable`). Written by
hand because notebooks read records too, whose environment has little more than the standard
library.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass, replace
from datetime import datetime, timezone
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from ...models import REPORT_VERSION, Cluster, ControllerRef, Report, State
from ...used import Used

T = TypeVar("T")

NEWER = (
    "A newer version of the launcher started this cluster, and this server may misread what it "
    "reports. To be sure, start a server with that version."
)


def write(cluster: Cluster) -> dict[str, Any]:
    """Return a cluster's record as JSON data."""
    data = asdict(cluster)
    unknown = data.pop("unknown")
    return cast(dict[str, Any], _plain({**unknown, **data}))


def read(data: Any) -> Cluster:
    """Return the cluster of a record; raises ``ValueError`` that says what cannot be read."""
    if not isinstance(data, Mapping):
        raise ValueError("it is not an object")
    upgraded = _upgraded(dict(data))
    names = {field.name for field in fields(Cluster)} - {"unknown"}
    unknown = {key: value for key, value in upgraded.items() if key not in names}
    known = {key: value for key, value in upgraded.items() if key in names}
    cluster = cast(Cluster, _read(Cluster, {**known, "unknown": unknown}, ""))
    if cluster.state is State.ELSEWHERE:  # which is shown, and never saved
        raise ValueError("state is 'elsewhere'")
    if _when(cluster.created) != cluster.created:
        raise ValueError(f"created is {cluster.created!r:.80}")
    _check_amounts(cluster, "", "requested", "idle_timeout", "core_hours", "renew_for")
    _check_report(cluster.report)
    if cluster.controller is not None:
        _check_controller(cluster.controller)
    return cluster


def report(data: Any) -> Report:
    """Return the report that a controller sent; raises ``ValueError`` for what is none.

    One of a newer version carries a warning: the same words may mean something else there.
    """
    read = cast(Report, _read(Report, data, "report"))
    _check_report(read)
    newer = read.version > REPORT_VERSION
    return replace(read, warnings=(*read.warnings, NEWER)) if newer else read


def unreadable(directory: Path, data: Any, why: str) -> Cluster:
    """Return a row for a record that cannot be read, with all that its end needs and that can be.

    ``directory`` is where it stands, and must be where its controller's connection file stands: a
    copy of a record must not end the original's cluster. It is ``lost``: the user decides whether
    what is left of it ends.
    """
    known = data if isinstance(data, Mapping) else {}

    def text(key: str, otherwise: str) -> str:
        value = known.get(key)
        return value if isinstance(value, str) and value else otherwise

    try:
        controller = _read(ControllerRef, known.get("controller"), "controller")
        _check_controller(controller)
    except ValueError:
        controller = None
    if controller is not None and Path(controller.connection_file).parent != directory:
        controller = None
    return Cluster(
        id=directory.name,
        name=text("name", directory.name),
        platform=text("platform", "unknown"),
        platform_title=text("platform_title", "Unknown platform"),
        kernel_name=text("kernel_name", ""),
        cwd=None,
        create=text("create", ""),
        requested=0,
        kind=text("kind", "local"),
        batch=text("batch", "") or None,
        state=State.LOST,
        message=(
            f"The record of this cluster cannot be read, perhaps because another version of the "
            f"launcher wrote it: {why}. Clean up ends what is left of the cluster; to keep it, "
            "start a server with that version."
        ),
        created=_when(known.get("created")),
        controller=controller,
        readable=False,
    )


def _check_controller(ref: ControllerRef) -> None:
    """Raise ``ValueError`` for what would match processes of others, or none at all."""
    if not 1 < ref.pid < 2**31 or not ref.connection_file:
        raise ValueError(f"controller is process {ref.pid!r:.40} of {ref.connection_file!r:.80}")


def _check_report(report: Report) -> None:
    """Raise ``ValueError`` for times and amounts that no controller reports."""
    for name in ("cores_since", "closes_at", "stops_at", "renew_until"):
        value = getattr(report, name)
        if value is not None:
            _check_time(value, f"report.{name}")
    counts = ("ready", "failed", "killed", "renewed", "replaced", "cores")
    _check_amounts(report, "report.", *counts, "core_seconds", "memory", "idle_limit")
    for death in report.deaths:
        _check_time(death.when, "report.deaths.when")
    if report.usage is not None:
        _check_amounts(report.usage, "report.usage.", "cpu", "memory", "tasks")
    if report.used is not None:
        check_used(report.used, "report.used.")


def check_used(used: Used, where: str) -> None:
    """Raise ``ValueError`` for an amount below 0; ``where`` begins its name."""
    _check_amounts(used, where, *(one.name for one in fields(Used)))


def _check_amounts(of: object, where: str, *names: str) -> None:
    """Raise ``ValueError`` for an amount below 0."""
    for name in names:
        value = getattr(of, name)
        if value is not None and value < 0:
            raise ValueError(f"{where}{name} is {value!r:.80}")


def _check_time(value: str, where: str) -> None:
    try:
        _time(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{where} is {value!r:.80}") from None


def _when(value: Any) -> str:
    """Return a time with its zone as it is, the beginning of the epoch for anything else."""
    try:
        _time(value)
    except (TypeError, ValueError, OverflowError):
        return "1970-01-01T00:00:00+00:00"
    return str(value)


def _upgraded(data: dict[str, Any]) -> dict[str, Any]:
    """Return a record of version 1, which had no kind and stored the words of its row, as ours."""
    data.pop("server", None)  # of an owner without a lock
    if data.get("version", 1) != 1:
        return data
    by_name, batch = data.pop("by_name", False), data.get("batch")
    data.pop("queue", None)  # polled again
    data.setdefault("kind", "gateway" if by_name else "batch" if batch else "local")
    data.pop("adopted", None)
    if batch:
        data.setdefault("scaling", {"title": "Jobs", "unit": "jobs"})
    return {**data, "version": 2}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


@cache
def _types(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def typed(kind: type[T], data: Any) -> T:
    """Return JSON data as a value of a dataclass; raises ``ValueError``."""
    return cast(T, _read(kind, data, ""))


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
    readers: dict[type, Callable[[Any], Any]] = {datetime: _time, float: _number}
    reader = kind if issubclass(kind, Enum) else readers.get(kind)
    if reader is None:
        return _expect(kind, value, where)
    try:
        return reader(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{where} is {value!r:.80}") from None


def _time(value: Any) -> datetime:
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
