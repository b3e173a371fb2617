"""The thread that polls a gateway's cluster, and what it runs far away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from fake_clusters import Dashboard, FakeGatewayCluster

from jupyter_cluster_launcher.resident.gateway import monitor as monitors
from jupyter_cluster_launcher.resident.gateway.monitor import GatewayMonitor
from jupyter_cluster_launcher.resident.gateway.scheduler import by_value, gateway_settings
from jupyter_cluster_launcher.resident.gateway.state import (
    ANSWER_LIMIT,
    GatewayState,
)
from jupyter_cluster_launcher.resident.observed.identity import WorkerIdentity

WORKER: WorkerIdentity = {
    "name": "w1", "nthreads": 2, "memory_limit": 1000, "metrics": {"cpu": 100.0, "memory": 100},
}  # fmt: skip


class Scheduler:
    """A scheduler at the other end of a connection, which answers or does not."""

    def __init__(self, python: str = "") -> None:
        self.python = python or ".".join(map(str, sys.version_info[:3]))
        self.error: Exception | None = None
        self.functions: list[bytes] = []

    async def identity(self) -> dict[str, Any]:
        if self.error:
            raise self.error
        return {"workers": {"tls://1": WORKER}}

    async def get_task_prefix_states(self) -> Mapping[str, Mapping[str, int]]:
        return {"inc": {"processing": 0, "waiting": 0, "released": 0, "memory": 1}}

    async def events(self, topic: str) -> Sequence[Any]:
        return [(1.0, {"worker": "tls://1", "rss": 2**30})] if topic.endswith("memory") else []

    async def versions(self) -> dict[str, Any]:
        return {"packages": {"python": f"{self.python}.final.0", "dask": "2026.1", "numpy": None}}

    async def run_function(self, function: bytes) -> dict[str, Any]:
        self.functions.append(function)
        return {"result": {"count": 3, "idle_timeout": 600, "adapting": True}}


class Answering:
    """A gateway that says what became of a cluster."""

    address = "http://127.0.0.1:9"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.answer: Callable[[], str] = lambda: "RUNNING"

    async def __aenter__(self) -> Answering:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close nothing."""

    async def get_cluster(self, name: str) -> Any:
        return SimpleNamespace(status=SimpleNamespace(name=self.answer()))


@pytest.fixture
def monitor() -> GatewayMonitor:
    """A monitor that is connected to stand-ins."""
    one = GatewayMonitor(GatewayState(FakeGatewayCluster()))
    one.scheduler, one.gateway = Scheduler(), Answering()
    return one


async def test_a_first_poll(monitor: GatewayMonitor) -> None:
    """Guards what only the scheduler knows: what was requested before, and its versions."""
    await monitor.poll()
    state = monitor.state
    assert (state.requested, state.adapting, state.idle_timeout) == (3, True, 600)
    assert state.versions == {"python": monitor.scheduler.python, "dask": "2026.1"}
    assert (list(state.workers), state.tasks, state.plots) == (["tls://1"], 1, {})
    await monitor.poll()
    assert len(monitor.scheduler.functions) == 1


async def test_plots_behind_the_gateway(monitor: GatewayMonitor, dashboard: Dashboard) -> None:
    """Guards the list of plots: it is at the gateway's address, and needs no login."""
    monitor.gateway.address = f"http://127.0.0.1:{dashboard.server_port}"
    dashboard.pages["/clusters/1f/individual-plots.json"] = b'{"Progress": "/progress"}'
    assert await monitor.fetch_plots() == {"Progress": "/progress"}
    dashboard.pages.clear()
    assert await monitor.fetch_plots() == {}


async def test_a_scheduler_of_another_python(monitor: GatewayMonitor) -> None:
    """Guards a scheduler that a function of another Python could crash."""
    monitor.scheduler = Scheduler("3.1.4")
    await monitor.poll()
    assert monitor.scheduler.functions == []
    assert (monitor.state.versions["python"], monitor.state.idle_timeout) == ("3.1.4", 0)


async def test_a_scheduler_that_is_silent(
    monitor: GatewayMonitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against an alarm at each slow answer, and against silence about a dead scheduler."""
    monitor.scheduler.error = OSError("gone")
    await monitor.poll()
    assert monitor.state.trouble == ""
    monitor._answered -= ANSWER_LIMIT + 1
    await monitor.poll()
    assert monitor.state.trouble == "The cluster's scheduler does not answer (OSError)."
    assert monitor.state.ended is None
    monitor.gateway.answer = lambda: "FAILED"
    await monitor.poll()
    assert monitor.state.failed


@pytest.mark.parametrize(
    ("error", "ended", "trouble"),
    [
        (ValueError("404"), "does not know this cluster any more", ""),
        (OSError("refused"), "", "at http://127.0.0.1:9 does not answer (OSError)"),
    ],
)
async def test_a_gateway_that_does_not_help(
    monitor: GatewayMonitor, error: Exception, ended: str, trouble: str
) -> None:
    """Guards a cluster that goes on while its gateway is restarted, and one that it forgot."""

    def answer() -> str:
        raise error

    monitor.gateway.answer = answer
    await monitor.poll_gateway()
    assert ended in (monitor.state.ended or "")
    assert monitor.state.failed == bool(ended)
    assert trouble in monitor.state.trouble


def test_a_monitor_in_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards requests from the shell's thread, and a thread that outlives its cluster."""
    monkeypatch.setattr(monitors, "Gateway", Answering)
    monkeypatch.setattr(monitors, "rpc", lambda address, connection_args: Scheduler())
    monkeypatch.setattr(monitors, "POLL_PERIOD", 0.01)
    one = GatewayMonitor(GatewayState(FakeGatewayCluster()))

    async def request() -> int:
        return 42

    coroutine = request()
    with pytest.raises(RuntimeError, match="not connected yet"):
        one.do(coroutine)
    coroutine.close()
    one.start()
    assert one.first.wait(30)
    assert one.do(request()) == 42
    one.gateway.answer = lambda: "STOPPED"
    one._gateway_polled -= monitors.GATEWAY_PERIOD
    one.join(30)
    assert not one.is_alive()
    assert one.state.ended is not None


# In the scheduler, far away

READ = """
import pickle, sys
from types import SimpleNamespace
sys.modules.update({"jupyter_cluster_launcher": None, "cluster_launcher_resident": None})
read = pickle.loads(sys.stdin.buffer.read())
service = SimpleNamespace(count=3, idle_timeout=600, adapt_task=None)
print(read(SimpleNamespace(services={"gateway": service})), read(SimpleNamespace(services={})))
"""


def test_what_runs_in_the_scheduler_needs_nothing_of_ours() -> None:
    """Guards against a pickle that says "import it", sent to where the package is not."""
    run = [sys.executable, "-c", READ]
    pickled = by_value(gateway_settings)
    done = subprocess.run(run, input=pickled, capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().strip() == (
        "{'count': 3, 'idle_timeout': 600, 'adapting': False} "
        "{'count': None, 'idle_timeout': 0, 'adapting': False}"
    )
