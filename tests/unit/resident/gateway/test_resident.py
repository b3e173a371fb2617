"""The resident of a cluster that dask-gateway made."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dask_gateway.client import Gateway, GatewayWarning
from fake_clusters import FakeGatewayCluster

from jupyter_cluster_launcher.resident.gateway import client as clients
from jupyter_cluster_launcher.resident.gateway import monitor as monitors
from jupyter_cluster_launcher.resident.gateway import resident as gateways
from jupyter_cluster_launcher.resident.gateway.monitor import GatewayMonitor
from jupyter_cluster_launcher.resident.gateway.resident import RESIDENT, GatewayResident
from jupyter_cluster_launcher.resident.gateway.state import GatewayState
from jupyter_cluster_launcher.resident.gateway.submissions import Submissions
from jupyter_cluster_launcher.resident.observed.identity import WorkerIdentity
from jupyter_cluster_launcher.resident.report import Report

WORKER: WorkerIdentity = {"name": "w1", "nthreads": 2, "memory_limit": 1000, "metrics": {}}
LIMIT = (
    "Scale request of 30 workers would exceed resource limit of 4 workers. Scaling to 4 instead."
)


# What a launch requested


def test_names_are_written_down_at_once(tmp_path: Path) -> None:
    """Guards against clusters that are never stopped because a controller was killed."""
    first = Submissions()
    first.restore(str(tmp_path))
    first.add("1f")
    assert json.loads((tmp_path / "gateway.json").read_text()) == ["1f"]
    second = Submissions()
    second.restore(str(tmp_path))
    second.add("2f")
    assert json.loads((tmp_path / "gateway.json").read_text()) == ["1f", "2f"]
    second.clear()
    assert (second.names, list(tmp_path.iterdir())) == ([], [])
    second.clear()


@pytest.fixture
def unchanged(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let dask-gateway's client be as before afterwards."""
    monkeypatch.setattr(Gateway, "_submit", Gateway._submit)
    with warnings.catch_warnings():
        yield


