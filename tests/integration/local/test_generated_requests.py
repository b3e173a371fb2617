"""Unexpected bodies, made from the contract's schemas and from anything else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import promises
import pytest
from fakes import a_cluster
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import Api
from jupyter_cluster_launcher.clusters.manager import ClusterManager
from jupyter_cluster_launcher.clusters.preparer import Preparer

FINITE = st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(), max_size=70)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | FINITE | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.text("aé東1 -_.,()#:+/@", min_size=1, max_size=60).filter(str.strip)
KNOWN = {"platform": st.just("local") | TEXT, "kernel_name": st.none() | TEXT}
FEW = settings(
    max_examples=150, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return a strategy of data that fits a schema of the contract."""
    schema = promises.resolved(schema)
    if "anyOf" in schema:
        return st.one_of(*map(fitting, schema["anyOf"]))
    if isinstance(schema["type"], list):
        return st.one_of(*(fitting({**schema, "type": one}) for one in schema["type"]))
    if "properties" in schema:
        return objects(schema)
    low, high = schema.get("minimum"), schema.get("maximum")
    simple: dict[str, st.SearchStrategy[Any]] = {
        "null": st.none(),
        "boolean": st.booleans(),
        "integer": st.integers(low, high),
        "number": st.floats(low, high),
        "string": NAMES if "pattern" in schema else TEXT,
        "object": st.dictionaries(TEXT, ANYTHING, max_size=3),
    }
    return simple[schema["type"]]


def objects(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy of objects with the properties of a schema."""
    known = {name: KNOWN[name] for name in KNOWN if name in schema["properties"]}
    fields = {name: fitting(inner) for name, inner in schema["properties"].items()} | known
    if schema.get("maxProperties") == 1:
        return st.one_of(*(st.fixed_dictionaries({name: field}) for name, field in fields.items()))
    required = {name: fields.pop(name) for name in schema["required"]}
    return st.fixed_dictionaries(required, optional=fields)


def bodies(path: str, verb: str) -> st.SearchStrategy[bytes]:
    """Return a strategy of bodies for an operation: fitting ones, spoiled ones, and garbage."""
    schema = promises.request_schema(path, verb)
    fields = st.sampled_from([*promises.resolved(schema)["properties"]]) | TEXT
    spoiled = st.builds(
        lambda body, name, value: {**body, name: value}, fitting(schema), fields, ANYTHING
    )
    data = st.one_of(fitting(schema), spoiled, ANYTHING)
    return data.map(lambda one: json.dumps(one).encode()) | st.binary(max_size=40)


def fits(sent: bytes, path: str, verb: str) -> bool:
    """Return whether a body is what the contract says."""
    try:
        data = json.loads(sent)
    except ValueError:
        return False
    return promises.error(data, promises.request_schema(path, verb)) is None


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Launches, changes and preparations that do nothing; previews are real."""

    async def cluster(*_: Any) -> Any:
        return a_cluster()

    async def touch(*_: Any) -> None:
        pass

    monkeypatch.setattr(ClusterManager, "start", cluster)
    monkeypatch.setattr(ClusterManager, "change", cluster)
    monkeypatch.setattr(Preparer, "touch", touch)


@pytest.mark.usefixtures("manager")
@pytest.mark.parametrize(
    ("verb", "path", "accepted"),
    [
        ("POST", "/clusters", {202}),
        ("PATCH", "/clusters/{cluster_id}", {202}),
        ("POST", "/code", {200, 404, 422, 503}),
        ("POST", "/prepare", {204}),
    ],
)
def test_any_body(
    api: Api, jp_asyncio_loop: asyncio.AbstractEventLoop, verb: str, path: str, accepted: set[int]
) -> None:
    """Guards against a server error, and against accepting what the contract does not.

    A preview may also be refused because of what only the platform knows.
    """

    @FEW
    @given(bodies(path, verb))
    def check(sent: bytes) -> None:
        parts = path.strip("/").format(cluster_id="c1").split("/")
        status, answer = jp_asyncio_loop.run_until_complete(api.ask(verb, *parts, body=sent))
        assert status in (accepted if fits(sent, path, verb) else {422}), answer

    check()
