"""Requests to the launcher of a running Jupyter server, from a notebook, terminal or script.

Standard library only, besides the path of the runtime directory: a notebook that imports this must
not load a server.
"""

from __future__ import annotations

import json
import os
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit

from jupyter_core.paths import jupyter_runtime_dir

from ..controller.guarded_files import NOTE, read_json
from ..errors import BadInputError, LauncherError, NotAvailableError, UnknownError, WrongStateError

ERRORS: dict[int, type[LauncherError]] = {
    404: UnknownError,
    409: WrongStateError,
    422: BadInputError,
}
# Of the environment: the id of the cluster that a kernel was started for, and connects to.
CLUSTER = "CLUSTER_LAUNCHER_CLUSTER"
# Of a cluster as the launcher shows it, what this package uses.
USED = {
    *("id", "name", "state", "message", "platform", "platform_title", "workers", "unit", "cores"),
    *("memory", "joined", "queue", "again", "dashboard_url"),
}
LOGS = 2  # parts of a path, beyond which it is about something of a cluster
CLOSING = 120.0  # seconds; a server gives a cluster's own close half a minute, then ends it


@dataclass(frozen=True)
class Server:
    """A Jupyter server; ``here`` marks one found on this computer by its own file."""

    url: str
    token: str
    here: bool = False

    def send(self, method: str, path: str, body: Any = None, timeout: float = 60.0) -> Any:
        """Return the JSON that a route of the launcher answers; ``timeout`` is in seconds.

        Raises ``NotAvailableError`` where there is no launcher that answers, and the errors of
        ``models`` with the launcher's own sentences.
        """
        address = f"{self.url.rstrip('/')}/cluster-launcher/{path}"
        if not address.startswith(("http://", "https://")):
            raise BadInputError(f"{self.url} is not an address that starts with http.")
        data = None if body is None else json.dumps(body).encode()
        sending = request.Request(address, data, self._headers(), method=method)  # noqa: S310 - checked
        try:
            with self._opener().open(sending, timeout=timeout) as answer:
                text = answer.read()
            data = json.loads(text) if text else None
        except HTTPError as error:
            raise self._refusal(error) from None
        except (OSError, ValueError, RecursionError, HTTPException) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise NotAvailableError(
                f"The Jupyter server at {self.url} does not answer: {reason}"
            ) from None
        if not _fits(method, path, data):
            raise NotAvailableError(
                f"The answer of {self.url} cannot be understood. Another program may use that port "
                "now, or the launcher there has another version."
            )
        return data

    def gone(self, cluster_id: str) -> None:
        """Wait until there is no such cluster any more; raises ``WrongStateError`` if it stays."""
        end = time.monotonic() + CLOSING
        while time.monotonic() < end:
            try:
                cluster = self.send("GET", f"clusters/{quote(cluster_id)}")
            except UnknownError:
                return
            if cluster["state"] != "closing":
                raise WrongStateError(f"The cluster is {cluster['state']}. {cluster['message']}")
            time.sleep(0.1)
        raise WrongStateError("The cluster takes long to stop. It is still being stopped.")

    def _headers(self) -> dict[str, str]:
        if self.token:
            return {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        # A server without a token still wants to be sure that no web page sends this.
        double = "sent-by-no-browser"
        return {"X-XSRFToken": double, "Cookie": f"_xsrf={double}"}

    def _opener(self) -> request.OpenerDirector:
        context = ssl.create_default_context()
        if self.here:  # by its own file: its certificate is often its own, too
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        # A site's proxy is for other computers.
        direct = [request.ProxyHandler({})] if self.here else []
        return request.build_opener(_NoRedirect(), request.HTTPSHandler(context=context), *direct)

    def _refusal(self, error: HTTPError) -> LauncherError:
        try:
            message = json.loads(error.read())["message"]
        except (OSError, ValueError, KeyError, TypeError):
            message = None
        if error.code in (301, 302, 303, 307, 308, 401, 403):
            return NotAvailableError(
                f"The Jupyter server at {self.url} refused access: it needs its token."
            )
        if error.code == 404 and not message:
            return NotAvailableError(
                f"The Jupyter server at {self.url} has no cluster launcher. Install "
                "jupyter-cluster-launcher in its environment and restart it."
            )
        text = message or f"The Jupyter server at {self.url} failed: {error.code} {error.reason}."
        return ERRORS.get(error.code, NotAvailableError)(text)


class _NoRedirect(request.HTTPRedirectHandler):
    """Follow no redirect: the token is for this server only."""

    def redirect_request(
        self, req: request.Request, fp: Any, code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Return no other request."""


def servers() -> list[Server]:
    """Return this user's running servers on this computer, the likeliest first.

    That is the one that this notebook or terminal came from, then the newest.
    """
    known = []
    for path in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
        try:
            info, age = read_json(path, NOTE), -path.stat().st_mtime
        except (OSError, ValueError):  # gone, or just being written
            continue
        if _is_server(info) and not info.get("sock") and _runs(info["pid"]):
            known.append((not _ours(info), age, Server(info["url"], _token(info), True)))
    hub = os.environ.get("JUPYTERHUB_SERVICE_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
    if not known and hub[0] and hub[1]:
        return [Server(hub[0], hub[1], True)]
    return [server for _, _, server in sorted(known, key=lambda one: one[:2])]


def base_url() -> str | None:
    """Return the path of the likeliest server, as browsers have it too; None without any."""
    return next((f"{urlsplit(one.url).path.rstrip('/')}/" for one in servers()), None)


def find() -> Server:
    """Return the likeliest running server with a launcher; raises ``NotAvailableError``."""
    return _first("clusters")[0]


def holder(cluster_id: str) -> tuple[Server, dict[str, Any]]:
    """Return a server that can act on a cluster, and the cluster as it shows it.

    Raises ``UnknownError`` where no server knows it and ``NotAvailableError`` where none answers.
    """
    return _first(f"clusters/{quote(cluster_id)}", lambda shown: shown["state"] != "elsewhere")


def _first(path: str, suits: Callable[[Any], bool] = lambda _: True) -> tuple[Server, Any]:
    """Return the first server whose answer suits, and the answer; else the first that answers.

    Raises the likeliest server's error.
    """
    trouble: LauncherError | None = None
    answers = []
    for server in servers():
        try:
            answers.append((server, server.send("GET", path)))
        except LauncherError as error:
            trouble = trouble or error
            continue
        if suits(answers[-1][1]):
            return answers[-1]
    if answers:
        return answers[0]
    raise trouble or NotAvailableError(
        "No Jupyter server of yours is running on this computer. Start one with: jupyter lab"
    )


def _fits(method: str, path: str, answer: Any) -> bool:
    """Return whether an answer has the shape of the launcher's, where callers rely on that."""
    route = path.partition("?")[0].split("/")
    if method == "DELETE" or route[0] != "clusters":
        return True
    if route == ["clusters"] and method == "GET":
        return isinstance(answer, list) and all(map(_is_cluster, answer))
    return isinstance(answer, dict) if len(route) > LOGS else _is_cluster(answer)


def _is_cluster(shown: Any) -> bool:
    """Return whether JSON data has what this package uses of a cluster."""
    if not (isinstance(shown, dict) and shown.keys() >= USED):
        return False
    texts = (shown["id"], shown["name"], shown["state"], shown["message"])
    workers = shown["workers"]
    return (
        all(isinstance(text, str) for text in texts)
        and isinstance(shown["memory"], int | float)
        and isinstance(workers, dict)
        and workers.keys() >= {"ready", "requested"}
    )


def _is_server(info: Any) -> bool:
    """Return whether a file describes a Jupyter server: other programs name theirs alike."""
    keys = {"url": str, "base_url": str, "token": str, "pid": int}
    if not isinstance(info, dict) or any(not isinstance(info.get(k), v) for k, v in keys.items()):
        return False
    try:
        urlsplit(info["url"])
    except ValueError:
        return False
    return True


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return pid > 0  # to `kill`, others are sets of processes


def _ours(info: dict[str, Any]) -> bool:
    """Return whether this process is a kernel or terminal of that server, or on its hub."""
    env = os.environ
    return (
        env.get("JPY_PARENT_PID") == str(info["pid"])
        or env.get("JUPYTER_SERVER_URL") == info["url"]
        or env.get("JUPYTERHUB_SERVICE_PREFIX") == info["base_url"]
    )


def _token(info: dict[str, Any]) -> str:
    """Return the token to use: the server's own, on a JupyterHub that of the hub."""
    if os.environ.get("JUPYTERHUB_SERVICE_PREFIX") == info["base_url"]:
        return os.environ.get("JUPYTERHUB_API_TOKEN", "")
    return str(info["token"])
