"""The contract, held against what the routes really answer."""

from __future__ import annotations

from typing import Any

import pytest

from api import Api
from jupyter_cluster_launcher.clusters.manager import ClusterManager
from jupyter_cluster_launcher.controller.kernel_connection import ControllerDiedError
from jupyter_cluster_launcher.server import contract


async def test_it_is_served(api: Api) -> None:
    """Guards against a server that cannot say how it is to be used."""
    assert await api.ask("GET", "openapi.yaml") == (200, contract.text())


async def test_answers_are_as_promised(api: Api) -> None:
    """Guards against a field that comes, goes or changes its type while the contract does not.

    Each answer that passes ``Api`` is held against the contract there.
    """
    assert (await api.ask("GET", "platforms"))[1]
    request = {"platform": "local", "workers": 1, "name": "As promised", "idle_timeout": 600}
    for route in ("code", "check"):
        assert (await api.ask("POST", route, body=request))[0] == 200
    cluster = await api.launch(**request)
    assert (await api.ask("GET", "clusters", cluster["id"], "logs"))[0] == 200
    running = await api.until(cluster["id"], lambda c: c["state"] == "running")
    assert running["usage"] is not None
    assert await api.plots(cluster["id"])
    logs = (await api.ask("GET", "clusters", cluster["id"], "logs"))[1]
    assert logs["scheduler"]
    assert len((await api.ask("GET", "clusters"))[1]) == 1
    for change in ({"adapt": {"minimum": 0, "maximum": 2}}, {"workers": 2}, {"keep": True}):
        status, changed = await api.ask("PATCH", "clusters", cluster["id"], body=change)
        assert status == 202, changed
    status, _ = await api.ask("PATCH", "clusters", cluster["id"], body={"workers": -1})
    assert status == 422
    await api.stop(cluster["id"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "clusters/unknown", None, 404),
        ("GET", "clusters/unknown/logs", None, 404),
        ("GET", "clusters/unknown/plots", None, 404),
        ("GET", "clusters/unknown/workers", None, 404),
        ("POST", "clusters/unknown/restart", {"worker": "tls://a:1"}, 404),
        ("POST", "clusters/unknown/restart", {}, 422),
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
    """Guards against errors that a client cannot show to a user."""
    answered, _ = await api.ask(method, *path.split("/"), body=body)
    assert answered == status


async def test_a_controller_that_ends_while_it_is_called(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a server error for a cluster that dies at the wrong moment."""

    async def die(*_: Any) -> None:
        raise ControllerDiedError("The cluster's Python process ended unexpectedly.")

    monkeypatch.setattr(ClusterManager, "change", die)
    status, answer = await api.ask("PATCH", "clusters", "a", body={"workers": 1})
    assert status == 503
    assert answer == {"message": "The cluster's Python process ended unexpectedly."}
