"""Settings of dask-labextension as a platform file."""

from __future__ import annotations

import keyword
import re
from typing import Any

from ..code.expressions import KINDS
from . import values
from .classes import MAXIMUM, class_entries, is_local, refusal, section_of
from .outcome import Imported, described, is_empty, underscored
from .translating import translated
from .values import UnusableError

NAME = "labextension"
FACTORY, ARGUMENTS, DEFAULT = f"{NAME}.factory", f"{NAME}.factory.kwargs", f"{NAME}.default"
# What dask-labextension takes where a user's file has nothing.
MODULE, CLASS = "dask.distributed", "LocalCluster"
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,79}")


def labextension(settings: Any) -> Imported:
    """Return the platform in the settings of dask-labextension."""
    said = Imported(NAME)
    if not isinstance(settings, dict | None):
        said.left_out.append(f"{NAME}: this is {described(settings)}, without settings.")
        return said
    settings = _mapping(settings, NAME, said)
    factory = _mapping(settings.pop("factory", None), FACTORY, said)
    default = _mapping(settings.pop("default", None), DEFAULT, said)
    kwargs = _mapping(factory.pop("kwargs", None), ARGUMENTS, said)
    kwargs = {name: value for name, (_, value) in underscored(kwargs, ARGUMENTS, said).items()}
    if not is_empty(factory.pop("args", None)):
        said.left_out.append(f"{FACTORY}.args: give them by name, as kwargs.")
    module, name = factory.pop("module", None) or MODULE, factory.pop("class", None) or CLASS
    count = _workers(default, kwargs, said)
    maximum = _maximum(default, said)
    for where, rest in ((NAME, settings), (FACTORY, factory), (DEFAULT, default)):
        said.left_out += [
            f"{where}.{key}: the launcher has no such setting."
            for key in sorted(rest)
            if not is_empty(rest[key])
        ]
    if not isinstance(module, str) or not all(map(_is_name, [*module.split("."), name])):
        said.left_out.append(
            f"{NAME}: there is no platform for it, because module and class of the factory must be "
            f"names, such as {MODULE} and {CLASS}."
        )
        return said
    if refusal(name):
        said.left_out.append(f"{NAME}: there is no platform for {name}: {refusal(name)}.")
        return said
    if (module, name, kwargs, count, maximum) == (MODULE, CLASS, {}, None, None):
        _nothing(said)
        return said
    said.data = _platform(module, name, kwargs, count, maximum, said)
    return said


def _nothing(said: Imported) -> None:
    """Say that there is no platform, as only defaults are set, or all else was left out."""
    here = "This package has a platform for clusters on this computer."
    if said.left_out:
        said.left_out.append(
            f"{NAME}: nothing is left of it, so there is no platform for it. {here}"
        )
        return
    said.unset = True
    said.notes.append(
        f"{NAME}: nothing is set but defaults of dask-labextension, so there is nothing to "
        f"import. {here}"
    )


def _platform(
    module: str,
    name: str,
    kwargs: dict[str, Any],
    count: int | None,
    maximum: int | None,
    said: Imported,
) -> dict[str, Any]:
    section = section_of(module, name)
    if section:
        kwargs = translated(section, kwargs, ARGUMENTS, said, by_code=True)
    else:
        kwargs = _usable(kwargs, said)
    if "security" in kwargs:
        said.notes.append(f"{ARGUMENTS}.security: encryption is left to this setting.")
    description = "From the settings of dask-labextension"
    data = class_entries(name, description, module, name, kwargs, NAME, said)
    default = 1 if count is None else count
    if count is None:
        said.notes.append(
            f"{DEFAULT}.workers: the form starts with 1 worker; without a number, "
            "dask-labextension left it to the class."
        )
    most = max(MAXIMUM if maximum is None else maximum, default, 1)
    workers = {"title": "Workers", "default": default, "minimum": 0, "maximum": most}
    workers |= {"keyword": "n_workers"} if is_local(module, name) else {"scale": "workers"}
    return data | {"kwargs": kwargs, "workers": workers}


def _mapping(value: Any, where: str, said: Imported) -> dict[str, Any]:
    """Return a copy of a mapping of settings, an empty one where there is none."""
    if isinstance(value, dict):
        return {**value}
    if not is_empty(value):
        said.left_out.append(f"{where}: this is {described(value)}, without settings.")
    return {}


def _is_name(value: Any) -> bool:
    return (
        isinstance(value, str)
        and IDENTIFIER.fullmatch(value) is not None
        and not keyword.iskeyword(value)
    )


def _workers(default: dict[str, Any], kwargs: dict[str, Any], said: Imported) -> int | None:
    """Return how many workers a cluster has at first, None where that is not set."""
    count = _count(default.pop("workers", None), f"{DEFAULT}.workers", said)
    own = _count(kwargs.pop("n_workers", None), f"{ARGUMENTS}.n_workers", said)
    if None not in (count, own) and count != own:
        said.left_out.append(
            f"{ARGUMENTS}.n_workers: {DEFAULT}.workers is set, too, and comes last."
        )
    return own if count is None else count


def _maximum(default: dict[str, Any], said: Imported) -> int | None:
    """Return how many workers adaptive scaling may start, None where that is not set."""
    adapt = default.pop("adapt", None)
    if is_empty(adapt):
        return None
    said.left_out.append(
        f"{DEFAULT}.adapt: users choose adaptive scaling in the form; its maximum bounds the "
        "number of workers."
    )
    bounds = _mapping(adapt, f"{DEFAULT}.adapt", said)
    return _count(bounds.get("maximum"), f"{DEFAULT}.adapt.maximum", said)


def _count(value: Any, where: str, said: Imported) -> int | None:
    number = values.whole(value)
    if number is None and not is_empty(value):
        said.left_out.append(f"{where}: {values.shown(value)} is not a whole number from 0 up.")
    return number


def _usable(kwargs: dict[str, Any], said: Imported) -> dict[str, Any]:
    """Return the arguments of any class that a platform file can hold."""
    result = {}
    for name, value in kwargs.items():
        try:
            result[name] = _argument(name, value)
        except UnusableError as error:
            said.left_out.append(f"{ARGUMENTS}.{name}: {error}")
            continue
        said.notes += [f"{ARGUMENTS}.{name}: {one}" for one in values.unreplaced(value)]
    return result


def _argument(name: str, value: Any) -> Any:
    # In kwargs, the names of expressions would make all of it one. Only {env: …} holds anything.
    if not _is_name(name) or name in set(KINDS) - {"env"}:
        raise UnusableError("a platform file cannot have an argument of this name.")
    if value is None:
        raise UnusableError("null is not passed, so the default of the class applies.")
    return values.plain(value)
