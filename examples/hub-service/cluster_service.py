"""A service of a JupyterHub: shows its administrators the Dask clusters of all users.

It asks each running Jupyter server for its clusters, with the service's own token, only while
somebody looks: a request to a server counts as activity on the hub.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from datetime import datetime, timezone
from typing import Any
from urllib.parse import quote, urlsplit

from jupyterhub.services.auth import HubOAuthCallbackHandler, HubOAuthenticated
from jupyterhub.utils import url_path_join
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.template import DictLoader
from tornado.web import Application, HTTPError, RequestHandler, authenticated

PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
API = os.environ["JUPYTERHUB_API_URL"]
HEADERS = {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"}
PROXY = os.environ["CLUSTERS_PROXY_URL"]  # the address of the hub's proxy, as this process sees it
SHOWN = ("starting", "running", "closing", "lost")
LIMIT = 10.0  # seconds that a server has for its answer
AT_ONCE = 100  # servers that are asked at the same time
turn = asyncio.Semaphore(AT_ONCE)
PAGE = """\
<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Dask clusters</title><style>
  :root { color-scheme: light dark; font-family: sans-serif; }
  table { border-collapse: collapse; } th, td { padding: 0.4em 1em; text-align: left; }
  td.number { text-align: right; } form { margin: 0; }
</style></head>
<body>
<h1>Dask clusters</h1>
{% if clusters %}
<table>
<tr>{% for title in ("User", "Cluster", "State", "Age", "Workers", "Cores", "Idle", "Used", "") %}
<th scope="col">{{ title }}</th>{% end %}</tr>
{% for one in clusters %}
<tr><td>{{ one["user"] }}</td>
<td>{{ one["name"] }}</td><td>{{ one["state"] }}</td><td class="number">{{ one["age"] }}</td>
<td class="number">{{ one["workers"] }}</td><td class="number">{{ one["cores"] }}</td>
<td>{{ "idle" if one["idle"] else "" }}</td><td class="number">{{ one["used"] }}</td>
<td><form method="post" action="{{ one["stop"] }}">{% module xsrf_form_html() %}
<button aria-label="Stop {{ one["name"] }} of {{ one["user"] }}">Stop</button></form></td></tr>
{% end %}
</table>
{% else %}<p>No user has a cluster now.</p>{% end %}
{% for problem in problems %}<p>{{ problem }}</p>{% end %}
</body></html>
"""


async def fetch(url: str, **options: Any) -> Any:
    """Return the JSON that an address answers, None for no content.

    Raises ``HTTPClientError``, ``OSError`` and, for other content, ``ValueError``.
    """
    client, headers = AsyncHTTPClient(), {**HEADERS, **options.pop("headers", {})}
    answer = await client.fetch(url, headers=headers, request_timeout=LIMIT, **options)
    return json.loads(answer.body) if answer.body else None


async def ask(server: str, below: str, **options: Any) -> Any:
    """Return what a Jupyter server answers through the hub's proxy; raises as ``fetch``.

    With ``subdomain_host``, the URL of a server has a host, by which the proxy finds the server.
    """
    url = urlsplit(server)
    headers = {"Host": url.netloc} if url.netloc else {}
    return await fetch(f"{PROXY}{url.path}cluster-launcher/{below}", headers=headers, **options)


async def servers() -> list[tuple[str, str, str]]:
    """Return user, name and URL (or only its path) of each Jupyter server that is ready."""
    found: list[tuple[str, str, str]] = []
    address: str | None = url_path_join(API, "users") + "?state=ready"
    while address:
        page = await fetch(address, headers={"Accept": "application/jupyterhub-pagination+json"})
        for user in page["items"]:
            ready = (item for item in user["servers"].items() if item[1]["ready"])
            found += [(user["name"], name, server["url"]) for name, server in ready]
        following = page["_pagination"]["next"]
        # The path may be the hub's own or, behind a proxy, another one: only the query counts.
        address = following and f"{url_path_join(API, 'users')}?{urlsplit(following['url']).query}"
    return found


async def clusters_of(server: tuple[str, str, str]) -> list[dict[str, Any]]:
    """Return the clusters of a server that have not ended; raises as ``fetch``.

    The servers of a user on one host list the same clusters. Only the one that manages a cluster
    knows its load.
    """
    async with turn:  # a request that waits in the client would use up the time for its answer
        clusters = await ask(server[2], "clusters?no_track_activity=1")
    return [one for one in clusters if one["state"] in SHOWN]


def row(user: str, cluster: dict[str, Any]) -> dict[str, Any]:
    """Return a cluster as a row of the page; its age is in hours and minutes."""
    minutes = int(hours_since(cluster["created"]) * 60)
    return {
        "user": user,
        "id": cluster["id"],
        "name": cluster["name"],
        "state": cluster["state"],
        "age": f"{minutes // 60}:{minutes % 60:02}",
        "workers": cluster["workers"]["ready"],
        "cores": cluster["cores"],
        "idle": idle(cluster),
        "used": used(cluster),
        "stop": f"{PREFIX}stop/{'/'.join(quote(part, safe='') for part in (user, cluster['id']))}",
    }


def idle(cluster: dict[str, Any]) -> bool:
    """Return whether a cluster has nothing to compute, false where that is not known."""
    usage = cluster["usage"]
    if cluster["state"] != "running" or usage is None:
        return False
    return bool(usage["tasks"] <= usage["done"] + usage["failed"])


def used(cluster: dict[str, Any]) -> str:
    """Return the core-hours of a cluster, or the cost where its platform has a price."""
    spent = cluster["spent"]
    if spent is None:
        return ""
    hours = spent["core_hours"]
    if spent["since"]:
        hours += cluster["cores"] * hours_since(spent["since"])
    if cost := spent["cost"]:
        return f"{hours * cost['per_core_hour']:.2f} {cost['currency']}"
    return f"{hours:.1f} core-hours"


def hours_since(when: str) -> float:
    """Return the hours since a time as the REST interface writes it."""
    return (datetime.now(timezone.utc) - datetime.fromisoformat(when)).total_seconds() / 3600


async def everything() -> tuple[list[dict[str, Any]], list[str]]:
    """Return all rows, sorted by user and name, and a sentence for each silent server."""
    found = await servers()
    answers = await asyncio.gather(*map(clusters_of, found), return_exceptions=True)
    clusters: dict[tuple[str, str], dict[str, Any]] = {}
    problems = []
    for (user, name, _), answer in zip(found, answers, strict=True):
        if isinstance(answer, list):
            for one in answer:
                if (user, one["id"]) not in clusters or one["usage"]:
                    clusters[user, one["id"]] = one
        elif getattr(answer, "code", None) != 404:  # the extension is not installed there
            problems.append(f"{' / '.join(filter(None, (user, name)))} does not answer: {answer}")
    rows = [row(user, one) for (user, _), one in clusters.items()]
    return sorted(rows, key=lambda one: (one["user"], one["name"])), problems


async def stop(user: str, cluster_id: str) -> None:
    """Have a user's servers stop a cluster, one after the other, until one does.

    A cluster that was joined is left running. Raises ``HTTPError`` with a sentence where none does.
    """
    urls = [url for owner, _, url in await servers() if owner == user]
    reason, below = "", f"clusters/{quote(cluster_id, safe='')}"
    for url in urls:
        try:
            leave = "?leave=true" if (await ask(url, below))["joined"] else ""
            await ask(url, f"{below}{leave}", method="DELETE")
        except (HTTPClientError, OSError, ValueError) as error:
            # Without the extension, or the cluster, a server answers 404.
            if getattr(error, "code", None) != 404:
                reason = why(error)
        else:
            return
    if reason:
        raise HTTPError(502, reason=f"None of this user's servers stops this cluster. {reason}")
    raise HTTPError(404, reason="No running server of this user has this cluster.")


def why(error: Exception) -> str:
    """Return the sentence with which a server refused, or the error, in one line."""
    text = str(error)
    answer = getattr(error, "response", None)
    if answer is not None:
        with contextlib.suppress(ValueError, KeyError, TypeError):  # it may be a page for browsers
            text = str(json.loads(answer.body)["message"])
    return " ".join(text.split())


class Handler(HubOAuthenticated, RequestHandler):
    """Open to those whom the hub gives access to this service."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Show a sentence instead of a traceback."""
        error = kwargs.get("exc_info", (None, None))[1]
        self.set_header("Content-Type", "text/plain; charset=utf-8")  # it may quote a user's server
        self.finish(f"{status_code}: {getattr(error, 'reason', None) or error}")


