"""The types of a platform file and its schema, which describe the same thing twice."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from jupyter_cluster_launcher.platforms import types

SCHEMA: dict[str, Any] = json.loads(
    resources.files("jupyter_cluster_launcher.platforms").joinpath("schema.json").read_text()
)
PLAIN = {"string": str, "integer": int, "number": float, "boolean": bool}
# What the types do not say: a definition's shape stands for itself.
ALIASES = {"value": types.Value, "identifier": str, "module": str}


def described(schema: dict[str, Any]) -> Any:
    """Return what a schema says, in a form that two descriptions can be compared in."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return ALIASES[name] if name in ALIASES else described(SCHEMA["definitions"][name])
    if "const" in schema:
        return {schema["const"]}
    if "enum" in schema:
        return set(schema["enum"])
    if "properties" in schema:
        required = frozenset(schema.get("required", ()))
        return {name: described(s) for name, s in schema["properties"].items()}, required
    if "oneOf" in schema:
        return [described(one) for one in schema["oneOf"]]
    if schema["type"] == "array":
        return list, described(schema["items"])
    if schema["type"] == "object":
        return dict, described(schema["additionalProperties"])
    return PLAIN[schema["type"]]


def typed(hint: Any) -> Any:
    """Return what a type says, in the same form."""
    if is_typeddict(hint):
        hints = get_type_hints(hint)
        return {name: typed(one) for name, one in hints.items()}, hint.__required_keys__
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return set(arguments)
    if origin is Union or (len(arguments) > 1 and origin is not dict):
        return [typed(one) for one in arguments]
    if origin in (list, dict):
        return origin, typed(arguments[-1])
    return hint


def test_types_are_those_of_the_schema() -> None:
    """Guards against a key that the schema allows and no type has, or the other way round."""
    schema, required = described(SCHEMA)
    hints, needed = typed(types.PlatformFile)
    assert hints.keys() == schema.keys()
    for name, shape in schema.items():
        assert hints[name] == shape, name
    assert needed == required


def test_resolved_workers_have_the_keys_of_the_file() -> None:
    """Guards against a key of the workers' field that gets lost when counts are resolved."""
    resolved, given = get_type_hints(types.Workers), get_type_hints(types.WorkersField)
    assert resolved.keys() == given.keys()
    assert types.Workers.__required_keys__ == {"title", "default", "minimum", "maximum"}
