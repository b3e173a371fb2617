"""The resident of a cluster whose scheduler runs beside it."""

from __future__ import annotations

import asyncio
import json
import stat
import threading
import time
from collections.abc import Awaitable
from itertools import pairwise
from multiprocessing import forkserver
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from fake_clusters import FakeCluster, SocketDashboard

from jupyter_cluster_launcher.resident import base, credentials
from jupyter_cluster_launcher.resident import logs as collecting
from jupyter_cluster_launcher.resident import versions as installed
from jupyter_cluster_launcher.resident.local import RESIDENT, LocalResident, leave_out_proxy
from jupyter_cluster_launcher.resident.observed import plots, scheduler
from jupyter_cluster_launcher.resident.process.kernel import ANSWER
from jupyter_cluster_launcher.resident.protocols import LogEntries
from jupyter_cluster_launcher.resident.report import Report

KEY = "-----BEGIN PRIVATE KEY-----\nsecret\n"


@pytest.fixture
def resident(published: list[Report], tmp_path: Path) -> LocalResident:
    """A resident that watches a cluster of two workers."""
    one = RESIDENT()
    one.begin(str(tmp_path))
    one.start(FakeCluster(0, 1))
    return one


def calls(resident: LocalResident) -> list[Any]:
    """Return the calls that the cluster got."""
    cluster: Any = resident.cluster
    return list(cluster.calls)


# What the server calls


def test_the_first_report(resident: LocalResident, published: list[Report]) -> None:
    """Guards against a launch that stays "Waiting for the scheduler"."""
    first = published[0]
    assert (first["ready"], first["requested"]) == (2, 2)
    assert (first["cores"], first["memory"]) == (4, 2000)
    assert first["usage"] == {
        **{"cpu": 0.5, "memory": 200, "tasks": 2, "busy": False},
        **{"done": 1, "held": 1, "erred": 0, "waiting": 0, "spilled": 0, "paused": 0},
    }
    assert not first["tls"]
    assert "python" in first["versions"]


def test_a_server_that_pings_gets_a_report(
    resident: LocalResident, published: list[Report]
) -> None:
    """Guards against a server that attaches and shows nothing, because nothing changes."""
    before, resident.watch.contact.at = len(published), 0.0
    resident.ping()
    assert len(published) > before
    assert resident.watch.contact.at > 0


def test_keep_restarts_the_idle_time(resident: LocalResident, published: list[Report]) -> None:
    """Guards against "keep" that changes the idle time, and against a change that does not."""
    resident.keep(idle_timeout=60.0)
    assert published[-1]["closes_at"] is not None
    resident.keep()
    assert resident.watch.idle_timeout == 60.0
    resident.keep(idle_timeout=None)
    assert resident.watch.idle_timeout is None


def test_scaling(resident: LocalResident) -> None:
    """Guards the unit that the platform counts in, and adaptive scaling that undoes a number."""
    resident.scale(3)
    resident.adapt(1, 4)
    resident.scale(2, unit="jobs")
    resident.adapt(0, 2, unit="jobs")
    assert calls(resident) == [
        ("scale", {"n": 3}),
        ("adapt", {"minimum": 1, "maximum": 4}),
        ("stop", {}),
        ("scale", {"jobs": 2}),
        ("adapt", {"minimum_jobs": 0, "maximum_jobs": 2}),
    ]


def test_closing(resident: LocalResident) -> None:
    """Guards a stop that is done again, and one before there is a cluster."""
    resident.close(resident.cluster)
    resident.shut_down()
    assert calls(resident) == [("close", {}), ("close", {})]
    assert resident.watch.closing
    RESIDENT().close(None)


def test_what_is_called_too_early() -> None:
    """Guards against "NoneType has no attribute" in front of a user."""
    with pytest.raises(RuntimeError, match="still being created"):
        RESIDENT().ping()


