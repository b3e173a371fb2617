"""Requests checked against the contract: each refusal is one sentence that says what to change."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_cluster_launcher.errors import BadInputError
from jupyter_cluster_launcher.server import contract

NAME = "must be 1 to 60 characters: letters, digits, spaces, and # ( ) + , - . / : @ _."
IDLE = "idle_timeout must be a number of seconds from 10 to 2592000 (30 days), or null."
BODY = "The body of the request"
DEEP = f"{BODY} must be nested at most 32 levels deep."
ADAPT = "adapt must be an object with a maximum and, if needed, a minimum number of workers."
FIELDS = (
    "The body of the request must be a JSON object with any of platform, from, preset, workers, "
    "adapt, options, tls, kernel_name, cwd, name, keep_running, idle_timeout, core_hours, "
    "renew_for, adopt."
)
LAUNCHES: list[tuple[dict[str, Any], str]] = [
    ({"worker": 3}, f"There is no field 'worker'. {FIELDS}"),
    ({"idle_timeout": 5}, IDLE),
    ({"idle_timeout": 3e9}, IDLE),
    ({"cwd": None}, "cwd must be a string."),
    ({"name": None}, f"name {NAME}"),
    ({"name": "a\tb"}, f"name {NAME}"),
    (
        {"adopt": "x" * 4097},
        "adopt must be the id of a discovered cluster, the address of a scheduler, or the path of "
        "its file.",
    ),
    ({"kernel_name": 3}, "kernel_name must be a string, or null."),
    ({"workers": "3"}, "workers must be a whole number, 0 or more."),
    ({"workers": -1}, "workers must be a whole number, 0 or more."),
    ({"tls": "no"}, "tls must be true or false, or null."),
    ({"options": []}, "options must be a JSON object, or null."),
    ({"adapt": True}, ADAPT),
    ({"adapt": {}}, "adapt.maximum is missing. It must be a whole number, 1 or more."),
    ({"adapt": {"maximum": 2, "a": 1}}, f"There is no field 'adapt.a'. {ADAPT}"),
    ({"adapt": {"maximum": "2"}}, "adapt.maximum must be a whole number, 1 or more."),
]
ONE = (
    "The body of the request must be a JSON object with exactly one of workers, adapt, name, "
    "keep_running, idle_timeout, renew_for, keep."
)


def refusal(body: Any, path: str = "/clusters", verb: str = "post") -> str:
    """Return the sentence with which a body is refused."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(BadInputError) as error:
        contract.check_body(path, verb, sent)
    return str(error.value)


@pytest.mark.parametrize(("fields", "sentence"), LAUNCHES)
@pytest.mark.parametrize("path", ["/clusters", "/code", "/check"])
def test_launches(path: str, fields: dict[str, Any], sentence: str) -> None:
    """Guards against an answer that does not name the field, or speaks of schemas and types."""
    assert refusal({"platform": "local", **fields}, path) == sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, ONE),
        ({"workers": 1, "keep": True}, ONE),
        ({"state": "closed"}, f"There is no field 'state'. {ONE}"),
        ({"keep": None}, "keep must be true or false."),
        ({"adapt": None}, ADAPT),
    ],
)
def test_changes(body: Any, sentence: str) -> None:
    """Guards against two changes of which one is made, and against none that seems to be made."""
    assert refusal(body, "/clusters/{cluster_id}", "patch") == sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", f"{BODY} is empty. It must be a JSON object."),
        (b"{", f"{BODY} is not valid JSON: see line 1, column 2."),
        (b'{"name":\n local}', f"{BODY} is not valid JSON: see line 2, column 2."),
        (b'{"name": "\xff"}', f"{BODY} must be encoded as UTF-8."),
        (b'{"platform": NaN}', f"{BODY} is not valid JSON: NaN is no number there."),
        (b'{"workers": -Infinity}', f"{BODY} is not valid JSON: -Infinity is no number there."),
        (b"[" * 100_000, DEEP),
        (b'{"options": ' + b"[" * 10_000 + b"]" * 10_000 + b"}", DEEP),
        (b"[" * 33 + b"]" * 33, DEEP),
        (b"9" * 5000, f"{BODY} contains a number that is too long."),
    ],
)
def test_what_is_not_json(body: bytes, sentence: str) -> None:
    """Guards against a server error for text that cannot be read, or only by deep recursion."""
    assert refusal(body) == sentence


