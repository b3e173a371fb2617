"""A cluster whose scheduler is elsewhere, as its controller sees it."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from clocks import Clocks
from distributed import SpecCluster, SSHCluster
from distributed.utils import LoopRunner
from fake_clusters import Dashboard, FakeCluster

from jupyter_cluster_launcher.resident.remote import dashboard as dashboards
from jupyter_cluster_launcher.resident.remote import encryption, made
from jupyter_cluster_launcher.resident.remote import monitor as monitors
from jupyter_cluster_launcher.resident.remote import scheduler as schedulers
from jupyter_cluster_launcher.resident.remote.monitor import RemoteMonitor, requested
from jupyter_cluster_launcher.resident.remote.resident import (
    CannotScaleError,
    NotEncryptedError,
    RemoteResident,
)
from jupyter_cluster_launcher.resident.report import Report


@pytest.mark.parametrize(
    ("link", "place"),
    [
        (
            "http://10.0.0.7:8787/status",
            {"dashboard_host": "10.0.0.7", "dashboard_port": 8787},
        ),
        ("http://node7/status", {"dashboard_host": "node7", "dashboard_port": 80}),
        ("http://localhost:40001/status", {"dashboard_host": None, "dashboard_port": 40001}),
        ("https://c.dask.host/t/status", {"dashboard_link": "https://c.dask.host/t/status"}),
        ("http://c.dask.host/t/status", {"dashboard_link": "http://c.dask.host/t/status"}),
        ("", {}),
        (None, {}),
        ("http://[fd00::2]:8787/status", {"dashboard_host": "fd00::2", "dashboard_port": 8787}),
        ("http://[:8787/status", {}),
        ("http://node7:port/status", {}),
    ],
)
def test_where_a_dashboard_is(link: str | None, place: Report) -> None:
    """Guards against a tab that stays empty, or a host that the proxy must not open."""
    assert dashboards.place(SimpleNamespace(dashboard_link=link)) == place


@pytest.mark.parametrize("written", ["[", "::1", "[::1]", "fd00"])
def test_where_a_dashboard_is_with_ipv6(written: str) -> None:
    """Guards against a watch that ends at a link which Dask writes with a piece of the address."""
    cluster = SimpleNamespace(
        dashboard_link=f"http://{written}:8787/status", scheduler_address="tcp://[::1]:40001"
    )
    expected = {"dashboard_host": "::1", "dashboard_port": 8787}
    assert dashboards.place(cluster) == expected


def test_the_plots_of_a_dashboard(dashboard: Dashboard) -> None:
    """Guards against a menu without plots; a dashboard that is not up yet has none."""
    host, port = dashboard.server_address[:2]
    here: Report = {"dashboard_host": str(host), "dashboard_port": int(port)}
    assert dashboards.plots(here) == {}
    dashboard.pages["/individual-plots.json"] = b'{"Individual Task Stream": "/a"}'
    assert dashboards.plots(here) == {"Individual Task Stream": "/a"}
    assert dashboards.plots({}) == {}


@pytest.mark.parametrize(
    ("own", "address", "expected"),
    [
        ("tcp://10.0.0.7:8786", "tcp://10.0.0.7:8786", True),
        ("tcp://127.0.0.1:8786", "tcp://localhost:8786", True),
        ("tcp://10.4.0.7:8786", "tcp://localhost:8786", False),
        ("tcp://127.0.0.1:8786", "tcp://localhost:8787", False),
        ("tcp://10.4.0.7:8786", "tcp://no-such-host.invalid:8786", False),
        ("inproc://1/2/3", "inproc://1/2/3", True),
    ],
)
def test_where_a_scheduler_listens(own: str, address: str, expected: bool) -> None:
    """Guards against a tunnel that begins anew and is taken for a scheduler that has ended."""
    assert schedulers.listens_there(own, address) is expected


class Answers:
    """A scheduler that says where it listens."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def identity(self) -> dict[str, Any]:
        return {"workers": {}, "id": "s", "address": self.address}

    async def get_task_prefix_states(self) -> dict[str, Any]:
        return {}

    async def events(self, topic: str) -> list[Any]:
        return []

    async def versions(self) -> dict[str, Any]:
        return {"packages": {"python": "3.12.1.final.0"}}


