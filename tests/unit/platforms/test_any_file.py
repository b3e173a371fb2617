"""Platform files at random: whatever one holds, the others are listed."""

from __future__ import annotations

import copy
import datetime
import json
import tempfile
from pathlib import Path
from typing import Any

import yaml
from fakes import SITE, context, write_platform
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_cluster_launcher.backends import Backends
from jupyter_cluster_launcher.models import Adapt
from jupyter_cluster_launcher.platforms import files
from jupyter_cluster_launcher.platforms.code import codegen
from jupyter_cluster_launcher.server.serializers import platform_view

NAMES = st.sampled_from(
    ["a", "b", "n_workers", "os", "cluster", "max", "class", "None", "x y", "a\n", "__debug__"]
)
TEXTS = st.sampled_from(["", "x", "~/lib", '"', "\\", "{", "a\nb", "\x1b[0m", "é", "\x7f", "4GB"])
NUMBERS = st.sampled_from([0, 1, 2, -1, 0.5, 1e300, float("nan"), float("inf"), 2**70])
EXPRESSIONS = st.one_of(
    st.fixed_dictionaries({"env": NAMES}, optional={"else": TEXTS | st.none()}),
    st.fixed_dictionaries({"cpus": st.sampled_from(["all", "shared", "usable", "affinity"])}),
    st.fixed_dictionaries({"folder": st.sampled_from(["/", "~", "/no/such"])}),
    st.fixed_dictionaries({"option": NAMES}),
    st.fixed_dictionaries({"variable": NAMES}),
    st.fixed_dictionaries(
        {"join": st.lists(TEXTS | st.fixed_dictionaries({"variable": NAMES}), max_size=2)}
    ),
)
LEAVES = (
    EXPRESSIONS
    | TEXTS
    | NUMBERS
    | st.none()
    | st.booleans()
    | st.sampled_from([datetime.date(2024, 1, 31), {"a"}, b"x"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=3,
)
COUNTS = st.sampled_from([0, 1, 4, {"cpus": "usable"}, {"cpus": "all"}])
OPTIONS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["string", "integer", "number", "boolean", "array", "object"]),
        "title": st.just("T") | TEXTS,
    },
    optional={
        "as": st.sampled_from(["path", "environ"]),
        "default": VALUES,
        "enum": st.lists(VALUES, max_size=2),
        "pattern": st.sampled_from(["^a$", "[", "(a+)+$"]),
        "items": st.fixed_dictionaries({"type": st.just("string")}),
        "maximum": NUMBERS,
        "$ref": st.just("#/definitions/a"),
    },
)
ENTRIES: dict[str, st.SearchStrategy[Any]] = {
    "title": TEXTS,
    "description": TEXTS,
    "order": NUMBERS,
    "detect": st.fixed_dictionaries({}, optional={"host": TEXTS, "commands": st.lists(TEXTS)}),
    "requires": st.fixed_dictionaries(
        {}, optional={"modules": st.lists(NAMES), "commands": st.lists(TEXTS)}
    ),
    "module": st.sampled_from(["a", "a.b", "dask.distributed", "a.class", "os"]),
    "import_as": NAMES,
    "import_error": TEXTS,
    "class": NAMES,
    "function": NAMES,
    "method": NAMES,
    "returns": st.lists(st.sampled_from(["client", "cluster"]), max_size=2, unique=True),
    "sys_path": VALUES,
    "variables": st.dictionaries(NAMES, VALUES, max_size=2),
    "before": st.lists(
        st.fixed_dictionaries(
            {"function": NAMES}, optional={"kwargs": st.dictionaries(NAMES, VALUES, max_size=2)}
        ),
        max_size=2,
    ),
    "kwargs": st.dictionaries(NAMES, VALUES, max_size=2),
    "tls": st.booleans(),
    "encryption": st.sampled_from(["argument", "configuration", "always"]),
    "connect": st.sampled_from(["scheduler", "gateway", "name"]),
    "batch": TEXTS,
    "adaptive": st.booleans(),
    "timeout": NUMBERS,
    "cost": st.fixed_dictionaries({"per_core_hour": NUMBERS, "currency": TEXTS}),
    "workers": st.fixed_dictionaries(
        {"default": COUNTS, "maximum": COUNTS},
        optional={
            "title": TEXTS, "minimum": COUNTS, "implied": COUNTS, "keyword": NAMES,
            "scale": st.sampled_from(["workers", "jobs"]), "from": NAMES, "less": NUMBERS,
            "times": NAMES, "implied_unless": st.lists(NAMES, max_size=1),
        },
    ),
    "options": st.dictionaries(NAMES, OPTIONS, max_size=2),
    "options_from": st.just("gateway"),
}  # fmt: skip
CLASS = st.just(SITE)
FUNCTION = st.just({k: "start" if k == "class" else v for k, v in SITE.items()}).map(
    lambda data: {"function" if k == "class" else k: v for k, v in data.items()}
)


@st.composite
def platform_files(draw: st.DrawFn) -> Any:
    """Draw the content of a file: a valid one with a few entries replaced, and perhaps spoiled."""
    data: Any = copy.deepcopy(draw(CLASS | FUNCTION))
    for name in draw(st.lists(st.sampled_from(sorted(ENTRIES)), max_size=3, unique=True)):
        data[name] = draw(ENTRIES[name])
    if draw(st.integers(0, 3)) == 0:  # something anywhere is something else
        place = data
        while isinstance(place, dict) and place:
            key = draw(st.sampled_from(sorted(place, key=str)))
            if not isinstance(place[key], dict) or draw(st.booleans()):
                place[key] = draw(VALUES)
                break
            place = place[key]
    return data


def check_that_it_works(platform: files.Platform) -> None:
    """Make the code and the view of a platform that was accepted."""
    view = platform_view(platform, Backends(context()).for_platform(platform), None, False)
    json.dumps(view, allow_nan=False).encode()
    workers = view["workers"]
    assert workers["minimum"] <= workers["default"] <= workers["maximum"]
    for workers in (None, 0, 1, platform.workers["maximum"]):
        compile(codegen.create(platform, workers=workers), "create", "exec")
    compile(codegen.create(platform, adapt=Adapt(0, 4)), "create", "exec")
    assert isinstance(platform.library_folder, str | None)


def check(text: str) -> bool:
    """Find a file with this text beside a good one, and return whether it was accepted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_platform(folder, "good")
        (folder / "any.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
        found, faults = files.find([name])
    names = {platform.name for platform in found}
    assert "good" in names
    assert ("any" in names) != bool(faults)
    for fault in faults:
        assert str(fault).isprintable()
    for platform in found:
        check_that_it_works(platform)
    return "any" in names


FEW = settings(
    max_examples=250, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@FEW
@given(platform_files())
def test_any_content(data: Any) -> None:
    """Guards against a file that is listed and cannot be launched, or that breaks the list."""
    check(yaml.safe_dump(data, sort_keys=False))


@FEW
@given(st.text(st.sampled_from("abn: \n-[]{}&*!#'\"|>?,%@`1.~<\t\0\ud800é")))
def test_any_text(text: str) -> None:
    """Guards against an error that PyYAML does not call one of its own."""
    assert not check(text)
