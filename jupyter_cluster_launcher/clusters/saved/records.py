"""Records as JSON data and back, whichever version wrote them.

What this version does not know is kept and written back; what it cannot read becomes a row that
says so (`unreadable`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any, cast

from ...models import REPORT_VERSION, VERSION, Cluster, ControllerRef, Report, State
from ...used import Used
from .typed import time_of, typed

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
    if isinstance(version := data.get("version"), int) and version > VERSION:
        # Only entries of another meaning make another version: what was saved here would be wrong.
        raise ValueError(f"its version is {version}, and this server knows {VERSION} at most")
    upgraded = _upgraded(dict(data))
    names = {field.name for field in fields(Cluster)} - {"unknown"}
    unknown = {key: value for key, value in upgraded.items() if key not in names}
    known = {key: value for key, value in upgraded.items() if key in names}
    cluster = typed(Cluster, {**known, "unknown": unknown})
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
    read = typed(Report, data, "report")
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
        controller = typed(ControllerRef, known.get("controller"), "controller")
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
        time_of(value)
    except (ValueError, OverflowError):
        raise ValueError(f"{where} is {value!r:.80}") from None


def _when(value: Any) -> str:
    """Return a time with its zone as it is, the beginning of the epoch for anything else."""
    try:
        time_of(value)
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