@pytest.mark.parametrize(
    ("listens", "patience"), [("tcp://10.0.0.7:8786", 0.5), ("tcp://10.4.0.7:8786", 15)]
)
def test_a_scheduler_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listens: str, patience: float
) -> None:
    """Guards against a row that stays green, and against an end where a port forward begins anew.

    And against a row that has ended, and still waits for an answer.
    """
    cluster: Any = FakeCluster(1)
    cluster.status, cluster.scheduler_address = "running", "tcp://10.0.0.7:8786"
    cluster.scheduler_comm, cluster.dashboard_link = Answers(listens), ""
    monkeypatch.setattr(monitors, "refuses", lambda address: True)
    clocks, monitor = Clocks(monkeypatch), RemoteMonitor(cluster, str(tmp_path))
    monkeypatch.setattr(monitor, "do", asyncio.run)
    monitor.poll()
    assert monitor.sample().report["warnings"] == []

    def no_answer(request: Coroutine[Any, Any, None]) -> None:
        request.close()
        raise TimeoutError

    monkeypatch.setattr(monitor, "do", no_answer)
    clocks.pass_by(patience)
    monitor.poll()
    report = monitor.sample().report
    assert report["warnings"] == ["The cluster's scheduler does not answer (TimeoutError)."]
    clocks.pass_by(1)
    monitor.poll()
    report = monitor.sample().report
    assert (report["ended"], report["warnings"]) == ("Stopped: the scheduler has ended.", [])


def test_waiting_for_a_scheduler_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against the 30 s for which Dask tries to connect to a port that is closed."""
    cluster: Any = FakeCluster(1)
    runner = LoopRunner()
    runner.start()
    try:
        cluster.loop = runner.loop
        monitor = RemoteMonitor(cluster, str(tmp_path))
        monkeypatch.setattr(monitors, "refuses", lambda address: True)
        with pytest.raises(TimeoutError):
            monitor.do(asyncio.sleep(monitors.ANSWER_LIMIT * 100), monitors.ANSWER_LIMIT * 50)
        monkeypatch.setattr(monitors, "refuses", lambda address: False)
        assert monitor.do(asyncio.sleep(monitors.GONE_AFTER * 1.2, "late")) == "late"
    finally:
        runner.stop()


def test_a_dashboard_of_dask_with_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a link that only works on the scheduler's own network."""
    here: Report = {"dashboard_host": "10.0.0.7", "dashboard_port": 8787}
    cluster = SimpleNamespace(dashboard_link="https://10.0.0.7:8787/status")
    assert dashboards.place(cluster) == {"dashboard_link": "https://10.0.0.7:8787/status"}
    with dask.config.set({"distributed.scheduler.dashboard.tls.cert": "/etc/cert.pem"}):
        assert dashboards.place(cluster) == here


