"""Values and expressions as Python text."""

from __future__ import annotations

import ast
import datetime
import os
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jupyter_cluster_launcher.platforms import cpus
from jupyter_cluster_launcher.platforms.code.expressions import (
    LINE,
    Plain,
    Scope,
    Variables,
    call,
    expression,
    literal,
)

# What JSON can carry and `options` lets through.
DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@settings(deadline=None, database=None)
@given(DATA)
@example('"; import os; "')
@example('\\"')
@example("{x}\x7f\N{RIGHT-TO-LEFT OVERRIDE}\ufeff\U0001f600")
@example([1.0, 1, True, "1", None, {}, []])
def test_a_literal_means_what_it_was(value: Any) -> None:
    """Guards against a value that ends its string, and one that comes back as another type."""
    assert repr(ast.literal_eval(literal(value))) == repr(value)


@settings(deadline=None, database=None)
@given(st.dictionaries(st.sampled_from(["env", "variable", "option", "join", "cpus"]), DATA))
def test_plain_values_are_no_expressions(value: dict[str, Any]) -> None:
    """Guards against data that is taken for an expression because it looks like one."""
    assert ast.literal_eval(expression(Plain(value), Scope())) == value


@pytest.mark.parametrize("value", [{1, 2}, object(), b"x", datetime.date(2024, 1, 1)])
def test_what_is_no_data_is_refused(value: Any) -> None:
    """Guards against the text of some object standing in code."""
    with pytest.raises(TypeError, match="not plain data"):
        literal(value)


@pytest.mark.parametrize(
    ("value", "text", "result"),
    [
        ({"env": "ACCOUNT"}, 'os.environ.get("ACCOUNT")', "water"),
        ({"env": "OTHER", "else": "no\"ne"}, 'os.environ.get("OTHER", "no\\"ne")', 'no"ne'),
        ({"env": "OTHER", "else": None}, 'os.environ.get("OTHER")', None),
        ({"cpus": "all"}, "os.cpu_count()", 8),
        ({"cpus": "shared"}, "max(1, os.cpu_count() // 3)", 2),
        ({"option": "memory"}, '"4GB"', "4GB"),
        ({"option": "unset"}, "None", None),
        ({"option": "account"}, 'os.environ.get("ACCOUNT")', "water"),
        ({"variable": "region"}, "region", "us-west-2"),
        ({"join": ["s3.", {"variable": "region"}]}, 'f"s3.{region}"', "s3.us-west-2"),
        ({"join": ["{}", '"\\']}, 'f"{{}}\\"\\\\"', '{}"\\'),
        ({"a": [{"env": "ACCOUNT"}]}, '{"a": [os.environ.get("ACCOUNT")]}', {"a": ["water"]}),
    ],
)  # fmt: skip
def test_expressions(value: Any, text: str, result: Any) -> None:
    """Guards against an expression of the platform format that means something else in code."""
    scope = Scope(3, {"memory": "4GB", "account": {"env": "ACCOUNT"}})
    assert expression(value, scope) == text
    with patch.dict("os.environ", {"ACCOUNT": "water"}), patch("os.cpu_count", return_value=8):
        assert eval(text, {"os": os, "region": "us-west-2"}) == result


@pytest.mark.parametrize("names", [[], ["A"], ["A", "B"], ["A", "B", "C"]])
def test_environment_variables_by_name(names: list[str]) -> None:
    """Guards against ("A") being taken for letters, and against failing where one is not set."""
    text = expression(Variables(names), Scope())
    with patch.dict("os.environ", {"A": "1", "B": "2"}, clear=True):
        assert eval(text, {"os": os}) == {n: {"A": "1", "B": "2"}[n] for n in names if n != "C"}


def test_counts_of_the_server_are_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a count that only the form can show, and a launch that fails with it."""
    monkeypatch.setattr(cpus, "usable", lambda: 3)
    monkeypatch.setattr(cpus, "affinity", lambda: 5)
    assert expression({"a": [{"cpus": "usable"}, {"cpus": "affinity"}]}, Scope()) == '{"a": [3, 5]}'


def test_calls_are_broken_where_they_are_long() -> None:
    """Guards against a line that runs out of the notebook, and a call that is no longer one."""
    short = call("f", {"a": "1", "b": "2"}, "x = ")
    assert short == "x = f(a=1, b=2)"
    assert call("f", {}) == "f()"
    long = call("f", {f"argument_{number}": "1" for number in range(9)}, "x = ")
    assert long.startswith("x = f(\n    argument_0=1,\n")
    assert long.endswith(",\n)")
    assert max(map(len, long.split("\n"))) <= LINE
    ast.parse(long)
