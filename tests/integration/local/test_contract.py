"""The contract, held against the routes and against what they really answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from api import Api
from jsonschema import Draft202012Validator

from jupyter_cluster_launcher.server import handlers as routes

CONTRACT = yaml.safe_load(
    (Path(routes.__file__).parent / "openapi.yaml").read_text(encoding="utf-8")
)
VERBS = ("get", "post", "patch", "put", "delete")


def fits(answer: Any, schema: str, several: bool = False) -> None:
    """Assert that an answer is what the contract says."""
    reference = {"$ref": f"#/components/schemas/{schema}"}
    wanted = {"type": "array", "items": reference, "minItems": 1} if several else reference
    # The document beside the schema, so that references are found in it.
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator({**CONTRACT, **wanted}, format_checker=checker).validate(answer)


def served() -> set[tuple[str, str]]:
    """Return each path and verb that has a handler."""
    return {
        (re.sub(r"\(\?P<(\w+)>.*?\)", r"{\1}", path).removeprefix(routes.ROOT).rstrip("/?"), verb)
        for path, handler in routes.default_handlers
        for verb in VERBS
        if verb in vars(handler)
    }


def described() -> set[tuple[str, str]]:
    """Return each path and verb that the contract has."""
    return {
        (path, verb) for path, item in CONTRACT["paths"].items() for verb in set(item) & {*VERBS}
    }


def test_contract_and_routes_are_the_same() -> None:
    """Guards against a route that nobody can read about, and a promise that nothing serves."""
    assert described() == served()


def test_every_path_declares_its_parameters() -> None:
    """Guards against a path whose parts a generated client would send as they stand."""
    for path, item in CONTRACT["paths"].items():
        for verb in set(item) & {*VERBS}:
            given = [*item.get("parameters", []), *item[verb].get("parameters", [])]
            names = [p["$ref"].split("/")[-1] if "$ref" in p else p["name"] for p in given]
            real = {CONTRACT["components"]["parameters"].get(n, {"name": n})["name"] for n in names}
            assert set(re.findall(r"{(\w+)}", path)) <= real, path


def references(node: Any) -> list[str]:
    """Return every reference within a document."""
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [r for value in node.values() for r in references(value)]
    return [r for value in node for r in references(value)] if isinstance(node, list) else []


@pytest.mark.parametrize("reference", sorted(set(references(CONTRACT))))
def test_references_lead_somewhere(reference: str) -> None:
    """Guards against a schema that was renamed and is checked by nobody any more."""
    node = CONTRACT
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]


def test_schemas_are_schemas() -> None:
    """Guards against a misspelt keyword type, which would make a schema accept anything."""
    for schema in CONTRACT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


async def test_answers_are_as_promised(api: Api) -> None:
    """Guards against a field that comes, goes or changes its type without the contract's word."""
    fits((await api.ask("GET", "platforms"))[1], "Platform", several=True)
    request = {"platform": "local", "workers": 1, "name": "As promised", "idle_timeout": 600}
    fits(request, "Launch")
    fits((await api.ask("POST", "code", body=request))[1], "Preview")
    cluster = await api.launch(**request)
    fits(cluster, "Cluster")
    fits((await api.ask("GET", "clusters", cluster["id"], "logs"))[1], "Logs")
    running = await api.until(cluster["id"], lambda c: c["state"] == "running")
    fits(running, "Cluster")
    assert running["usage"] is not None
    fits(await api.plots(cluster["id"]), "Plot", several=True)
    fits((await api.ask("GET", "clusters", cluster["id"], "logs"))[1], "Logs")
    fits((await api.ask("GET", "clusters"))[1], "Cluster", several=True)
    for change in ({"adapt": {"minimum": 0, "maximum": 2}}, {"workers": 2}, {"keep": True}):
        fits(change, "Change")
        status, changed = await api.ask("PATCH", "clusters", cluster["id"], body=change)
        assert status == 202, changed
        fits(changed, "Cluster")
    status, refused = await api.ask("PATCH", "clusters", cluster["id"], body={"workers": -1})
    assert status == 422
    fits(refused, "Error")
    await api.stop(cluster["id"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "clusters/unknown", None, 404),
        ("GET", "clusters/unknown/logs", None, 404),
        ("GET", "clusters/unknown/plots", None, 404),
        ("DELETE", "clusters/unknown", None, 404),
        ("PATCH", "clusters/unknown", {"workers": 1}, 404),
        ("POST", "clusters", {"platform": "nowhere"}, 404),
        ("POST", "clusters", {"platform": "local", "workers": 10**6}, 422),
        ("POST", "code", "{", 422),
    ],
)
async def test_refusals_are_as_promised(
    api: Api, method: str, path: str, body: Any, status: int
) -> None:
    """Guards against errors that a client cannot tell to a person."""
    answered, answer = await api.ask(method, *path.split("/"), body=body)
    assert answered == status
    fits(answer, "Error")
    template = path.replace("unknown", "{cluster_id}")
    assert str(status) in CONTRACT["paths"][f"/{template}"][method.lower()]["responses"]