def test_what_does_not_speak_http_is_no_dashboard_without_plots() -> None:
    """Guards against a poll that ends with an exception of the HTTP client, and against no TLS."""
    for said in (b"", b"\x15\x03\x03\x00\x02\x02\x46"):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]

            def answer(server: socket.socket = server, said: bytes = said) -> None:
                connection, _ = server.accept()
                with connection:
                    connection.recv(1024)
                    connection.sendall(said)

            thread = threading.Thread(target=answer)
            thread.start()
            assert dashboards.plots({"dashboard_host": None, "dashboard_port": port}) is None
            thread.join()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", {}),
        (b'HTTP/1.1 200 OK\r\n\r\n["Individual Task Stream"]', {}),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"[" * 100_000, {}),
        (b"", None),
    ],
    ids=["SSH", "cut short", "a list", "nested", "nothing"],
)
def test_another_program_at_the_port_of_a_dashboard(
    answer: bytes, expected: dict[str, str] | None
) -> None:
    """Guards against an exception that ends the thread which watches the cluster."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def reply() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(answer)

        answering = threading.Thread(target=reply)
        answering.start()
        port = listening.getsockname()[1]
        assert dashboards.plots({"dashboard_host": None, "dashboard_port": port}) == expected
        answering.join()


def test_a_cluster_that_is_not_encrypted_is_not_watched(tmp_path: Path) -> None:
    """Guards against an open scheduler where encryption was promised."""
    resident = RemoteResident()
    resident.settings = {"tls": True, "directory": str(tmp_path)}
    cluster: Any = FakeCluster(1)
    cluster.scheduler_address = "tcp://10.0.0.7:8786"
    with pytest.raises(NotEncryptedError, match="FakeCluster did not encrypt its scheduler at tcp"):
        resident.start(cluster)
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_scale() -> None:
    """Guards against a request that Dask forgets without a word."""
    resident = RemoteResident()
    fixed: Any = FakeCluster(1)
    fixed._supports_scaling = False
    resident.cluster = fixed
    with pytest.raises(CannotScaleError, match="FakeCluster cannot change its number of workers"):
        resident.scale(2)
    with pytest.raises(CannotScaleError):
        resident.adapt(1, 2)
    assert fixed.calls == []


def test_what_cannot_adapt_is_not_watched(tmp_path: Path) -> None:
    """Guards against a class that a file makes adapt, and that stays as it is without a word."""
    resident = RemoteResident()
    resident.settings = {"directory": str(tmp_path)}
    cluster: Any = FakeCluster(1)
    cluster._supports_scaling, cluster._adaptive = False, object()
    with pytest.raises(CannotScaleError, match="FakeCluster cannot change its number of workers"):
        resident.start(cluster)


def test_all_that_was_made_is_closed_whatever_one_of_them_raises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Guards against a scheduler that stays because closing another one failed."""
    resident = RemoteResident()
    resident.settings = {"directory": str(tmp_path)}
    broken, whole = SimpleNamespace(status="failed"), FakeCluster(1)
    resident.made = [broken, whole]
    resident.end_cluster(None)
    assert whole.calls == [("close", {})]
    assert "AttributeError" in capsys.readouterr().err


def test_a_start_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a cluster object that Dask does not close, since it says "starting"."""
    monkeypatch.setattr(made, "SETTLE_LIMIT", 0.01)
    cluster = FakeCluster(1)
    cluster.status = "starting"
    made.end(cluster)
    assert getattr(cluster.status, "name", None) == "failed"
    assert cluster.calls == [("close", {})]


@pytest.mark.parametrize(
    ("specification", "number"),
    [({0: {}, 1: {}}, 2), ({0: {"group": ["-0", "-1"]}, 1: {"group": ["-0", "-1"]}}, 4)],
)
def test_how_many_workers_are_wanted(specification: Any, number: int) -> None:
    """Guards against groups that are counted as one worker each."""
    assert requested(SimpleNamespace(worker_spec=specification)) == number
    assert requested(SimpleNamespace()) is None


def test_whether_anything_listens() -> None:
    """Guards against a scheduler that is taken for dead because it is slow."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tls://127.0.0.1:{server.getsockname()[1]}"
        assert schedulers.answers(address)
        assert not schedulers.refuses(address)
    assert not schedulers.answers(address)
    assert schedulers.refuses(address)
    for odd in ("inproc://1/2", "tcp://[", "<Not Connected>"):
        assert not schedulers.refuses(odd)


def test_settings_as_variables() -> None:
    """Guards against workers in other processes that do not encrypt."""
    assert encryption.variables({"distributed.comm.require-encryption": True}) == {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "True"
    }


def test_which_classes_find_a_cluster_by_its_name() -> None:
    """Guards against a scheduler that goes on since Dask's own method only raises."""

    class Own(SpecCluster):
        """As dask_cloudprovider's classes."""

    class ByName(Own):
        """As KubeCluster."""

        @classmethod
        def from_name(cls, name: str) -> Any:
            """Return the cluster."""

    found = {kind: schedulers.finds_by_name(kind) for kind in (Own, ByName, SSHCluster)}
    assert found == {Own: False, ByName: True, SSHCluster: False}
