"""No text from a user can become code."""

from __future__ import annotations

import ast
import json
import os
from pathlib import Path
from typing import Any

import pytest
from fakes import backend, site
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jupyter_cluster_launcher.errors import BadInputError
from jupyter_cluster_launcher.platforms import files, options
from jupyter_cluster_launcher.platforms.code import codegen

TYPES: dict[str, tuple[dict[str, Any], Any]] = {
    "text": ({"type": "string", "title": "T", "default": "a"}, st.text()),
    "whole": ({"type": "integer", "title": "T", "default": 1}, st.integers()),
    "number": ({"type": "number", "title": "T", "default": 0.5}, st.floats()),
    "flag": ({"type": "boolean", "title": "T", "default": True}, st.booleans()),
    "texts": (
        {"type": "array", "title": "T", "default": ["a"], "items": {"type": "string"}},
        st.lists(st.text()),
    ),
    "anything": (
        {"type": "object", "title": "T", "default": {"a": 1}},
        st.dictionaries(
            st.sampled_from(["env", "variable", "option", "join", "cpus", "environ"]) | st.text(),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
                max_leaves=4,
            ),
            max_size=2,
        ),
    ),
}
NASTY = site(options={name: schema for name, (schema, _) in TYPES.items()})


def shape(code: str) -> tuple[str, dict[str, Any]]:
    """Return code with the options' values taken out, and these values."""
    tree = ast.parse(code)
    values = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in TYPES:
            values[node.arg] = ast.literal_eval(node.value)
            node.value = ast.Constant(None)
    return ast.dump(tree), values


@settings(deadline=None, max_examples=300, database=None)
@given(st.fixed_dictionaries({}, optional={name: values for name, (_, values) in TYPES.items()}))
@example({"text": "os.remove"})
@example({"text": "\\", "texts": ['"', "'", "{}", "\\N{DASH}", "#"]})
def test_values_stay_values(given: dict[str, Any]) -> None:
    """Guards against a value that ends its string and goes on as code, or is an expression."""
    try:
        chosen = options.check_options(NASTY, given)
    except BadInputError:
        return
    code, values = shape(codegen.create(NASTY, chosen, workers=3))
    defaults = {name: schema["default"] for name, (schema, _) in TYPES.items()}
    emptied = {name: None for name, value in chosen.items() if value is None}
    assert values == {k: v for k, v in {**defaults, **chosen}.items() if k not in emptied}
    assert code == shape(codegen.create(NASTY, emptied, workers=3))[0]


@pytest.mark.parametrize(
    "value",
    [{"variable": "__import__('os').abort()"}, {"env": "HOME"}, {"option": "text"},
     {"join": [{"variable": "text"}]}, {"environ": ["HOME"]}, {"cpus": "all"}],
)  # fmt: skip
def test_expressions_are_the_administrators(value: dict[str, Any]) -> None:
    """Guards against a user, or a gateway, that writes an expression of the platform format."""
    chosen = options.check_options(NASTY, {"anything": value})
    code = codegen.create(NASTY, chosen)
    assert shape(code)[1]["anything"] == value
    discovered = {"labels": {"type": "object", "title": "L", "default": value}}
    (node,) = [
        keyword.value
        for keyword in ast.walk(ast.parse(codegen.create(site(), discovered=discovered)))
        if isinstance(keyword, ast.keyword) and keyword.arg == "labels"
    ]
    assert ast.literal_eval(node) == value


@settings(deadline=None, database=None)
@given(st.text(min_size=1))
def test_names_stay_text(name: str) -> None:
    """Guards against code from the name of another's cluster on the same gateway."""
    try:
        checked = options.check_name(name)
    except BadInputError:
        return
    tree = ast.parse(backend("gateway").join_code(checked))
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert texts == [checked]


def test_a_path_at_home() -> None:
    """Guards against a folder that is called ~, which dask-jobqueue makes of such a text."""
    logs = {"type": "string", "title": "Logs", "as": "path", "default": "~/logs"}
    code = codegen.create(site(options={"logs": logs}))
    assert f'logs="{os.path.expanduser("~")}/logs"' in code
    code = codegen.create(site(options={"logs": logs}), {"logs": "~/other"})
    assert f'logs="{os.path.expanduser("~")}/other"' in code


def test_arguments_may_have_the_names_of_expressions(tmp_path: Path) -> None:
    """Guards against a file that breaks the list of platforms: many classes take ``env``."""
    given = {"env": {"DEBUG": "1"}, "folder": "~/tides", "option": [1], "variable": "x"}
    earlier = {"join": "a", "cpus": 3}
    step = {"function": "begin", "kwargs": earlier}
    (tmp_path / "birch.yaml").write_text(
        json.dumps(
            {
                "version": 1, "title": "Birch", "module": "birch", "class": "BirchCluster",
                "import_as": "birch", "before": [step], "kwargs": given,
                "workers": {"keyword": "n_workers", "default": 1, "maximum": 2}, "options": {},
            }
        )
    )  # fmt: skip
    (platform,), faults = files.find([str(tmp_path)])
    assert not faults
    calls = [node for node in ast.walk(ast.parse(codegen.create(platform, workers=1)))
             if isinstance(node, ast.Call)]  # fmt: skip
    passed = {one.arg: ast.literal_eval(one.value) for call in calls for one in call.keywords}
    expected = {**given, **earlier}
    assert {name: passed.get(name) for name in expected} == expected
