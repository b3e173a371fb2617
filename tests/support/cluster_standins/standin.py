"""What the stand-ins share: a real scheduler and workers that do not end with whoever made them.

A stand-in has the signature of the class whose name it has, records how it was called, and can be
told to fail with that class's own words. ``STANDIN_FOLDER`` is the world outside: a file for each
cluster there is, and one for each call.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from distributed.core import rpc
from distributed.deploy.cluster import Cluster
from distributed.security import Security

FOLDER = "STANDIN_FOLDER"
FAILS = "STANDIN_FAILS"


def outside() -> Path:
    """Return the folder with what is there without any process of the user."""
    return Path(os.environ[FOLDER])


def record(name: str, arguments: dict[str, Any]) -> None:
    """Note a call: its arguments that are set."""
    given = {k: v for k, v in arguments.items() if k not in ("self", "kwargs") and v is not None}
    (outside() / f"call-{name}.json").write_text(json.dumps(given, default=str))


def fails() -> bool:
    """Return whether the next cluster is to fail, as where nothing is configured."""
    return FAILS in os.environ


class Standin(Cluster):
    """A cluster object that has neither ``scheduler`` nor ``worker_spec``, as of a cloud."""

    def __init__(
        self,
        name: str | None,
        n_workers: int,
        *,
        encrypted: bool = False,
        shutdown_on_close: bool = True,
    ) -> None:
        super().__init__(name=name or f"standin-{uuid.uuid4().hex[:8]}", quiet=True)
        self.file = outside() / f"{self.name}.cluster"
        self.shutdown_on_close = shutdown_on_close
        self.security = self._credentials() if encrypted else Security()
        if not self.file.exists():
            self._write({"pids": [], "address": self._start_scheduler()})
            self.scale(n_workers)
        self._loop_runner.start()
        self.sync(self._connect)

    async def _connect(self) -> None:
        address = self._read()["address"]
        self.scheduler_comm = rpc(
            address, connection_args=self.security.get_connection_args("client")
        )
        await super()._start()

    def scale(self, n: int) -> None:
        """Start workers, or end some."""
        state = self._read()
        workers = state["pids"][1:]
        for pid in workers[n:]:
            os.kill(pid, signal.SIGTERM)
        del workers[n:]
        while len(workers) < n:
            options = {"host": "127.0.0.1", "nthreads": 1, "dashboard": False}
            workers.append(self._spawn([state["address"]], "distributed.Worker", options))
        self._write({**state, "pids": [state["pids"][0], *workers]})

    async def _close(self) -> None:
        await super()._close()
        if self.shutdown_on_close and self.file.exists():
            for pid in self._read()["pids"]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            self.file.unlink()

    def _start_scheduler(self) -> str:
        file = outside() / f"{self.name}.scheduler"
        options = {
            "host": "127.0.0.1", "port": 0, "dashboard_address": "127.0.0.1:0",
            "scheduler_file": str(file),
        }  # fmt: skip
        self._write({"pids": [self._spawn([], "distributed.Scheduler", options)]})
        while not file.exists() or not file.read_text():
            time.sleep(0.05)
        return str(json.loads(file.read_text())["address"])

    def _spawn(self, arguments: list[str], cls: str, options: dict[str, Any]) -> int:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "distributed.cli.dask_spec", *arguments),
                *("--spec", json.dumps({"cls": cls, "opts": options})),
            ],
            env={**os.environ, **self._environment()},
            start_new_session=True,  # as on another machine
            stderr=subprocess.DEVNULL,
        )
        return process.pid

    def _environment(self) -> dict[str, str]:
        if not self.security.require_encryption:
            return {}
        prefix = "DASK_DISTRIBUTED__COMM__"
        pem = str(outside() / "standin.pem")
        roles = {f"{prefix}TLS__{role}__CERT": pem for role in ("SCHEDULER", "WORKER", "CLIENT")}
        return {
            f"{prefix}DEFAULT_SCHEME": "tls", f"{prefix}REQUIRE_ENCRYPTION": "True",
            f"{prefix}TLS__CA_FILE": pem, **roles,
        }  # fmt: skip

    def _credentials(self) -> Security:
        pem = outside() / "standin.pem"
        if not pem.exists():
            temporary: Any = Security.temporary()
            pem.write_text(temporary.tls_client_key + temporary.tls_client_cert)
        files = {"tls_ca_file": str(pem), "tls_client_cert": str(pem)}
        return Security(require_encryption=True, **files)

    def _read(self) -> dict[str, Any]:
        return dict(json.loads(self.file.read_text()))

    def _write(self, state: dict[str, Any]) -> None:
        if self.file.exists() and "address" not in state:
            state = {**self._read(), **state}
        elif self.file.exists() and not state["pids"]:
            state["pids"] = self._read()["pids"]
        self.file.write_text(json.dumps(state))
