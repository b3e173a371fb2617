"""Authorization: each route and verb that there is, tried without the right to it."""

from __future__ import annotations

import json
from http.cookies import SimpleCookie
from typing import Any

import pytest
from jupyter_server.auth import Authorizer
from tornado.httpclient import HTTPClientError, HTTPResponse

from api import Api
from jupyter_cluster_launcher.server.base import LauncherHandler
from jupyter_cluster_launcher.server.handlers import default_handlers

WRITING = ("POST", "PATCH", "PUT", "DELETE")
SAMPLES = {"cluster_id": "abc", "name": "local"}


def every_verb() -> list[tuple[str, str]]:
    """Return each path, its parts filled in, with each verb that its handler answers."""
    found = []
    for _, handler in default_handlers:
        path = f"cluster-launcher{handler.route.format(**SAMPLES)}"
        verbs = [v for v in ("get", *map(str.lower, WRITING)) if v in vars(handler)]
        assert verbs, f"{path} answers nothing"
        found += [(verb.upper(), path) for verb in verbs]
    return found


VERBS = every_verb()
WRITES = [(verb, path) for verb, path in VERBS if verb in WRITING]


class Denying(Authorizer):
    """Denies what a test says, and notes the checks."""

    denied: frozenset[str] = frozenset()
    checked: list[tuple[str, str]] = []  # noqa: RUF012 - one for all servers

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.checked.append((action, resource))
        return not (resource == "cluster-launcher" and action in self.denied)


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {
        "ServerApp": {
            "jpserver_extensions": {"jupyter_cluster_launcher": True},
            "authorizer_class": Denying,
        }
    }


class Browser:
    """A client that adds nothing to a request but its cookies."""

    def __init__(self, client: Any, base_url: str, token: str) -> None:
        self._client, self._base_url, self.token = client, base_url, token
        self.cookies: SimpleCookie = SimpleCookie()

    async def ask(
        self, verb: str, path: str, query: str = "", headers: dict[str, str] | None = None
    ) -> HTTPResponse:
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        sent = {**({"Cookie": cookie} if cookie else {}), **(headers or {})}
        try:
            answer: HTTPResponse = await self._client.fetch(
                f"{self._base_url}{path}{query}", method=verb, headers=sent,
                body=json.dumps({}) if verb in ("POST", "PATCH") else None,
                allow_nonstandard_methods=True, follow_redirects=False,
            )  # fmt: skip
        except HTTPClientError as error:
            if error.response is None:  # the connection failed
                raise
            answer = error.response
        for line in answer.headers.get_list("Set-Cookie"):
            self.cookies.load(line)
        return answer


@pytest.fixture
def browser(api: Api, http_server_client: Any, jp_base_url: str, jp_serverapp: Any) -> Browser:
    return Browser(http_server_client, jp_base_url, jp_serverapp.identity_provider.token)


def test_every_handler_shares_what_protects() -> None:
    """Guards against a new route that is built on something else."""
    assert all(issubclass(handler, LauncherHandler) for _, handler in default_handlers)
    assert len(VERBS) >= 10


async def test_nobody_without_a_token(browser: Browser) -> None:
    """Guards against one forgotten decorator: any client could run code on this machine."""
    for verb, path in VERBS:
        for headers in ({}, {"Authorization": "token wrong"}, {"X-XSRFToken": "x"}):
            answer = await browser.ask(verb, path, headers=headers)
            assert answer.code in (401, 403), f"{verb} {path} {headers}: {answer.code}"
            assert b"create" not in answer.body


async def test_no_writing_from_another_page(browser: Browser) -> None:
    """Guards against a page elsewhere that starts clusters with a user's cookies."""
    await browser.ask("GET", "cluster-launcher/clusters", f"?token={browser.token}")
    assert browser.cookies, "the server gave no cookie"
    answer = await browser.ask("GET", "cluster-launcher/clusters")
    assert answer.code == 200, "the cookie is not enough to read"
    for verb, path in WRITES:
        answer = await browser.ask(verb, path)
        assert answer.code == 403, f"{verb} {path}: {answer.code}"
        assert "_xsrf" in str(answer.reason) + answer.body.decode(), f"{verb} {path}"


async def test_writing_with_cookie_and_xsrf(browser: Browser) -> None:
    """Guards against the opposite: a browser that is shut out by its own server."""
    await browser.ask("GET", "cluster-launcher/clusters", f"?token={browser.token}")
    browser.cookies["_xsrf"] = "given-with-the-page"
    headers = {"X-XSRFToken": "given-with-the-page"}
    for verb, path in WRITES:
        answer = await browser.ask(verb, path, headers=headers)
        assert answer.code in (404, 422), f"{verb} {path}: {answer.code}"


async def test_who_may_not_execute_may_look(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a hub where users who may only read start clusters all the same."""
    monkeypatch.setattr(Denying, "denied", frozenset({"execute"}))
    headers = {"Authorization": f"token {browser.token}"}
    for verb, path in VERBS:
        answer = await browser.ask(verb, path, headers=headers)
        if (verb, path) in WRITES:
            assert answer.code == 403, f"{verb} {path}: {answer.code}"
        else:
            assert answer.code in (200, 404), f"{verb} {path}: {answer.code}"


async def test_who_may_not_read_sees_nothing(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a route that forgets to check what this user may do."""
    monkeypatch.setattr(Denying, "denied", frozenset({"read", "write", "execute"}))
    headers = {"Authorization": f"token {browser.token}"}
    for verb, path in VERBS:
        answer = await browser.ask(verb, path, headers=headers)
        assert answer.code == 403, f"{verb} {path}: {answer.code}"


async def test_what_the_authorizer_checks(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against another name for the resource than the one in the documentation."""
    headers = {"Authorization": f"token {browser.token}"}
    writes = ("POST", "PUT", "PATCH", "DELETE")
    expected = {"GET": "read", **dict.fromkeys(writes, "execute")}
    for verb, path in VERBS:
        monkeypatch.setattr(Denying, "checked", [])
        await browser.ask(verb, path, headers=headers)
        assert Denying.checked == [(expected[verb], "cluster-launcher")], f"{verb} {path}"
