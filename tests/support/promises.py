"""Each request and answer that a test sees, held against the contract."""

from __future__ import annotations

import json
import re
from typing import Any

from jsonschema import Draft202012Validator

from jupyter_cluster_launcher.server import contract

VERBS = ("get", "post", "patch", "put", "delete")


def check(verb: str, path: str, sent: Any, answer: Any) -> None:
    """Assert that an answer is one that the contract documents for a request.

    ``path`` is below the launcher's root, ``sent`` the body as text, ``answer`` an HTTP response.
    What the server accepted must be what the contract accepts.
    """
    operation = document()["paths"][template(path)][verb.lower()]
    which = f"{verb} {path}: {answer.code} {answer.body[:300]!r}"
    assert str(answer.code) in operation["responses"], f"no documented status: {which}"
    promised = resolved(operation["responses"][str(answer.code)])
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    assert [kind] * bool(answer.body) == list(promised.get("content", {})), which
    if kind == "application/json" and answer.body:
        wrong = error(json.loads(answer.body), promised["content"][kind]["schema"])
        assert wrong is None, f"{wrong} ({which})"
    for name, header in promised.get("headers", {}).items():
        assert name in answer.headers or not header.get("required"), f"no {name}: {which}"
    if answer.code < 300 and "requestBody" in operation:
        wrong = error(json.loads(sent), request_schema(template(path), verb))
        assert wrong is None, f"accepted: {wrong} ({which})"


def document() -> dict[str, Any]:
    """Return the contract."""
    return contract.document()


def template(path: str) -> str:
    """Return the path of the contract that a real one is of."""
    found = [
        known
        for known in document()["paths"]
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", known), f"/{path.strip('/')}")
    ]
    assert len(found) == 1, f"{path} is {found} in the contract"
    return str(found[0])


def request_schema(path: str, verb: str) -> dict[str, Any]:
    """Return the schema of the body that an operation takes."""
    body = resolved(document()["paths"][path][verb.lower()]["requestBody"])
    return dict(body["content"]["application/json"]["schema"])


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference leads to, anything else as it is."""
    if "$ref" not in node:
        return node
    found: Any = document()
    for step in node["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def error(data: Any, schema: dict[str, Any]) -> str | None:
    """Return why data does not fit a schema of the contract, None where it fits."""
    # The document beside the schema, so that references are found in it.
    checker = Draft202012Validator.FORMAT_CHECKER
    validator = Draft202012Validator({**document(), **schema}, format_checker=checker)
    wrong = next(validator.iter_errors(data), None)
    return wrong and f"{wrong.json_path}: {wrong.message}"
