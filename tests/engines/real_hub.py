"""A real JupyterHub for the tests, with a real dask-gateway-server as its service.

Users alice and bob, named servers, everything on loopback and free ports; ready in some seconds.
Run as a program (``python real_hub.py``) it starts one, prints its address and the password as
JSON and serves until its standard input ends; that is what the browser tests use. With ``--check``
it only prints why it could not.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from real_gateway import CONFIG as GATEWAY_CONFIG
from real_gateway import missing as gateway_missing
from supervised import Supervised, command_line, free_ports, marked

HERE = Path(__file__).parent
CONFIG = HERE / "real_hub_config.py"
PLATFORMS = HERE.parent.parent / "jupyter_cluster_launcher/platforms/data"
SERVICE = HERE.parent.parent / "examples/hub-service"
PROXY = "configurable-http-proxy"
# What Galata needs, and no more: logins, cookies and XSRF stay as they are on a hub.
BROWSER_CONFIG = """
from pathlib import Path
import jupyterlab
c.LabApp.expose_app_in_browser = True
c.LabServerApp.extra_labextensions_path = str(Path(jupyterlab.__file__).parent / "galata")
"""


def proxy_command() -> str | None:
    """Return the proxy's executable, if there is one."""
    here = HERE.parent.parent / "node_modules" / ".bin" / PROXY
    return os.environ.get("CONFIGURABLE_HTTP_PROXY") or (
        str(here) if here.exists() else shutil.which(PROXY)
    )


def missing() -> str | None:
    """Return why no hub can run here, or None."""
    if find_spec("jupyterhub") is None:
        return "jupyterhub is not installed: pip install jupyterhub"
    if shutil.which("node") is None:
        return "node is not on PATH; configurable-http-proxy needs it"
    if proxy_command() is None:
        return f"{PROXY} is not found: npm install {PROXY}"
    return gateway_missing()


