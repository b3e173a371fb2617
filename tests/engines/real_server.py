"""A real Jupyter server in a process of its own, that can be stopped, killed and started again."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from supervised import ENDED, Supervised, children, free_ports

PLATFORMS = Path(__file__).parent.parent.parent / "jupyter_cluster_launcher/platforms/data"
TOKEN = "a-token-of-the-tests"
# Extensions that only take time to start.
OTHERS = ("jupyterlab", "jupyter_lsp", "jupyter_server_terminals", "notebook", "notebook_shim",
          "dask_labextension")  # fmt: skip
ATTEMPTS = 3  # at a port that no other program has

T = TypeVar("T", bound="RealServer")


class RealServer:
    """``jupyter server`` with the extension, its HOME and runtime directory below ``folder``."""

    def __init__(
        self, folder: Path, *arguments: str, base_url: str = "/base/", token: str = TOKEN
    ) -> None:
        """Prepare a server; ``arguments`` are added to its command line."""
        self.token = token
        self.folder, self.arguments, self.base_url = folder, arguments, base_url
        self.python = [sys.executable]
        self._pid: int | None = None
        self.variables: dict[str, str] = {}  # of its environment, beside those it always has
        self.runtime = folder / "runtime"
        self.work = folder / "work"
        for path in (self.runtime, self.work, folder / "jupyter", folder / "config"):
            path.mkdir(parents=True, exist_ok=True)
        # In a file, since every user can read the arguments of a process.
        config = {
            "IdentityProvider": {"token": token},
            "ServerApp": {"jpserver_extensions": dict.fromkeys(OTHERS, False)},
        }
        (folder / "config" / "jupyter_server_config.json").write_text(json.dumps(config))
        link = folder / "jupyter" / "cluster-platforms"
        if not link.exists():
            link.symlink_to(PLATFORMS)
        # One for each start: what an earlier one started may still run when it is over.
        self._started: list[Supervised] = []

    def start(self: T) -> T:
        """Start the server and wait until it answers."""
        env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY"))},
            "HOME": str(self.folder),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            "JUPYTER_CONFIG_DIR": str(self.folder / "config"),
            "JUPYTER_PATH": str(self.folder / "jupyter"),
            **self.variables,
        }
        self._pid = None
        for attempt in range(1, ATTEMPTS + 1):
            (self.port,) = free_ports(1)
            command = [
                *self.python, "-m", "jupyter_server", "--allow-root", "--no-browser",
                "--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0",
                f"--ServerApp.base_url={self.base_url}", f"--ServerApp.root_dir={self.work}",
                *self.arguments,
            ]  # fmt: skip
            self._started.append(Supervised(command, self.folder / "server.log", env, self.work))
            try:
                self._started[-1].wait_until("The Jupyter server", self._answers)
            except RuntimeError:
                if attempt == ATTEMPTS or "not available" not in self.output():
                    raise
            else:
                break
        found = list(children(self._started[-1].process.pid))
        if not found:
            raise RuntimeError(f"The server ended at once. Its output:\n{self.output()}")
        self._pid = found[0]
        return self

    @property
    def pid(self) -> int:
        """The process number of the server that was started last, also when it has ended."""
        assert self._pid is not None, "it was not started"
        return self._pid

    @property
    def supervisors(self) -> set[int]:
        """The process numbers of the programs that end the server with the test."""
        return {started.process.pid for started in self._started}

    def descendants(self) -> list[int]:
        """Return every process that came of the server, however often it was started."""
        return [pid for started in self._started for pid in started.descendants()]

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and wait until it has ended."""
        os.kill(self.pid, number)
        wait_until(lambda: not Path(f"/proc/{self.pid}").exists(), "the server has ended")

    def ended(self) -> bool:
        """Return whether the server that was started last has ended by itself."""
        return ENDED in self.output()

    def stop(self) -> None:
        """End the server and all that came of it."""
        while self._started:
            self._started.pop().stop()

    def output(self) -> str:
        """Return what the server has written since it was started last."""
        return self._started[-1].output()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return the status and the JSON that a route answers; ``path`` is below the base URL."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{self.base_url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text, status = answer.read(), answer.status
        except urllib.error.HTTPError as error:
            text, status = error.read(), error.code
        except ConnectionResetError as error:  # while it is being started, it is refused
            end = self.output()[-5000:]
            raise ConnectionResetError(f"{error}; the end of the server's log:\n{end}") from error
        return status, json.loads(text) if text else None

    def clusters(self) -> list[dict[str, Any]]:
        """Return all clusters."""
        return list(self.ask("GET", "cluster-launcher/clusters")[1])

    def launch(self, **request: Any) -> str:
        """Launch a cluster and return its id."""
        status, cluster = self.ask("POST", "cluster-launcher/clusters", request)
        assert status == 202, cluster
        return str(cluster["id"])

    def until(self, cluster_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Return the cluster once something holds of it."""
        seen: list[dict[str, Any]] = []

        def check() -> bool:
            seen[:] = [c for c in self.clusters() if c["id"] == cluster_id]
            return bool(seen) and holds(seen[0])

        wait_until(check, lambda: f"the cluster as expected, not {seen}")
        return seen[0]

    def ready(self, cluster_id: str, workers: int) -> dict[str, Any]:
        """Return the cluster once it runs with this many workers."""
        return self.until(
            cluster_id, lambda c: c["state"] == "running" and c["workers"]["ready"] == workers
        )

    def _answers(self) -> bool:
        # Its own words first: another program may have taken the port since it was found free.
        if "is running at" not in self.output():
            return False
        try:
            return self.ask("GET", "api/status")[0] == 200
        except OSError:
            return False


def wait_until(
    holds: Callable[[], Any], what: str | Callable[[], str], seconds: float = 60
) -> None:
    """Wait until something holds; fail, saying what did not, after ``seconds``."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"never came: {what if isinstance(what, str) else what()}"
        time.sleep(0.05)
