"""The dashboard of a running cluster, as a browser gets it through the Jupyter server."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from proxies import unused_proxy
from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.websocket import websocket_connect

from api import Api
from jupyter_cluster_launcher.server.dashboard import DashboardHandler


class Guests(Authorizer):
    """Lets users see everything but what belongs to clusters."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        """Return whether that is allowed."""
        return resource != "cluster-launcher"


@asynccontextmanager
async def launched(api: Api) -> AsyncIterator[str]:
    """The path of the dashboard of a cluster, without the page at the end."""
    cluster = await api.launch(platform="local", workers=1)
    cluster = await api.ready(cluster["id"], 1)
    yield cluster["dashboard_url"].removesuffix("status")
    await api.stop(cluster["id"])


async def answer(jp_fetch: Any, base: str, path: str, **kwargs: Any) -> HTTPResponse:
    """Return what a path of this server answers, whatever the status."""
    try:
        response = await jp_fetch(path.removeprefix(base), follow_redirects=False, **kwargs)
    except HTTPClientError as error:
        response = error.response
    assert isinstance(response, HTTPResponse)
    return response


async def test_pages_and_updates(
    api: Api, jp_fetch: Any, jp_base_url: str, jp_auth_header: dict[str, str], jp_http_port: int
) -> None:
    """Guards each page, what pages load, and the WebSocket without which plots stay empty."""
    async with launched(api) as dashboard:
        pages = ["status", "individual-task-stream", "info/main/workers.html", "metrics", "health"]
        for page in pages:
            assert (await answer(jp_fetch, jp_base_url, dashboard + page)).code == 200, page
        script = await answer(jp_fetch, jp_base_url, f"{dashboard}static/js/bokeh.min.js")
        assert (script.code, "javascript" in script.headers["Content-Type"]) == (200, True)
        root = await answer(jp_fetch, jp_base_url, dashboard)
        assert root.headers["Location"].endswith("status")
        assert (await answer(jp_fetch, jp_base_url, f"{dashboard}no-such-page")).code == 404

        shown = await answer(jp_fetch, jp_base_url, f"{dashboard}status")
        (token,) = re.findall(rb'"token":"([^"]+)"', shown.body or b"")
        address = f"ws://127.0.0.1:{jp_http_port}{dashboard}status/ws"
        headers = {**jp_auth_header, "Sec-WebSocket-Protocol": f"bokeh, {token.decode()}"}
        socket = await websocket_connect(HTTPRequest(address, headers=headers))
        message = await socket.read_message()
        assert message is not None
        assert json.loads(message)["msgtype"] == "ACK"
        socket.close()


async def test_who_is_refused(
    api: Api, jp_fetch: Any, jp_base_url: str, http_server_client: Any, jp_serverapp: Any
) -> None:
    """Guards names of functions, code and logs, and against a form of another web page."""
    async with launched(api) as dashboard:
        for path in ("status", "info/main/logs.html", "individual-plots.json", "status/ws"):
            for headers in ({}, {"Upgrade": "websocket", "Connection": "Upgrade"}):
                with pytest.raises(HTTPClientError) as refused:
                    await http_server_client.fetch(
                        dashboard + path, headers=headers, follow_redirects=False
                    )
                assert refused.value.code in (302, 403)
                assert "Bokeh" not in str(refused.value.response and refused.value.response.body)
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            options = {"method": method, "allow_nonstandard_methods": True}
            response = await answer(jp_fetch, jp_base_url, f"{dashboard}status", **options)
            assert response.code == 405
        jp_serverapp.web_app.settings["authorizer"], before = (
            Guests(parent=jp_serverapp),
            jp_serverapp.web_app.settings["authorizer"],
        )
        assert (await answer(jp_fetch, jp_base_url, f"{dashboard}status")).code == 403
        jp_serverapp.web_app.settings["authorizer"] = before


async def test_links_of_clusters_that_are_not_ours(
    api: Api, jp_fetch: Any, jp_base_url: str
) -> None:
    """Guards a notebook's own cluster: Dask has one pattern for the links of all of them."""
    base = f"{jp_base_url}cluster-launcher/dashboard"
    response = await answer(jp_fetch, jp_base_url, f"{base}/8787/status")
    assert response.code == 302
    assert response.headers["Location"] == f"{jp_base_url}proxy/8787/status"
    for name in ("abcdef012345", "123456789012", "..%2f..%2f"):
        assert (await answer(jp_fetch, jp_base_url, f"{base}/{name}/status")).code == 404


async def test_what_the_dashboard_gets(
    api: Api, jp_fetch: Any, jp_base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards the server's token and cookie, which are not the dashboard's business."""
    sent = []
    build = DashboardHandler._build_proxy_request

    def noted(self: DashboardHandler, *args: Any, **kwargs: Any) -> Any:
        request = build(self, *args, **kwargs)
        sent.append(str(dict(request.headers)).lower())
        return request

    monkeypatch.setattr(DashboardHandler, "_build_proxy_request", noted)
    async with launched(api) as dashboard:
        headers = {"Cookie": "session=a-cookie", "Accept": "*/*"}
        page = await answer(jp_fetch, jp_base_url, f"{dashboard}health", headers=headers)
    assert page.code == 200
    assert "accept" in sent[0]
    assert "authorization" not in sent[0]
    assert "a-cookie" not in sent[0]


async def test_a_proxy_in_the_environment(
    api: Api, jp_fetch: Any, jp_base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a proxy that sees what stays on this host, and has no way back to it."""
    with unused_proxy(monkeypatch):
        cluster = await api.launch(platform="local", workers=1)
        cluster = await api.ready(cluster["id"], 1)
        assert await api.plots(cluster["id"])
        page = await answer(jp_fetch, jp_base_url, cluster["dashboard_url"])
        assert page.code == 200
        await api.stop(cluster["id"])