def test_answers_are_plain_data(resident: LocalResident, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards the way of a returned value to the server: as JSON, and displayed as nothing else."""
    monkeypatch.setattr(resident, "keep", lambda *args, **kwargs: {"args": args, **kwargs})
    resident.call("keep", 1, function="x")
    assert resident.answer is not None
    assert resident.answer._repr_mimebundle_() == {ANSWER: {"args": (1,), "function": "x"}}


# Preparing


@pytest.mark.parametrize("fails", [None, OSError("no such thing"), ValueError("no context")])
@pytest.mark.usefixtures("dask_unchanged")
def test_workers_are_forked_from_a_prepared_process(
    monkeypatch: pytest.MonkeyPatch, fails: Exception | None, tmp_path: Path
) -> None:
    """Guards against importing Dask once for each worker; a system without it does without."""
    begun: list[list[str]] = []

    def ensure_running() -> None:
        if fails:
            raise fails
        begun.append(vars(forkserver._forkserver)["_preload_modules"])

    folders = {"directory": str(tmp_path / "id"), "sockets": str(tmp_path)}
    monkeypatch.setattr(forkserver, "ensure_running", ensure_running)
    monkeypatch.setattr(forkserver._forkserver, "_preload_modules", ["__main__"])
    RESIDENT().prepare({"workers_here": False, **folders})
    assert begun == []
    RESIDENT().prepare({"workers_here": True, **folders})
    assert [names[:2] for names in begun] == ([] if fails else [["distributed", "dask"]])


# What is sampled


def test_why_a_cluster_is_gone() -> None:
    """Guards against a cluster that code in a notebook closed, and whose row says "running"."""
    cluster = FakeCluster(0)
    assert "ended" not in scheduler.sample_scheduler(cluster).report
    for status, words in (
        ("closed", "The cluster was stopped."),
        ("failed", "The cluster failed."),
    ):
        for form in (status, SimpleNamespace(name=status)):
            cluster.status = form
            assert scheduler.sample_scheduler(cluster).report["ended"] == words


@pytest.mark.parametrize("where", ["processing", "unrunnable", "queued", "nothing"])
def test_what_is_work(where: str) -> None:
    """Guards against an end of a cluster whose tasks wait for a worker that is to come."""
    cluster = FakeCluster(0)
    if where == "processing":
        cluster.scheduler.workers["tls://w0"].processing = {"t": 1}
    elif where != "nothing":
        setattr(cluster.scheduler, where, {"t"})
    usage = scheduler.sample_scheduler(cluster).report["usage"]
    assert usage is not None
    assert usage["busy"] == (where != "nothing")


def test_an_older_scheduler() -> None:
    """Guards against a scheduler without queued tasks, services or limits of memory."""
    cluster = FakeCluster(0)
    del cluster.scheduler.queued, cluster.scheduler.services
    cluster.scheduler.workers["tls://w0"].memory_limit = None
    sample = scheduler.sample_scheduler(cluster)
    assert (sample.report["memory"], sample.report["dashboard_port"]) == (0, None)
    assert sample.report["dashboard_socket"] is None
    assert sample.activity == 7


def test_plots(socket_dashboard: SocketDashboard) -> None:
    """Guards the list of plots, and an environment without bokeh, where there is none."""
    path = "/individual-plots.json"
    socket_dashboard.pages[path] = b'{"Progress": "/individual-progress"}'
    assert plots.plots(socket_dashboard.path) == {"Progress": "/individual-progress"}
    socket_dashboard.pages[path] = b"<html>"
    assert plots.plots(socket_dashboard.path) == {}
    socket_dashboard.pages.clear()
    assert plots.plots(socket_dashboard.path) == {}


def test_where_a_dashboard_listens() -> None:
    """Guards against calling a dashboard closed that all users of the host can open."""
    cluster = FakeCluster(0)
    services = cluster.scheduler.services
    services["dashboard"] = SimpleNamespace(address="127.0.0.1", port=8787)
    report = scheduler.sample_scheduler(cluster).report
    assert (report["dashboard_port"], report["dashboard_socket"]) == (8787, None)
    services["dashboard"] = SimpleNamespace(address="/tmp/c/dashboard", port="c1")
    report = scheduler.sample_scheduler(cluster).report
    assert (report["dashboard_port"], report["dashboard_socket"]) == (None, "/tmp/c/dashboard")


def test_a_dashboard_without_plots_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a request several times a second for ever, where bokeh is missing."""
    now, times = 1000.0, list[float]()

    def none(path: str) -> dict[str, str]:
        times.append(now)
        return {}

    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(plots, "plots", none)
    one = plots.Plots()
    for _ in range(1000):
        assert one.of(None) == one.of("/tmp/c/dashboard") == {}
        now += 0.3
    pauses = [later - before for before, later in pairwise(times)]
    assert len(times) == 6
    assert pauses == sorted(pauses)


def test_a_worker_that_dies_as_soon_as_it_gets_a_task(
    resident: LocalResident, published: list[Report]
) -> None:
    """Guards against deaths between two polls that nobody hears of."""
    cluster: Any = resident.cluster
    (plugin,) = cluster.plugins
    process = SimpleNamespace(on_exit=lambda code: None, pid=17, worker_address=None)
    cluster.workers = {0: SimpleNamespace(status="running", process=process)}
    plugin.add_worker(cluster.scheduler, worker="tls://w0")
    process.on_exit(-11)
    resident.ping()
    (death,) = published[-1]["deaths"]
    assert (death["id"], death["name"]) == ("tls://w0", "0 (process 17)")


def test_a_scheduler_that_was_shut_down(resident: LocalResident) -> None:
    """Guards against a row that says "running" after ``client.shutdown()``, and a slow stop."""
    cluster = FakeCluster(0)
    for form in ("closing", "closed", SimpleNamespace(name="closed")):
        cluster.scheduler.status = form
        report = scheduler.sample_scheduler(cluster).report
        assert report["ended"] == "Stopped: the scheduler was shut down."
        assert (report["ready"], report["usage"]) == (0, None)
    cluster.scheduler.status = "running"
    assert "ended" not in scheduler.sample_scheduler(cluster).report
    cluster.scheduler.status = "closed"
    with dask.config.set({"distributed.comm.timeouts.connect": "30s"}):
        resident.end_cluster(cluster)
        assert dask.config.get("distributed.comm.timeouts.connect") == "1s"
    assert cluster.calls == [("close", {})]


def test_the_way_to_pages_that_workers_do_not_have_is_left_out() -> None:
    """Guards a launch against a tenth of its time, and other routes of a site against going too."""
    routes = ["distributed.http.proxy", "birch.metrics", "distributed.http.health"]
    key, of_workers = "distributed.scheduler.http.routes", "distributed.worker.http.routes"
    with dask.config.set({key: routes, of_workers: ["birch.pages"]}):
        leave_out_proxy()
        assert dask.config.get(key) == routes
    with dask.config.set({key: routes, of_workers: []}):
        leave_out_proxy()
        assert dask.config.get(key) == routes[1:]
    assert "distributed.http.proxy" not in LocalResident.imports
    assert "distributed.http.health" in LocalResident.imports


def test_a_cluster_that_is_still_being_created(
    resident: LocalResident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against workers that stay when a timer ends a launch."""
    cluster = FakeCluster(0)
    monkeypatch.setattr(base, "variable", {"cluster": cluster}.get)
    RESIDENT()._close_whatever()
    assert cluster.calls == [("close", {})]


def test_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guards against a package that is not there and ends the launch."""
    monkeypatch.setattr(installed, "PACKAGES", ("dask", "no-such-package"))
    assert list(installed.versions()) == ["python", "dask"]


# Credentials


def test_credentials_are_private_files(tmp_path: Path) -> None:
    """Guards against keys that others can read, whether Dask has them as texts or as files."""
    source = tmp_path / "source.pem"
    source.write_text(KEY)
    files = {"ca_file": str(source), "cert": "-----BEGIN CERTIFICATE-----\n", "key": KEY}

    def config(role: str) -> dict[str, str | None]:
        assert role == "client"
        return {**files, "ciphers": None}

    security: Any = SimpleNamespace(require_encryption=True, get_tls_config_for_role=config)
    directory = tmp_path / "cluster"
    directory.mkdir()
    assert credentials.write_credentials(security, str(directory))
    written = {path.name: path for path in directory.iterdir()}
    assert sorted(written) == ["ca.pem", "cert.pem", "key.pem"]
    assert written["ca.pem"].read_text() == written["key.pem"].read_text() == KEY
    assert {stat.S_IMODE(path.stat().st_mode) for path in written.values()} == {0o600}


def test_a_missing_certificate_is_not_written(tmp_path: Path) -> None:
    """Guards against an empty file that looks like a key."""
    security: Any = SimpleNamespace(
        require_encryption=True, get_tls_config_for_role=lambda role: {"key": KEY}
    )
    assert credentials.write_credentials(security, str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["key.pem"]


@pytest.mark.parametrize(
    "security", [None, SimpleNamespace(), SimpleNamespace(require_encryption=None)]
)
def test_without_encryption(security: Any, tmp_path: Path) -> None:
    """Guards against a cluster shown as encrypted that is not, and keys that are not needed."""
    assert not credentials.write_credentials(security, str(tmp_path))
    assert list(tmp_path.iterdir()) == []


# Logs


class Speaking:
    """A scheduler with logs, and those of its workers by address."""

    def __init__(self, **logs: list[tuple[str, str]] | None) -> None:
        self.logs, self.numbers = logs, set[int]()
        self.workers: dict[str, Any] = {}

    def get_logs(self, n: int) -> LogEntries | Awaitable[LogEntries]:
        return [("INFO", "second"), ("INFO", "first")]

    async def broadcast(
        self, *, msg: dict[str, Any], workers: list[str], nanny: bool = False
    ) -> dict[str, list[tuple[str, str]]]:
        self.numbers.add(msg["n"])
        entries = self.logs[workers[0]]
        if entries is None:
            raise OSError("gone")
        return {workers[0]: entries}


class Far(Speaking):
    """A scheduler at the other end of a connection."""

    async def get_logs(self, n: int) -> LogEntries:
        return [("INFO", "far")]


async def test_logs_are_in_order() -> None:
    """Guards the order of lines and of workers, and logs without those of a silent worker."""
    source = Speaking(a=[("INFO", "two"), ("INFO", "one")], b=None, c=[])
    logs = await collecting.collect(source, {"a": 10, "b": 9, "c": 1})
    assert logs["scheduler"] == "first\nsecond\n"
    assert [worker["title"] for worker in logs["workers"]] == ["Worker 1", "Worker 9", "Worker 10"]
    assert [worker["text"] for worker in logs["workers"]] == [
        "", "This worker does not answer now (OSError). It may be busy.", "one\ntwo\n",
    ]  # fmt: skip
    assert source.numbers == {1000}


async def test_logs_of_a_thousand_workers() -> None:
    """Guards against a gigabyte for a list of logs; and the scheduler may be far away."""
    source = Far(**{f"w{i}": [] for i in range(1000)})
    logs = await collecting.collect(source, {f"w{i}": i for i in range(1000)})
    assert logs["scheduler"] == "far\n"
    assert source.numbers == {20}


def test_logs_from_another_thread(resident: LocalResident) -> None:
    """Guards against reading a scheduler's logs beside its event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        cluster: Any = resident.cluster
        source = Speaking(**{"tls://w0": [("INFO", "x")], "tls://w1": []})
        source.workers = cluster.scheduler.workers
        cluster.scheduler, cluster.loop = source, SimpleNamespace(asyncio_loop=loop)
        resident.watch.done.set()
        assert json.loads(json.dumps(resident.logs()))["workers"][0] == {
            "id": "tls://w0", "title": "Worker 0", "text": "x\n",
        }  # fmt: skip
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
