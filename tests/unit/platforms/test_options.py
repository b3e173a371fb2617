"""The options and the number of workers, checked on the server."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import pytest
from fakes import site

from jupyter_cluster_launcher.errors import BadInputError
from jupyter_cluster_launcher.models import Adapt, Scaling
from jupyter_cluster_launcher.platforms import options
from jupyter_cluster_launcher.platforms.checking import checks

OPTIONS: dict[str, Any] = {
    "memory": {"type": "string", "title": "Memory", "default": "4GB", "pattern": "^[0-9]+GB$"},
    "account": {"type": "string", "title": "Account", "maxLength": 10},
    "cores": {"type": "integer", "title": "Cores", "minimum": 1, "maximum": 8, "default": 2},
    "share": {"type": "number", "title": "Share"},
    "nanny": {"type": "boolean", "title": "Nanny", "default": True},
    "kind": {"type": "string", "title": "Kind", "enum": ["small", "large"]},
    "lines": {"type": "array", "title": "Lines", "items": {"type": "string"}},
    "tags": {"type": "array", "title": "Tags", "default": ["a"]},
    "labels": {"type": "object", "title": "Labels"},
    "logs": {"type": "string", "title": "Logs", "as": "path"},
}
PLATFORM = site(options=OPTIONS)
SCALING = Scaling("Workers", "workers", 1, 8)


def check(given: Any) -> dict[str, Any]:
    return options.check_options(PLATFORM, given)


def sentence(error: pytest.ExceptionInfo[BadInputError]) -> str:
    text = str(error.value)
    assert text[0].isupper()
    assert text.endswith(".")
    assert len(text) < 400
    return text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, {}),
        ({}, {}),
        ({"cores": 4}, {"cores": 4}),
        ({"cores": 4.0}, {"cores": 4}),
        ({"cores": 2, "memory": "4GB", "nanny": True}, {}),
        ({"account": "", "share": None, "lines": None}, {}),
        ({"memory": "", "cores": None, "nanny": None}, dict.fromkeys(("memory", "cores", "nanny"))),
        ({"nanny": False}, {"nanny": False}),
        ({"share": 0}, {"share": 0}),
        ({"lines": []}, {}),
        ({"tags": []}, {"tags": []}),
        ({"logs": "~/logs"}, {"logs": os.path.expanduser("~/logs")}),
        ({"logs": "logs/~"}, {"logs": "logs/~"}),
        ({"account": "größe 日本"}, {"account": "größe 日本"}),
        ({"account": "\"'{}\\$(x)"}, {"account": "\"'{}\\$(x)"}),
    ],
)
def test_only_what_differs_is_kept(given: Any, kept: dict[str, Any]) -> None:
    """Guards against create code that is not the recipe because the form sent its defaults."""
    assert check(given) == kept
    assert [type(value) for value in check(given).values()] == [type(v) for v in kept.values()]


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"logs": "~nosuchuser/x"}, "there is no user 'nosuchuser' here"),
        ({"coers": 1}, "has no option 'coers'"),
        ({"x" * 10_000: 1}, "has no option"),
        ({"security": False}, "has no option 'security'"),
        ({"cores": "4"}, "Cores: must be of type integer"),
        ({"cores": 4.5}, "Cores: must be of type integer"),
        ({"cores": True}, "Cores: must be of type integer"),
        ({"cores": 0}, "Cores: must be at least 1"),
        ({"cores": 9}, "Cores: must be at most 8"),
        ({"cores": [4]}, "Cores: must be of type integer"),
        ({"nanny": 1}, "Nanny: must be of type boolean"),
        ({"memory": "plenty"}, "'plenty' does not have the expected format"),
        ({"memory": "x" * 10_000}, "does not have the expected format"),
        ({"account": "x" * 11}, "Account: must have at most 10 characters"),
        ({"kind": "huge"}, "Kind: must be one of small, large"),
        ({"lines": ["a", 1]}, "Lines: must be of type string"),
        ({"lines": "a"}, "Lines: must be of type array"),
    ],
)
def test_what_cannot_be_used_is_refused(given: Any, word: str) -> None:
    """Guards against a server that believes the browser, and an error that helps no user."""
    with pytest.raises(BadInputError) as error:
        check(given)
    assert word in sentence(error)


@pytest.mark.parametrize("character", list("\n\r\t\x00\x1b\x7f\x85\u2028\u2029\ud800"))
@pytest.mark.parametrize("place", ["text", "in a list", "in an object", "name in an object"])
def test_no_value_starts_a_line(character: str, place: str) -> None:
    """Guards against a value that becomes a directive of its own in a job script."""
    text = f"a{character}b"
    given = {
        "text": {"account": text},
        "in a list": {"lines": ["fine", text]},
        "in an object": {"labels": {"a": {"b": [text]}}},
        "name in an object": {"labels": {text: 1}},
    }[place]
    with pytest.raises(BadInputError, match="line breaks and control characters"):
        check(given)


@pytest.mark.parametrize("text", ["1e999", "-1e999", "1" + "0" * 400, "-9007199254740993"])
@pytest.mark.parametrize("place", ['{"share": %s}', '{"labels": {"a": [%s]}}'])
def test_no_number_beyond_what_json_can_hold(text: str, place: str) -> None:
    """Guards against `inf` in code, and against a number that JSON Schema cannot divide.

    Python reads 1e999 as infinite, and whole numbers of any length.
    """
    with pytest.raises(BadInputError, match="too large"):
        check(json.loads(place % text))


def test_options_that_an_engine_declares() -> None:
    """Guards against a gateway's own options being refused, or going unchecked."""
    discovered = {"profile": {"type": "string", "title": "Profile", "enum": ["a", "b"]}}
    assert options.check_options(PLATFORM, {"profile": "b"}, discovered) == {"profile": "b"}
    with pytest.raises(BadInputError, match="one of a, b"):
        options.check_options(PLATFORM, {"profile": "c"}, discovered)


