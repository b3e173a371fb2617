"""The content of a valid platform file, as types; ``schema.json`` describes the same in words.

The classes that begin with an underscore hold the keys that must be there: Python 3.10 cannot mark
single keys. Types in functional form have keys that are Python keywords.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict

# Plain data or an expression of the platform format, nested as deep as its author likes.
Value: TypeAlias = Any
Kwargs: TypeAlias = dict[str, Value]
Names: TypeAlias = list[str]


class Cpus(TypedDict):
    """A number of CPUs, counted where it is needed."""

    cpus: Literal["all", "shared", "usable", "affinity", "processes"]


Count: TypeAlias = int | Cpus


class Detect(TypedDict, total=False):
    """What marks the host of a platform."""

    env: dict[str, str]
    dask: dict[str, str]
    host: str
    commands: Names


class Requires(TypedDict, total=False):
    """What a platform cannot work without."""

    modules: Names
    commands: Names
    env: Names


class Expects(TypedDict, total=False):
    """What is usually there where a platform works well."""

    env: dict[str, str]


class _Step(TypedDict):
    function: str


class Step(_Step, total=False):
    """A call that comes before the cluster is made."""

    kwargs: Kwargs


class Cost(TypedDict):
    """The price of a core."""

    per_core_hour: float
    currency: str


class Limits(TypedDict, total=False):
    """What each user may have."""

    clusters: int
    workers: int
    core_hours: float


class _Bounds(TypedDict):
    maximum: int


class Bounds(_Bounds, total=False):
    """The bounds of adaptive scaling."""

    minimum: int


class _Preset(TypedDict):
    name: str


class Preset(_Preset, total=False):
    """A launch with a name."""

    workers: int
    adapt: Bounds
    options: dict[str, Value]


class _WorkersField(TypedDict):
    default: Count
    maximum: Count


_From = TypedDict("_From", {"from": str}, total=False)


class WorkersField(_WorkersField, _From, total=False):
    """The field for the number of workers, as it stands in the file."""

    title: str
    minimum: Count
    suggested: Count
    keyword: str
    scale: Literal["workers", "jobs"]
    less: int
    times: str
    implied: Count
    implied_unless: Names


class _Workers(TypedDict):
    title: str
    default: int
    minimum: int
    maximum: int


class Workers(_Workers, _From, total=False):
    """The field for the number of workers, with its counts resolved for this machine."""

    keyword: str
    scale: Literal["workers", "jobs"]
    less: int
    times: str
    implied: int
    implied_unless: Names
    suggested: int


_As = TypedDict("_As", {"as": Literal["environ", "path"]}, total=False)


class _Choice(TypedDict):
    value: str


class Choice(_Choice, total=False):
    """A value to choose, and what it changes in the schemas of other options."""

    title: str
    sets: dict[str, dict[str, Value]]


class _Option(TypedDict):
    type: Literal["string", "integer", "number", "boolean", "array", "object"]
    title: str


class Option(_Option, _As, total=False):
    """An option: a JSON Schema, which may have any other key of JSON Schema, too."""

    description: str
    suggested: bool
    choices: list[Choice]
    advanced: bool
    default: Value


_Class = TypedDict("_Class", {"class": str}, total=False)


class _PlatformFile(TypedDict):
    version: Literal[1]
    title: str
    module: str
    workers: WorkersField


class PlatformFile(_PlatformFile, _Class, total=False):
    """One platform file."""

    description: str
    hidden: bool
    order: int
    detect: Detect
    listed: Literal["always", "detected"]
    requires: Requires
    expects: Expects
    reasons: dict[str, str]
    import_as: str
    import_error: str
    function: str
    method: str
    returns: list[Literal["client", "cluster"]]
    sys_path: Value
    variables: dict[str, Value]
    before: list[Step]
    kwargs: Kwargs
    tls: bool
    kind: str
    encryption: Literal["argument", "configuration", "always"]
    connect: Literal["scheduler", "gateway", "name"]
    batch: str
    adaptive: bool
    timeout: float
    cost: Cost
    limits: Limits
    presets: list[Preset]
    options: dict[str, Option]
    options_from: Literal["gateway"]