async def test_a_request_that_was_given_up_is_recorded(
    tmp_path: Path, unchanged: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a cluster that is made just as its launch is stopped."""
    gate = asyncio.Event()

    async def submit(self: Gateway, profile: str) -> str:
        await gate.wait()
        return f"1f-{profile}"

    monkeypatch.setattr(Gateway, "_submit", submit)
    one = RESIDENT()
    one.prepare({"directory": str(tmp_path), "sockets": str(tmp_path)})
    gateway: Any = object.__new__(Gateway)
    request = asyncio.ensure_future(gateway._submit(profile="small"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert len(one.submissions.pending) == 1
    gate.set()
    while one.submissions.pending:
        await asyncio.sleep(0)
    assert one.submissions.names == ["1f-small"]
    assert await gateway._submit(profile="big") == "1f-big"


def test_what_the_gateway_says_of_its_limit(unchanged: None, tmp_path: Path) -> None:
    """Guards against a limit that is in no row, and against taking other warnings for it."""
    shown: list[str] = []
    warnings.showwarning = lambda message, *args, **kwargs: shown.append(str(message))
    one = RESIDENT()
    one.prepare({"directory": str(tmp_path), "sockets": str(tmp_path)})
    for text in ("first", LIMIT):
        warnings.warn(GatewayWarning(text), stacklevel=1)
    assert (one.limits, shown) == ([LIMIT], ["first", LIMIT])
    warnings.simplefilter("always", UserWarning)
    warnings.warn("another matter", stacklevel=1)
    assert (one.limits, shown[2:]) == ([LIMIT], ["another matter"])


def test_without_dask_gateway(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against an error about our preparation instead of the missing package."""
    monkeypatch.setitem(sys.modules, "dask_gateway", None)
    monkeypatch.setitem(sys.modules, "dask_gateway.client", None)
    for name in list(sys.modules):
        if name.endswith("resident.gateway.client"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(gateways.__package__ + ".client")
    one = RESIDENT()
    one.prepare({"directory": str(tmp_path), "sockets": str(tmp_path)})
    one.close(None)
    assert one.submissions.names == []


# The resident


class FakeMonitor(GatewayMonitor):
    """A monitor that polls nothing, and whose gateway records its requests."""

    def __init__(self, state: GatewayState) -> None:
        super().__init__(state)
        self.sent: list[tuple[Any, ...]] = []
        self.says: Callable[[], None] = lambda: None
        self.gateway = SimpleNamespace(
            scale_cluster=self._note, adapt_cluster=self._note, address="http://x"
        )
        self.scheduler = SimpleNamespace(get_logs=lambda n: [("INFO", "far")], broadcast=self._logs)

    async def _note(self, *args: Any, **kwargs: Any) -> None:
        self.sent.append((*args, kwargs))
        self.says()

    async def _logs(self, *, msg: Any, workers: list[str]) -> dict[str, list[tuple[str, str]]]:
        return {workers[0]: [("INFO", "near")]}

    def run(self) -> None:
        self.first.set()

    def do(self, request: Any, limit: float = 1.0) -> Any:
        return asyncio.run(request)


@pytest.fixture
def launch(
    published: list[Report], tmp_path: Path, unchanged: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[GatewayResident, FakeMonitor]]:
    """Start a resident for a cluster that is joined or was started here."""
    monkeypatch.setattr(monitors, "GatewayMonitor", FakeMonitor)

    def start(joined: bool = False) -> tuple[GatewayResident, FakeMonitor]:
        one = RESIDENT()
        one.prepare({"directory": str(tmp_path), "sockets": str(tmp_path)})
        if not joined:
            one.submissions.add("1f")
        one.begin(str(tmp_path))
        one.start(FakeGatewayCluster(), idle_timeout=60.0)
        assert isinstance(one.monitor, FakeMonitor)
        return one, one.monitor

    return start


Launch = Callable[..., tuple[GatewayResident, FakeMonitor]]


@pytest.mark.parametrize("joined", [False, True])
def test_whose_cluster_it_is(launch: Launch, published: list[Report], joined: bool) -> None:
    """Guards what others work on: a cluster that was joined is not stopped for being idle."""
    one, _ = launch(joined)
    assert published[0]["joined"] == joined
    assert published[0]["tls"]
    assert one.watch.idle_timeout == (None if joined else 60.0)
    assert one.cluster.shutdown_on_close == (not joined)


def test_scaling_within_the_gateways_limit(launch: Launch, published: list[Report]) -> None:
    """Guards against a row that waits for workers which the gateway has refused."""
    one, monitor = launch()
    monitor.state.waiting_since -= 1000
    monitor.says = lambda: one.limits.append(LIMIT)
    one.scale(30)
    assert monitor.sent == [("1f", 30, {})]
    assert published[-1]["requested"] == 4
    assert published[-1]["warnings"] == ["Asked for 30 workers, the gateway's limit is 4."]
    monitor.says = lambda: None
    one.adapt(1, 3)
    assert monitor.sent[1:] == [("1f", {"minimum": 1, "maximum": 3})]
    assert monitor.state.adapting
    assert published[-1]["warnings"] == []


def test_logs(launch: Launch) -> None:
    """Guards logs from far away, fetched by the monitor that is connected already."""
    one, monitor = launch()
    monitor.state.workers = {"tls://1": WORKER}
    assert one.logs() == {
        "scheduler": "far\n",
        "workers": [{"id": "tls://1", "title": "Worker w1", "text": "near\n"}],
    }


def test_stopping(launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against stopping what was joined, and against leaving what was started."""
    stopped: list[list[str]] = []
    monkeypatch.setattr(clients, "stop_clusters", lambda names, limit: stopped.append([*names]))
    one, _ = launch(joined=True)
    one.close(one.cluster)
    assert (stopped, one.watch.closing) == ([], True)
    one.shut_down()
    assert stopped == [["1f"]]
    one, _ = launch()
    one.close(one.cluster)
    one.close(one.cluster)
    assert stopped == [["1f"], ["1f"]]
    assert not (tmp_path / "gateway.json").exists()


def test_a_stop_waits_for_what_is_being_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a cluster whose name comes after the stop; but not for ever."""
    stopped: list[list[str]] = []
    monkeypatch.setattr(clients, "stop_clusters", lambda names, limit: stopped.append([*names]))
    one = RESIDENT()
    pending = asyncio.new_event_loop().create_future()
    one.submissions.pending.add(pending)

    def made() -> None:
        one.submissions.add("2f")
        one.submissions.pending.clear()

    timer = threading.Timer(0.1, made)
    timer.start()
    one.close(None)
    timer.join()
    assert stopped == [["2f"]]
    monkeypatch.setattr(gateways, "ANSWER_LIMIT", 0.05)
    one.submissions.pending.add(pending)
    one.close(None)
    pending.get_loop().close()


class Stopping:
    """A gateway that stops clusters as the test says."""

    def __init__(self, asynchronous: bool) -> None:
        assert asynchronous

    async def __aenter__(self) -> Stopping:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close nothing."""

    async def stop_cluster(self, name: str) -> None:
        if name == "gone":
            raise ValueError("404")
        if name == "refused":
            raise PermissionError("403")
        if name == "slow":
            await asyncio.sleep(0.5)


def test_stopping_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against "stopped" where the gateway has refused or has not answered."""
    monkeypatch.setattr(clients, "Gateway", Stopping)
    clients.stop_clusters(["gone", "there"], 5.0)
    with pytest.raises(RuntimeError, match="403"):
        clients.stop_clusters(["refused"], 5.0)
    with pytest.raises(RuntimeError, match="no answer"):
        clients.stop_clusters(["slow"], 0.05)
