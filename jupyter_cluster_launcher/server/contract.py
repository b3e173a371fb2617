"""The contract of the REST interface, openapi.yaml, and requests checked against it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce
from importlib import resources
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from ..errors import BadInputError
from ..platforms.reading import LOADER

DEPTH = 32  # levels of nesting in a body: whatever handles it later may recurse
BODY = "The body of the request"
# How each JSON type is called in a sentence.
TYPES = {
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a JSON object",
    "string": "a string",
}


@cache
def text() -> str:
    """Return the contract as YAML, the way it is served."""
    return resources.files(__package__).joinpath("openapi.yaml").read_text(encoding="utf-8")


@cache
def document() -> dict[str, Any]:
    """Return the contract as data."""
    data: dict[str, Any] = yaml.load(text(), LOADER)  # noqa: S506 - it constructs plain data only
    return data


def check_body(path: str, verb: str, body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body of a request, checked against its operation's schema.

    ``path`` is written as in the contract, with names in braces; ``verb`` in lower case. Raises
    ``BadInputError``.
    """
    data = _json(body)
    if not isinstance(data, dict):
        raise BadInputError(f"{BODY} must be a JSON object.")
    _check(_body_validator(path, verb), data, BODY)
    return data


def check_query(path: str, verb: str, name: str, values: Sequence[str]) -> Any:
    """Return a query parameter as the type that its operation declares, None if it is absent.

    ``values`` are all that the query gives it; ``path`` and ``verb`` as in ``check_body``. Raises
    ``BadInputError``.
    """
    if not values:
        return None
    if len(values) > 1:
        raise BadInputError(f"{name} must be given only once.")
    validator = _query_validator(path, verb, name)
    schema: Any = validator.schema
    value: Any = values[0]
    if schema["type"] == "boolean":
        value = {"true": True, "false": False}.get(value, value)
    _check(validator, value, name)
    return value


def _json(body: bytes) -> Any:
    """Return the data of a body; raises ``BadInputError``."""
    if not body.strip():
        raise BadInputError(f"{BODY} is empty. It must be a JSON object.")
    try:
        data = json.loads(body, parse_constant=_refuse, object_pairs_hook=_unique)
        nested = _nested(data)
    except UnicodeDecodeError:
        raise BadInputError(f"{BODY} must be encoded as UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BadInputError(
            f"{BODY} is not valid JSON: see line {error.lineno}, column {error.colno}."
        ) from None
    except ValueError:  # Python refuses whole numbers of thousands of digits
        raise BadInputError(f"{BODY} contains a number that is too long.") from None
    except RecursionError:
        nested = True
    if nested:
        raise BadInputError(f"{BODY} must be nested at most {DEPTH} levels deep.")
    return data


@cache
def _body_validator(path: str, verb: str) -> Draft202012Validator:
    body = _resolved(document()["paths"][path][verb]["requestBody"])
    return _validator(body["content"]["application/json"]["schema"])


@cache
def _query_validator(path: str, verb: str, name: str) -> Draft202012Validator:
    parameters = map(_resolved, document()["paths"][path][verb]["parameters"])
    return _validator(next(p["schema"] for p in parameters if p["name"] == name))


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    # The document beside the schema, so that references are found in it.
    return Draft202012Validator({**document(), **schema})


def _resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference of the contract leads to, anything else as it is."""
    steps = node["$ref"].removeprefix("#/").split("/") if "$ref" in node else []
    return reduce(lambda inner, step: inner[step], steps, document() if steps else node)


def _check(validator: Draft202012Validator, value: Any, name: str) -> None:
    """Raise ``BadInputError`` about the most telling error of a value, which is called ``name``."""
    error = best_match(_leaves(validator.iter_errors(value)))
    if error is not None:
        raise BadInputError(sentence(error, name))


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Yield errors; for a value that may also be null, those of its other alternative."""
    for error in errors:
        if error.context:
            yield from _leaves(e for e in error.context if e.validator_value != "null")
        else:
            yield error


def sentence(error: ValidationError, name: str) -> str:
    """Return what to change, without the terms of JSON Schema; ``name`` is the whole value's."""
    path = [str(step) for step in error.absolute_path]
    schema: Any = error.schema
    given: Any = error.instance
    must_be = f"{'.'.join(path) or name} must be {expected(schema)}."
    if error.validator == "required":
        missing = next(field for field in schema["required"] if field not in given)
        wanted = expected(_resolved(schema["properties"][missing]))
        return f"{'.'.join([*path, missing])} is missing. It must be {wanted}."
    if error.validator == "additionalProperties":
        unknown = next(field for field in given if field not in schema["properties"])
        return f"There is no field {'.'.join([*path, unknown])!r:.80}. {must_be}"
    return must_be


def expected(schema: Mapping[str, Any]) -> str:
    """Return the words for what a schema accepts, such as "a whole number, 0 or more"."""
    if "x-expected" in schema:
        return str(schema["x-expected"])
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    words = ", or ".join(TYPES[name] for name in types)
    if "minimum" in schema:
        words += f", {schema['minimum']} or more"
    if "properties" in schema:
        each = "exactly one" if schema.get("maxProperties") == 1 else "any"
        words += f" with {each} of {', '.join(schema['properties'])}"
    return words


def _refuse(constant: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise BadInputError(f"{BODY} is not valid JSON: {constant} is no number there.")


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; refuse one that has a field twice, because only one of them would count."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadInputError(f"{BODY} must have each field only once, not {name!r:.80} twice.")
        found[name] = value
    return found


def _nested(data: Any) -> bool:
    """Return whether data is nested more than ``DEPTH`` levels deep."""
    level = [data]
    for _ in range(DEPTH):
        inner = [node.values() if isinstance(node, dict) else node for node in level
                 if isinstance(node, dict | list)]  # fmt: skip
        level = [child for children in inner for child in children]
    return bool(level)
