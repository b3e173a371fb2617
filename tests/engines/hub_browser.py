"""A user's browser at a JupyterHub: logs in with a form, keeps cookies, sends XSRF tokens."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import requests
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

LIMIT = 90  # seconds that anything may take


class Browser:
    """One user, logged in to a hub, at one of their servers."""

    def __init__(self, hub_url: str, user: str, password: str) -> None:
        """Log in."""
        self.hub_url, self.user = hub_url, user
        self.session = requests.Session()
        self.base = f"{hub_url}user/{user}/"
        self.session.get(f"{hub_url}hub/login", timeout=LIMIT)
        data = {"username": user, "password": password, "_xsrf": self.session.cookies["_xsrf"]}
        done = self.session.post(
            f"{hub_url}hub/login", data=data, timeout=LIMIT, allow_redirects=False
        )
        assert done.status_code == 302, done.text[:500]

    def open(self, server: str = "") -> Browser:
        """Open JupyterLab at a server that runs."""
        self.base = f"{self.hub_url}user/{self.user}/{server + '/' if server else ''}"
        page = self.session.get(f"{self.base}lab", timeout=LIMIT)
        assert page.ok, page.text[:500]
        assert page.url.startswith(f"{self.base}lab"), page.url
        return self

    @property
    def xsrf(self) -> str:
        """The token that pages of this server read from their cookie."""
        path = self.base[len(self.hub_url) - 1 :]
        return next(
            str(c.value) for c in self.session.cookies if c.name == "_xsrf" and c.path == path
        )

    def ask(self, verb: str, path: str, body: Any = None, xsrf: bool = True) -> tuple[int, Any]:
        """Return the status and JSON of an answer to a page of this server."""
        answer = self.session.request(
            verb,
            f"{self.base}{path}",
            json=body,
            headers={"X-XSRFToken": self.xsrf} if xsrf else {},
            timeout=LIMIT,
        )
        text = answer.text
        return answer.status_code, json.loads(text) if text[:1] in ("{", "[") else text

    def launch(self, **request: Any) -> dict[str, Any]:
        """Launch a cluster and return it as it starts."""
        status, cluster = self.ask("POST", "cluster-launcher/clusters", request)
        assert status == 202, cluster
        return dict(cluster)

    def until(self, cluster_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return a cluster once something holds of it."""
        end = time.monotonic() + LIMIT
        while True:
            status, cluster = self.ask("GET", f"cluster-launcher/clusters/{cluster_id}")
            assert status == 200, cluster
            if holds(cluster):
                return dict(cluster)
            assert time.monotonic() < end, f"never came to it: {cluster}"
            time.sleep(0.1)

    def ready(self, cluster_id: str, workers: int) -> dict[str, Any]:
        """Return a cluster once it runs with this many workers."""
        return self.until(
            cluster_id, lambda c: c["state"] == "failed" or c["workers"]["ready"] == workers
        )

    def stop(self, cluster_id: str, leave: bool = False) -> None:
        """Stop a cluster, or leave one that was joined, and wait until it is gone."""
        path = f"cluster-launcher/clusters/{cluster_id}"
        status, answer = self.ask("DELETE", f"{path}?leave=true" if leave else path)
        assert status == 204, answer
        end = time.monotonic() + LIMIT
        while self.ask("GET", path)[0] != 404:
            assert time.monotonic() < end, "the cluster is still listed"
            time.sleep(0.1)

    async def run(self, code: str) -> str:
        """Run code in a new kernel of this server and return what it prints."""
        status, kernel = self.ask("POST", "api/kernels", {})
        assert status == 201, kernel
        address = f"{self.base}api/kernels/{kernel['id']}/channels".replace("http", "ws", 1)
        prepared = self.session.prepare_request(requests.Request("GET", f"{self.base}api"))
        cookie = prepared.headers["Cookie"]
        assert isinstance(cookie, str)
        socket = await websocket_connect(HTTPRequest(address, headers={"Cookie": cookie}))
        content = {"code": code, "silent": False, "allow_stdin": False}
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "version": "5.3"}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        await socket.write_message(json.dumps({**message, "channel": "shell"}))
        printed = ""
        while True:
            received = json.loads(await socket.read_message() or "{}")
            if received.get("parent_header", {}).get("msg_id") != header["msg_id"]:
                assert received, "the kernel hung up"
                continue
            if received["msg_type"] == "stream" and received["content"]["name"] == "stdout":
                printed += received["content"]["text"]
            assert received["msg_type"] != "error", "\n".join(received["content"]["traceback"])
            if received["msg_type"] == "execute_reply":
                break
        socket.close()
        self.ask("DELETE", f"api/kernels/{kernel['id']}")
        return printed.strip()
