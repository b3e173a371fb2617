"""What a server answers before it has looked at the clusters of earlier servers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api import Api
from jupyter_cluster_launcher.clusters import other_servers

ABOUT_CLUSTERS = [
    ("GET", "clusters"),
    ("GET", "clusters/abc"),
    ("GET", "clusters/abc/logs"),
    ("GET", "clusters/abc/plots"),
    ("PATCH", "clusters/abc"),
    ("DELETE", "clusters/abc"),
]


@pytest.fixture
def looking(monkeypatch: pytest.MonkeyPatch, jp_serverapp: Any) -> asyncio.Event:
    """The event of a server that looks at its directory for as long as the test likes."""
    others = jp_serverapp.web_app.settings["cluster_manager"]._others
    monkeypatch.setattr(other_servers, "FIRST", 30.0)
    others._begun = asyncio.Event()
    event: asyncio.Event = others._begun
    return event


@pytest.mark.parametrize(("method", "path"), ABOUT_CLUSTERS)
async def test_requests_about_clusters_wait(
    api: Api, looking: asyncio.Event, method: str, path: str
) -> None:
    """Guards against "There is no such cluster" and old states, right after a server's start."""
    body = {"workers": 1} if method == "PATCH" else None
    asked = asyncio.ensure_future(api.ask(method, *path.split("/"), body=body))
    assert (await api.ask("GET", "openapi.yaml"))[0] == 200, "others do not wait"
    answered, _ = await asyncio.wait([asked], timeout=0.5)
    assert not answered
    looking.set()
    assert (await asked)[0] == (200 if path == "clusters" else 404)