class PageHandler(Handler):
    """The page."""

    @authenticated
    async def get(self) -> None:
        """Ask all servers at once, and show what they answer."""
        clusters, problems = await everything()
        self.finish(self.render_string("page.html", clusters=clusters, problems=problems))


class DataHandler(Handler):
    """The same as JSON."""

    @authenticated
    async def get(self) -> None:
        """Ask all servers at once."""
        clusters, problems = await everything()
        self.finish({"clusters": clusters, "problems": problems})


class StopHandler(Handler):
    """Stops a cluster of a user."""

    @authenticated
    async def post(self, user: str, cluster_id: str) -> None:
        """Have it stopped, and show what is left."""
        await stop(user, cluster_id)
        self.redirect(PREFIX)


def application() -> Application:
    """Return the service."""
    routes = [
        (PREFIX, PageHandler),
        (f"{PREFIX}clusters", DataHandler),
        (f"{PREFIX}stop/([^/]+)/([^/]+)", StopHandler),
        (f"{PREFIX}oauth_callback", HubOAuthCallbackHandler),
    ]
    return Application(
        routes,
        template_loader=DictLoader({"page.html": PAGE}),
        cookie_secret=os.urandom(32),
        xsrf_cookies=True,
        xsrf_cookie_kwargs={"path": PREFIX, "samesite": "Strict", "httponly": True},
    )


async def main() -> None:
    """Serve until the hub ends this process."""
    # Twice as many: silent servers must not hold up requests to the hub, or a stop.
    AsyncHTTPClient.configure(None, max_clients=2 * AT_ONCE)
    address = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"])
    application().listen(address.port or 80, address.hostname or "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):  # the hub ends its services so
        asyncio.run(main())
