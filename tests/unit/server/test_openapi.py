"""The contract as a document: complete, readable by generators, and the same as the routes."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import promises
import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from jupyter_cluster_launcher.platforms.options import check_name
from jupyter_cluster_launcher.server import handlers as routes

TEXT = (Path(routes.__file__).parent / "openapi.yaml").read_text(encoding="utf-8")
CONTRACT = yaml.safe_load(TEXT)
SCHEMAS = CONTRACT["components"]["schemas"]
PARAMETERS = CONTRACT["components"]["parameters"]


def served() -> set[tuple[str, str]]:
    """Return each path and verb that has a handler."""
    return {
        (handler.route, verb)
        for _, handler in routes.default_handlers
        for verb in promises.VERBS
        if verb in vars(handler)
    }


def described() -> set[tuple[str, str]]:
    """Return each path and verb that the contract has."""
    paths = CONTRACT["paths"].items()
    return {(path, verb) for path, item in paths for verb in set(item) & {*promises.VERBS}}


def test_contract_and_routes_are_the_same() -> None:
    """Guards against a route that is not documented, and a documented one that does not exist."""
    assert described() == served()


def test_it_is_openapi() -> None:
    """Guards against a document that generators and renderers of documentation cannot read."""
    validate(CONTRACT)


def test_every_path_declares_its_parameters() -> None:
    """Guards against a path whose parts a generated client would send as they stand."""
    for path, item in CONTRACT["paths"].items():
        given = [promises.resolved(parameter)["name"] for parameter in item.get("parameters", [])]
        assert re.findall(r"{(\w+)}", path) == given, path


@pytest.mark.parametrize("route", ["/clusters/{cluster_id}", "/platforms/{name}/options"])
def test_path_parameters_may_be_anything(route: str) -> None:
    """Guards against an error page for browsers where an id or a name is no possible one."""
    path = re.sub(r"{\w+}", "%C3%A9.+~", f"/cluster-launcher{route}")
    assert re.fullmatch(routes.pattern(route), path)


def references(node: Any) -> list[str]:
    """Return every reference within a document."""
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [r for value in node.values() for r in references(value)]
    return [r for value in node for r in references(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("reference", sorted(set(references(CONTRACT))))
def test_references_lead_somewhere(reference: str) -> None:
    """Guards against a schema that was renamed and is not checked any more."""
    node = CONTRACT
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]


# The keywords that the schemas use; any other is a slip, often of an unquoted comma.
KEYWORDS = {
    "$ref", "additionalProperties", "anyOf", "const", "default", "description", "else", "enum",
    "exclusiveMinimum", "format", "if", "items", "maxLength", "maxProperties", "maximum",
    "minLength", "minProperties", "minimum", "pattern", "properties", "required", "type",
    "x-expected",
}  # fmt: skip


def subschemas(schema: dict[str, Any], path: str) -> list[tuple[str, dict[str, Any]]]:
    """Return a schema and all within it, each with its path."""
    inner = {f".{name}": s for name, s in schema.get("properties", {}).items()}
    inner |= {f"|{i}": s for i, s in enumerate(schema.get("anyOf", []))}
    inner |= {f" {k}": schema[k] for k in ("items", "additionalProperties") if k in schema}
    nested = [subschemas(s, path + step) for step, s in inner.items() if isinstance(s, dict)]
    return [(path, schema), *(pair for pairs in nested for pair in pairs)]


ALL = [pair for name, schema in SCHEMAS.items() for pair in subschemas(schema, name)]


def test_schemas_are_schemas() -> None:
    """Guards against a misspelt keyword, which would make a schema accept anything."""
    for schema in SCHEMAS.values():
        Draft202012Validator.check_schema(schema)
    assert [(path, {*schema} - KEYWORDS) for path, schema in ALL if {*schema} - KEYWORDS] == []


def test_objects_are_complete() -> None:
    """Guards against an object that may have more than what is described, or less.

    Requests may leave fields out, and an option's schema, with its choices, has keywords
    of its own.
    """
    optional = {
        "Launch",
        "Change",
        "AdaptRequest",
        "PresetRequest",
        "Preparation",
        "Error",
        "Option",
        "Choice",
    }
    objects = {path: schema for path, schema in ALL if "properties" in schema}
    open_ones = {p for p, s in objects.items() if s.get("additionalProperties") is not False}
    assert open_ones == {"Option"}
    assert {path for path in objects if path not in SCHEMAS} == set(), "anonymous objects"
    some = {p for p, s in objects.items() if {*s["properties"]} != {*s.get("required", [])}}
    assert some == optional


def test_everything_is_described() -> None:
    """Guards against generated documentation and types that only repeat names."""
    assert [name for name, schema in SCHEMAS.items() if len(schema["description"]) < 8] == []
    properties = {
        f"{path}.{name}": {**promises.resolved(field), **field}
        for path, schema in ALL
        for name, field in schema.get("properties", {}).items()
    }
    assert [path for path, field in properties.items() if not field.get("description")] == []


def test_the_letters_of_a_name() -> None:
    """Guards against a name that the contract refuses and the server takes, or a mark with it.

    Of other scripts the contract allows more than letters and digits: the server refuses the rest.
    """

    def taken(name: str) -> bool:
        return promises.error(name, {"$ref": "#/components/schemas/ClusterName"}) is None

    pattern = re.compile(SCHEMAS["ClusterName"]["pattern"])
    for code in range(0x110000):
        character = chr(code)
        if character.isalnum() or character in " -_.,()#:+/@":
            assert pattern.search(f"a{character}"), hex(code)
        elif code < 0x300 and unicodedata.category(character) != "Sk":
            assert not pattern.search(f"a{character}"), hex(code)
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or code == 0xA0:
            assert not pattern.search(f"{character}a{character}"), hex(code)
    for name in ("a", "Zürich 2", "東京", "a" * 60, " a (b) #1:+/@_-.,"):
        assert taken(name), name
        assert check_name(name) == name.strip()
    for name in ("", " ", "a\n", "a\tb", 'a"b', "a'b", "<b>", "a" * 61, "\ud800"):
        assert not taken(name), repr(name)


# Bodies that the code and the contract once judged differently.
REFUSED: list[tuple[str, Any]] = [
    ("Launch", {"worker": 3}),
    ("Launch", {"idle_timeout": 5}),
    ("Launch", {"idle_timeout": 3e9}),
    ("Launch", {"cwd": None}),
    ("Launch", {"name": None}),
    ("Launch", {"name": "a\tb"}),
    ("Launch", {"name": " "}),
    ("Launch", {"adopt": "a\tb"}),
    ("Launch", {"kernel_name": 3}),
    ("Launch", {"workers": "3"}),
    ("Launch", {"workers": None}),
    ("Change", {"idle_timeout": 5}),
    ("Change", {"idle_timeout": 3e9}),
    ("Change", {"name": "a\tb"}),
    ("Change", {"keep": None}),
    ("Change", {"keep_running": None}),
]


@pytest.mark.parametrize(("schema", "fields"), REFUSED)
def test_what_the_contract_refuses(schema: str, fields: dict[str, Any]) -> None:
    """Guards against a form or a script that follows the contract and is refused by the server."""
    body = {"platform": "local", **fields} if schema == "Launch" else fields
    assert promises.error(body, {"$ref": f"#/components/schemas/{schema}"}) is not None


def test_what_the_contract_accepts() -> None:
    """Guards against refusing what forms and scripts have always sent."""
    launch = {
        "platform": "local", "options": None, "tls": None, "kernel_name": None,
        "cwd": "", "name": "Zürich (2)", "keep_running": None, "idle_timeout": None,
    }  # fmt: skip
    changes = [
        {"workers": 0}, {"adapt": {"maximum": 1}}, {"name": "b"}, {"keep_running": False},
        {"idle_timeout": None}, {"idle_timeout": 10}, {"idle_timeout": 2592000}, {"keep": True},
    ]  # fmt: skip
    assert promises.error(launch, {"$ref": "#/components/schemas/Launch"}) is None
    assert (
        promises.error({"platform": "a", "adapt": None}, {"$ref": "#/components/schemas/Launch"})
        is None
    )
    for change in changes:
        assert promises.error(change, {"$ref": "#/components/schemas/Change"}) is None, change


class Answer:
    """An answer that no server gave."""

    def __init__(self, code: int, data: Any) -> None:
        self.code, self.body = code, json.dumps(data).encode()
        self.headers = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("verb", "path", "answer"),
    [
        ("GET", "clusters", Answer(500, {"message": "No."})),
        ("GET", "clusters", Answer(200, [{"id": "a"}])),
        ("GET", "clusters/a", Answer(404, {"message": ""})),
        ("GET", "clusters/a", Answer(404, {"error": "No."})),
        ("POST", "code", Answer(200, {"create": "a", "summary": None, "warnings": []})),
        ("DELETE", "clusters/a", Answer(204, {})),
    ],
)
def test_what_breaks_the_contract_is_noticed(verb: str, path: str, answer: Answer) -> None:
    """Guards against a check of answers that lets everything pass.

    The code was sent nothing, which the contract does not accept.
    """
    with pytest.raises(AssertionError):
        promises.check(verb, path, '{"workers": 1}', answer)