def test_what_json_allows_and_no_request_is() -> None:
    """Guards against a list that is taken for an object, and the first of two that is lost."""
    for body in (b"[]", b'"local"', b"null", b"3"):
        assert refusal(body) == "The body of the request must be a JSON object."
    twice = "The body of the request must have each field only once, not 'a' twice."
    assert refusal(b'{"platform": "local", "options": {"a": 1, "a": 2}}') == twice


def test_a_long_name_of_a_field_is_cut() -> None:
    """Guards against a sentence of a megabyte."""
    assert len(refusal({"platform": "local", "x" * 10_000: 1})) < 500


def test_what_fits_comes_through_unchanged() -> None:
    """Guards against a check that changes the request."""
    body = {"platform": "local", "workers": 2.0, "adapt": None, "options": {"a": [{"b": "\ud800"}]}}
    assert contract.check_body("/clusters", "post", json.dumps(body).encode()) == body


@pytest.mark.parametrize("field", ["tls", "keep_running"])
@pytest.mark.parametrize("given", [0, 1, "true", "", [], {}])
def test_flags_are_not_guessed(field: str, given: Any) -> None:
    """Guards against "false" being taken for true, which would turn encryption on or off."""
    body = {"platform": "local", field: given}
    assert refusal(body) == f"{field} must be true or false, or null."


@pytest.mark.parametrize("given", [0, 9.9, -1, True, "60", 30 * 86400 + 1])
def test_idle_timeouts_out_of_range(given: Any) -> None:
    """Guards against a cluster that shuts down before it can be used."""
    assert refusal({"platform": "local", "idle_timeout": given}) == IDLE


@pytest.mark.parametrize("given", [None, 10, 30 * 86400])
def test_idle_timeouts_in_range(given: Any) -> None:
    """Guards against bounds that are off by one, and "never" that means at once."""
    body = {"platform": "local", "idle_timeout": given}
    assert contract.check_body("/clusters", "post", json.dumps(body).encode()) == body


@pytest.mark.parametrize("given", [2.5, True, False, "2", [], {}, -1, None])
def test_numbers_of_workers(given: Any) -> None:
    """Guards against a cluster without bounds."""
    sentence = "workers must be a whole number, 0 or more."
    assert refusal({"platform": "local", "workers": given}) == sentence
    bounds = refusal({"platform": "local", "adapt": {"maximum": given}})
    assert bounds == "adapt.maximum must be a whole number, 1 or more."


def test_queries() -> None:
    """Guards against a value in another spelling that counts as none."""

    def leave(*values: str) -> Any:
        return contract.check_query("/clusters/{cluster_id}", "delete", "leave", values)

    assert (leave(), leave("true"), leave("false")) == (None, True, False)
    for value in ("maybe", "True", "1", ""):
        with pytest.raises(BadInputError, match=r"^leave must be true or false\.$"):
            leave(value)
    with pytest.raises(BadInputError, match=r"^leave must be given only once\.$"):
        leave("true", "true")
    assert contract.check_query("/platforms", "get", "kernel_name", ["true"]) == "true"


@pytest.mark.parametrize("path", ["/clusters", "/code", "/check", "/starts"])
def test_what_is_to_be_launched(path: str) -> None:
    """Guards against a launch of nothing, and an answer 500 to it."""
    assert refusal({}, path) == "platform is missing. It must be a string."
    assert refusal({"from": 5}, path) == "from must be a string."
    assert refusal({"platform": 5}, path) == "platform must be a string."
