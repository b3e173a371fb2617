"""What other users of a login node can see of the processes that are started there."""

from __future__ import annotations

import http.server
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import a_cluster, script, shipped, write_kernelspec
from jupyter_client.kernelspec import KernelSpecManager

from jupyter_cluster_launcher.backends.batch.backend import BatchBackend
from jupyter_cluster_launcher.backends.batch.check import job_script
from jupyter_cluster_launcher.backends.facts import Context
from jupyter_cluster_launcher.backends.gateway import STARTED, GatewayBackend
from jupyter_cluster_launcher.controller.environments import Environments
from jupyter_cluster_launcher.models import Report
from jupyter_cluster_launcher.platforms.code import codegen

KEY = "wJalrXUtnFEMI"


@pytest.fixture
def seen(jp_environ: None, jp_kernel_dir: Path, tmp_path: Path) -> Path:
    """The file into which the kernel ``watched`` writes all arguments that it is started with."""
    seen = tmp_path / "arguments"
    python = script(tmp_path, "python", f'echo "$@" >> {seen}; exec {sys.executable} "$@"')
    write_kernelspec(Path(jp_kernel_dir), "watched", python=python)
    return seen


async def test_a_key_in_the_job_script(seen: Path, tmp_path: Path) -> None:
    """Guards against `export KEY=…` before the workers start, readable in ps by all users."""
    tallgrass = shipped("tallgrass")
    options = {"interface": "lo", "job_script_prologue": [f"export KEY={KEY}"]}
    environments = Environments(KernelSpecManager(), "python3", timeout=120)
    backend = BatchBackend(Context(environments))
    cluster = a_cluster(
        kernel_name="watched",
        kind="batch",
        batch="slurm",
        create=codegen.create(tallgrass, options, 1),
        preparation=backend.needs(tallgrass, options).preparation,
    )
    settings = backend.preparation(cluster, tmp_path / "ID")
    text = await job_script(cluster, environments, settings)
    assert f"\nexport KEY={KEY}\n" in text
    assert KEY not in seen.read_text()


class StubGateway(http.server.ThreadingHTTPServer):
    """A gateway that stops whatever cluster it is asked to stop, and records the requests."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        super().__init__(("127.0.0.1", 0), _Request)


class _Request(http.server.BaseHTTPRequestHandler):
    server: StubGateway

    def do_DELETE(self) -> None:
        self.server.requests.append(f"{self.command} {self.path}")
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Print nothing."""


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[StubGateway]:
    """The gateway that Dask's configuration names."""
    with StubGateway() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("DASK_GATEWAY__ADDRESS", f"http://127.0.0.1:{server.server_port}")
        yield server
        server.shutdown()


async def test_the_name_of_a_cluster_that_is_stopped(
    seen: Path, tmp_path: Path, gateway: StubGateway
) -> None:
    """Guards against a dashboard that any user can open, because its name was in ps."""
    (tmp_path / STARTED).write_text(f'["{KEY}"]')
    environments = Environments(KernelSpecManager(), "python3")
    backend = GatewayBackend(Context(environments, gateway_patience=120))
    cluster = a_cluster(kernel_name="watched", report=Report(name="another-name"))
    await backend.cleanup(cluster, tmp_path, shut_down=True)
    stopped = [f"DELETE /api/v1/clusters/{name}" for name in (KEY, "another-name")]
    assert gateway.requests == stopped, "both were stopped by the program whose arguments these are"
    arguments = seen.read_text()
    assert arguments.strip()
    assert KEY not in arguments
    assert "another-name" not in arguments