def test_options_that_nobody_chose() -> None:
    """Guards against what an engine or a partition supplies being taken for the user's choice."""
    platform = site(
        options={
            "queue": {"title": "Queue", "type": "string", "default": ""},
            "walltime": {"title": "Time", "type": "string", "default": "01:00:00"},
            "interface": {"title": "Interface", "type": "string", "default": ""},
        }
    )
    short = {"value": "debug", "sets": {"walltime": {"default": "00:05:00"}}}
    found = {
        "queue": {**platform.options["queue"], "choices": [short]},
        "interface": {**platform.options["interface"], "default": "ib0"},
    }

    def own(**given: str) -> tuple[str, ...]:
        return options.own_options(platform, options.check_options(platform, given, found), found)

    assert options.check_options(platform, {}, found) == {"interface": "ib0"}
    assert own() == ()
    assert own(queue="debug") == ("queue",)
    assert own(queue="debug", walltime="00:02:00", interface="lo") == (
        "queue", "walltime", "interface",
    )  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), [(1, 1), (8, 8), (3.0, 3)])
def test_workers(given: Any, expected: int) -> None:
    """Guards against a default or a bound that is off by one."""
    workers = options.check_workers(SCALING, given)
    assert (workers, type(workers)) == (expected, int)


NOT_COUNTS = [0, 9, -1, 10**400]


