"""Jupyter servers to measure: with our extension, with dask-labextension, with neither."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

OURS, PEER = "jupyter_cluster_launcher", "dask_labextension"
FRONT_ENDS = {OURS: "jupyter-cluster-launcher", PEER: "dask-labextension"}
TOKEN = "benchmark"
OUR_CLUSTERS = "cluster-launcher/clusters"
PEER_CLUSTER = "dask/clusters/the-one-that-is-measured"
LIMIT = 120.0  # seconds for whatever is awaited

# Workers of the peer import what the server's `__main__` is, which differs.
SCRIPT, MODULE = "jupyter lab", "python -m jupyterlab"
STARTS = {
    SCRIPT: [str(Path(sys.executable).with_name("jupyter-lab"))],
    MODULE: [sys.executable, "-m", "jupyterlab"],
}

# Without one of them, differences would be noise and still look like results.
for _name in (OURS, PEER):
    if importlib.util.find_spec(_name) is None:
        sys.stderr.write(
            f"{FRONT_ENDS[_name]} is not installed in this environment, so there is nothing to "
            'compare. Run "make bench", which makes an environment with both.\n'
        )
        raise SystemExit(2)


class Server:
    """A JupyterLab server with at most one of the two extensions, in a home of its own."""

    def __init__(self, extension: str | None, start: str = SCRIPT, **env: str) -> None:
        """Prepare a server with ``extension``; ``env`` is added to its environment.

        ``start`` is one of ``STARTS``.
        """
        self.extension, self.start = extension, start
        self._home = tempfile.TemporaryDirectory(prefix="benchmark-")
        self.home = Path(self._home.name)
        self.runtime = self.home / "runtime"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        config = self.home / "config"
        (config / "labconfig").mkdir(parents=True)
        off = {name: name == extension for name in (OURS, PEER)}
        (config / "jupyter_server_config.json").write_text(
            json.dumps({"ServerApp": {"jpserver_extensions": off}})
        )
        disabled = {FRONT_ENDS[name]: True for name in (OURS, PEER) if name != extension}
        (config / "labconfig" / "page_config.json").write_text(
            json.dumps({"disabledExtensions": disabled})
        )
        self._env = {
            **os.environ,
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(config),
            "JUPYTER_RUNTIME_DIR": str(self.runtime),
            **env,
        }

    def add_to_environment(self, **env: str) -> None:
        """Add variables that depend on what is known only now, such as its home."""
        self._env |= env

    def command(self) -> list[str]:
        """Return the command that starts it."""
        return [
            *STARTS[self.start], "--no-browser", "--allow-root",
            f"--port={self.port}", f"--IdentityProvider.token={TOKEN}", "--ip=127.0.0.1",
            f"--ServerApp.root_dir={self.home}", "--expose-app-in-browser",
        ]  # fmt: skip

    def __enter__(self) -> Server:
        """Start it; ``seconds`` is how long it took until it answered."""
        self.runtime.mkdir(mode=0o700)
        begun = time.perf_counter()
        self._log = open(self.home / "server.log", "wb")
        self._process = subprocess.Popen(
            self.command(),
            env=self._env,
            cwd=self.home,  # or `python -m` would import what is in the present one
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )
        wait_until(self._answers, 60)
        self.seconds = time.perf_counter() - begun
        self.process = psutil.Process(self._process.pid)
        return self

    def __exit__(self, *_: object) -> None:
        """End it and everything it started."""
        children = self.process.children(recursive=True)
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for child in children:
            if child.is_running():
                child.kill()
        self._log.close()
        self._home.cleanup()

    @property
    def memory(self) -> float:
        """The resident memory of the server's own process, in MiB."""
        return float(self.process.memory_info().rss) / 2**20

    @property
    def cpu(self) -> float:
        """The CPU seconds that the server's own process has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON of an answer, None where it has no body."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=300) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def rest(self) -> None:
        """Return when what the server has started did not use the CPU for a second."""
        wait_until(self.workers)
        deadline, before = time.perf_counter() + LIMIT, -1.0
        while (used := _cpu(self.process)) != before:
            if time.perf_counter() > deadline:
                raise TimeoutError("the server's processes did not come to rest")
            before = used
            time.sleep(1)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that the server started, without Python's own helper."""
        children = self.process.children(recursive=True)
        return [child for child in children if not _is_helper(child)]

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError((self.home / "server.log").read_text())
        try:
            self.ask("GET", "api/status")
        except (urllib.error.URLError, ConnectionError):
            return False
        return True


def _cpu(process: psutil.Process) -> float:
    """Return the CPU seconds of a process's children, in whole tenths: pauses are not all idle."""
    total = 0.0
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            total += times.user + times.system
    return round(total, 1)


def _is_helper(process: psutil.Process) -> bool:
    try:
        gone = process.status() == psutil.STATUS_ZOMBIE
        return gone or "resource_tracker" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return True


def wait_until(holds: Callable[[], Any], seconds: float = LIMIT) -> None:
    """Return once something holds, looked at a hundred times a second."""
    deadline = time.perf_counter() + seconds
    while not holds():
        if time.perf_counter() > deadline:
            raise TimeoutError(f"not within {seconds:g} s")
        time.sleep(0.01)


def free_port() -> int:
    """Return a port of the loopback address that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