class RealHub:
    """One hub; its users' servers and its gateway's clusters are processes on this host."""

    def __init__(
        self, directory: Path, *, form: str = "nebari", server_config: Path | None = None
    ) -> None:
        """Prepare a hub that keeps everything below ``directory``.

        ``server_config`` is a configuration file for every user's Jupyter server.
        """
        self.directory = directory
        port, inner, proxy_api, gateway, private, service = free_ports(6)
        self.url = f"http://127.0.0.1:{port}/"
        self.password = secrets.token_hex(8)
        self.token = secrets.token_hex(16)
        # Every user has it in their environment; no page and no file may show it.
        self.secret = f"secret-{secrets.token_hex(8)}"
        if server_config is None:
            server_config = directory / "server_config.py"
        self.server_config = server_config
        self.programs = Path(sys.executable).parent  # jupyterhub and those that it starts
        self.settings = {
            "HUB_DIRECTORY": str(directory),
            "HUB_URL": self.url,
            "HUB_INNER_URL": f"http://127.0.0.1:{inner}/",
            "HUB_PROXY_API_URL": f"http://127.0.0.1:{proxy_api}",
            "HUB_PASSWORD": self.password,
            "HUB_TESTS_TOKEN": self.token,
            "HUB_SECRET": self.secret,
            "HUB_GATEWAY_CONFIG": str(GATEWAY_CONFIG),
            "HUB_SERVER_CONFIG": str(server_config),
            "CONFIGURABLE_HTTP_PROXY": proxy_command() or "",
            "GATEWAY_DIRECTORY": str(directory / "clusters"),
            "GATEWAY_PORT": str(gateway),
            "GATEWAY_PRIVATE_PORT": str(private),
            "GATEWAY_FORM": form,
            "CLUSTERS_FOLDER": str(SERVICE),
            "CLUSTERS_PORT": str(service),
            "CLUSTERS_PROXY_URL": self.url.rstrip("/"),
        }
        self.server: Supervised | None = None

    def home(self, user: str) -> Path:
        """Return the home directory of a user."""
        home = self.directory / "home" / user
        home.mkdir(parents=True, exist_ok=True)
        return home

    def start(self) -> RealHub:
        """Start the hub and wait until it and its gateway answer."""
        assert CONFIG.is_file()
        assert GATEWAY_CONFIG.is_file()
        (self.directory / "clusters").mkdir(parents=True, exist_ok=True)
        # The platform files of this checkout, whatever is installed.
        share = self.directory / "share"
        share.mkdir(exist_ok=True)
        (share / "cluster-platforms").symlink_to(PLATFORMS)
        self.server_config.touch()
        # Variables of an outer hub or server would lead the inner ones astray.
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JUPYTER", "JPY_", "DASK_"))
        }
        command = [str(self.programs / "jupyterhub"), "-f", str(CONFIG)]
        self.server = Supervised(
            command, self.directory / "hub.log", {**env, **self.settings}, self.directory
        )
        self.server.wait_until("An answer of JupyterHub and its gateway", self.healthy)
        return self

    def healthy(self) -> bool:
        """Return whether the hub and, through it, the gateway answer."""
        try:
            self.ask("GET", "")
            with urllib.request.urlopen(
                f"{self.url}services/dask-gateway/api/health", timeout=2
            ) as answer:
                return bool(json.load(answer)["status"] == "pass")
        except OSError:
            return False

    def stop(self) -> None:
        """Stop the hub, its users' servers and its gateway; nothing stays behind."""
        if self.server is not None:
            self.server.stop()
            self.server = None

    def ask(self, verb: str, path: str, data: Any = None) -> Any:
        """Send a request to the hub's API, as the tests' service."""
        return self._request(verb, f"{self.url}hub/api/{path}", self.token, data)

    def user_token(self, user: str) -> str:
        """Return a token with which requests are ``user``'s."""
        return str(self.ask("POST", f"users/{user}/tokens", {"note": "tests"})["token"])

    def spawn(self, user: str, name: str = "") -> str:
        """Start a user's server, the default one or a named one; return its address."""
        try:
            self.ask("POST", f"users/{user}")
        except urllib.error.HTTPError as error:
            if error.code != 409:  # 409: the user is known already
                raise
        self.home(user)
        self.ask("POST", f"users/{user}/servers/{name}" if name else f"users/{user}/server")
        assert self.server is not None

        def ready() -> bool:
            return bool(self.ask("GET", f"users/{user}")["servers"].get(name, {}).get("ready"))

        self.server.wait_until(f"The server of {user}", ready)
        return f"{self.url}user/{user}/{name + '/' if name else ''}"

    def wait_gone(self, user: str, name: str = "") -> None:
        """Wait until a user's server has stopped."""
        assert self.server is not None
        self.server.wait_until(
            f"The end of the server of {user}",
            lambda: name not in self.ask("GET", f"users/{user}")["servers"],
        )

    def clusters(self, user: str, status: str = "pending,running") -> list[dict[str, Any]]:
        """Return a user's clusters as the gateway lists them."""
        url = f"{self.url}services/dask-gateway/api/v1/clusters/?status={status}"
        found = self._request("GET", url, self.user_token(user), scheme="jupyterhub")
        return list(found.values())

    def stop_cluster(self, user: str, name: str) -> None:
        """Stop a cluster behind the launcher's back."""
        url = f"{self.url}services/dask-gateway/api/v1/clusters/{name}"
        self._request("DELETE", url, self.user_token(user), scheme="jupyterhub")

    def processes(self, word: str) -> list[int]:
        """Return the processes of this hub with ``word`` in their command line."""
        assert self.server is not None
        return [pid for pid in marked(self.server.mark) if word in command_line(pid)]

    @staticmethod
    def _request(verb: str, url: str, token: str, data: Any = None, scheme: str = "token") -> Any:
        request = urllib.request.Request(
            url,
            method=verb,
            data=None if data is None and verb == "GET" else json.dumps(data or {}).encode(),
            headers={"Authorization": f"{scheme} {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if body else None


def for_browser_tests(directory: Path) -> RealHub:
    """Return a hub whose JupyterLab lets tests in, with ebdpy in its shared folder."""
    config = directory / "browser_server_config.py"
    config.write_text(BROWSER_CONFIG)
    hub = RealHub(directory, server_config=config)
    home = hub.home("alice")
    library = home / "shared" / "users" / "lib"
    library.mkdir(parents=True)
    shutil.copy(HERE.parent / "support/ebdpy_standin" / "ebdpy.py", library)
    (home / ".aws").mkdir()
    (home / ".aws" / "credentials").write_text(
        "[esip-qhub]\naws_access_key_id = AKIATEST\naws_secret_access_key = hub-secret\n"
    )
    return hub


def main() -> None:
    """Serve one hub until standard input ends."""
    if reason := missing():
        sys.exit(f"No JupyterHub can run here: {reason}")
    if sys.argv[1:] == ["--check"]:
        return
    with tempfile.TemporaryDirectory(prefix="real-hub-") as directory:
        hub = for_browser_tests(Path(directory)).start()
        try:
            known = {
                "url": hub.url,
                "password": hub.password,
                "token": hub.token,
                "secret": hub.secret,
            }
            sys.stdout.write(json.dumps(known) + "\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            hub.stop()


if __name__ == "__main__":
    main()