@pytest.mark.parametrize("given", NOT_COUNTS, ids=lambda given: repr(given)[:10])
def test_workers_that_cannot_be(given: Any) -> None:
    """Guards against a cluster without bounds."""
    with pytest.raises(BadInputError) as error:
        options.check_workers(SCALING, given)
    assert sentence(error) == "Workers must be a whole number from 1 to 8."


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"maximum": 4}, Adapt(0, 4)),
        ({"minimum": 2, "maximum": 2}, Adapt(2, 2)),
        ({"minimum": 0, "maximum": 8}, Adapt(0, 8)),
    ],
)
def test_adapt(given: Any, expected: Adapt | None) -> None:
    """Guards against adapting that cannot go down to nothing."""
    assert options.check_adapt("Site", SCALING, given) == expected


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"maximum": 0}, "from 1 to 8"),
        ({"maximum": 9}, "from 1 to 8"),
        ({"minimum": -1, "maximum": 4}, "minimum must be"),
        ({"minimum": 4, "maximum": 3}, "must not be above"),
    ],
)
def test_adapt_that_cannot_be(given: Any, word: str) -> None:
    """Guards against adaptive scaling without a limit, which grows to thousands of workers."""
    with pytest.raises(BadInputError) as error:
        options.check_adapt("Site", SCALING, given)
    assert word in sentence(error)


def test_a_platform_that_cannot_adapt() -> None:
    """Guards against a cluster that silently stays as it is."""
    with pytest.raises(BadInputError, match="cannot adapt"):
        options.check_adapt("Site", replace(SCALING, adaptive=False), {"maximum": 2})


@pytest.mark.parametrize(
    "given", ["a", "  Flow model, run #3 (b) ", "größe/日本", "हिन्दी", "x" * 60]
)
def test_names(given: str) -> None:
    """Guards against a name that is changed without notice."""
    assert options.check_name(given) == given.strip()


@pytest.mark.parametrize(
    "given",
    ["", "   ", "x" * 61, "x" * 10_000, 'a"b', "a'b", "a\nb", "a\tb", "<b>a</b>", "a\u202eb",
     "a\x00", "$(x)", "`x`", "a\\b", "a;b"],
)  # fmt: skip
def test_names_that_cannot_be(given: Any) -> None:
    """Guards against a name that breaks a page, a shell, or a job script."""
    with pytest.raises(BadInputError, match="A name must have 1 to 60 characters"):
        options.check_name(given)


def test_a_pattern_that_takes_for_ever() -> None:
    """Guards the server, which would wait: the pattern is an administrator's, the text a user's."""
    slow = site(options={"name": {"type": "string", "title": "Name", "pattern": "^(x|xx)+$"}})
    assert options.check_options(slow, {"name": "xxx"}) == {"name": "xxx"}
    with pytest.raises(BadInputError) as error:
        options.check_options(slow, {"name": f"{'x' * 80}y"})
    assert sentence(error) == f"Name: '{'x' * 60}' takes too long to check. Shorten it."


CHOICE = {"value": "debug", "sets": {"time": {"default": "5", "description": None}, "no": {"a": 1}}}
DEPENDENT: dict[str, Any] = {
    "queue": {"type": "string", "title": "Queue", "choices": [CHOICE]},
    "time": {"type": "string", "title": "Time", "default": "60", "description": "At most 60"},
}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"queue": "other"}, {"queue": "other"}),
        ({"queue": "debug"}, {"queue": "debug", "time": "5"}),
        ({"queue": "debug", "time": "60"}, {"queue": "debug"}),
        ({"queue": "debug", "time": None}, {"queue": "debug", "time": None}),
    ],
)
def test_a_choice_that_sets_others(given: Any, kept: dict[str, Any]) -> None:
    """Guards against a default that the chosen queue does not allow."""
    assert options.check_options(site(options=DEPENDENT), given) == kept
    assert "description" not in options.refined(DEPENDENT, {"queue": "debug"})["time"]


@pytest.mark.parametrize(
    "sets", [{"nowhere": {"default": 1}}, {"time": {"default": 1}}, {"time": {"pattern": "("}}]
)
def test_a_choice_that_sets_what_cannot_be(sets: Any) -> None:
    """Guards against a platform file that breaks the form, or the server, with one choice."""
    queue = {**DEPENDENT["queue"], "choices": [{"value": "debug", "sets": sets}]}
    assert checks.problem(site(options={**DEPENDENT, "queue": queue})) is not None
