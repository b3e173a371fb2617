"""Clusters of any class, as far as the server knows them."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import a_cluster, backend, site

from jupyter_cluster_launcher.backends import connect_code, reachable_from_other_hosts
from jupyter_cluster_launcher.backends import remote as backends
from jupyter_cluster_launcher.controller import guarded_files, marked
from jupyter_cluster_launcher.errors import NotAvailableError
from jupyter_cluster_launcher.models import Report
from jupyter_cluster_launcher.platforms.code import connectcode
from jupyter_cluster_launcher.resident.remote import ending


def remote(report: Report | None = None, **preparation: Any) -> Any:
    """Return a cluster of some class."""
    known = {"class": "coiled.Cluster", "connect": "scheduler", **preparation}
    return a_cluster(kind="remote", preparation=known, report=report or Report())


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("ValueError", "Unable to find valid credentials", "No Kubernetes cluster is configured"),
        ("NVMLError_LibraryNotFound", "NVML Shared Library Not Found", "no NVIDIA GPU"),
        ("NoCredentialsError", "Unable to locate credentials", "Run `aws configure`"),
        (
            "ClientConnectorDNSError",
            "Cannot connect to host cloud.coiled.io:443 ssl:default [Name or service not known]",
            "cloud.coiled.io:443 does not answer",
        ),
        (
            "ValueError",
            "Authorization failed. Please try to login again, and if the error persists, ...",
            "Run `coiled login`",
        ),
        ("PermissionDenied", "Permission denied for user me on host h", "SSH refused your login"),
        ("HostKeyNotVerifiable", "Host key is not trusted for host h", "Connect to it once"),
        ("gaierror", "[Errno -2] Name or service not known", "A host was not found"),
        ("Exception", "Worker failed to start", "could not start Python on one of the hosts"),
        ("ModuleNotFoundError", "No module named 'coiled'", "does not have the package coiled"),
        ("QuotaError", "You have no machines left.", "coiled.Cluster failed: You have no machines"),
    ],
)
def test_errors_in_the_words_of_their_own_engine(name: str, text: str, words: str) -> None:
    """Guards against bare words, and against those of dask-gateway."""
    sentence = backend("remote").explain(remote(), name, text)
    assert words in sentence
    assert "gateway" not in sentence
    assert "hub" not in sentence


@pytest.mark.parametrize(
    ("address", "reachable"),
    [
        ("tcp://10.0.0.7:8786", True),
        ("tls://node7:8786", True),
        ("tcp://127.0.0.1:8786", False),
        ("tcp://localhost:8786", False),
        (None, False),
    ],
)
def test_who_can_connect_by_address(address: str | None, reachable: bool) -> None:
    """Guards against connect code for a port forward that is on another host."""
    cluster = remote(Report(address=address))
    assert reachable_from_other_hosts(cluster) is reachable
    code = connect_code(cluster, Path("/d"))
    assert (code is None) is (address is None)


def test_the_dashboard_of_a_scheduler_that_was_joined() -> None:
    """Guards against a link in ``client`` that no browser behind a hub can open."""
    one = backend("running")
    create = one.join_code("tcp://10.0.0.7:8786")
    report = Report(address="tcp://10.0.0.7:8786", dashboard_host="10.0.0.7", dashboard_port=8787)
    cluster = replace(remote(report), create=create)
    code = one.connect_code(cluster, Path("/d"), "/user/{x}/")
    assert code == (
        f"{connectcode.JOINED}import dask\nfrom dask.distributed import Client\n\n"
        'dask.config.set({"distributed.dashboard.link": '
        '"/user/{{x}}/proxy/{host}:{port}/status"})\n'
        'client = Client("tcp://10.0.0.7:8786")\nclient\n'
    )
    assert one.connect_code(cluster, Path("/d")) == f"{connectcode.JOINED}{create}client\n"
    unseen = replace(cluster, report=replace(report, dashboard_port=None))
    assert one.connect_code(unseen, Path("/d"), "/") == f"{connectcode.JOINED}{create}client\n"


def test_the_dashboard_of_a_scheduler_on_another_host() -> None:
    """Guards against a link in ``client`` that is dead behind a hub, and in a remote browser."""
    report = Report(address="tcp://n7:1", dashboard_host="n7", dashboard_port=8787, name="a")

    def link(known: Report = report, **connect: str) -> str:
        code = connect_code(remote(known, **connect), Path("/d"), "/user/{x}/")
        assert code is not None
        before, _, line = code.partition("dask.config.set(")
        assert "import dask\n" in before
        return line.partition("\n")[0]

    assert link() == '{"distributed.dashboard.link": "/user/{{x}}/proxy/{host}:{port}/status"})'
    # The port that Dask knows of these may be that of another computer.
    fixed = '{"distributed.dashboard.link": "/user/{{x}}/proxy/n7:8787/status"})'
    assert link(connect="name") == fixed
    assert link(replace(report, dashboard_host=None)) == fixed.replace("n7:", "")
    bridged = replace(report, dashboard_socket="/tmp/x/dashboard.sock")
    code = connect_code(replace(remote(bridged), id="c7"), Path("/d"), "/")
    assert code is not None
    assert '"/cluster-launcher/dashboard/c7/status"' in code
    away = replace(report, dashboard_port=None, dashboard_link="https://cloud.example")
    code = connect_code(remote(away), Path("/d"), "/")
    assert code is not None
    assert "dask.config" not in code


def test_connecting_by_name() -> None:
    """Guards against tokens in connect code, which an address of a service would need."""
    cluster = remote(Report(address="wss://x", name='a "b"', tls=True), connect="name")
    assert connect_code(cluster, Path("/d")) == (
        f"{connectcode.COMMENT}from coiled import Cluster\n\n"
        'cluster = Cluster(name="a \\"b\\"")\n'
        "client = cluster.get_client()\nclient\n"
    )
    assert reachable_from_other_hosts(cluster)
    assert connect_code(remote(connect="name"), Path("/d")) is None


def test_a_class_that_cannot_encrypt_warns() -> None:
    """Guards against users who take every cluster for a private one."""
    one = backend("remote")
    assert one.warnings(site(**{"class": "SSHCluster"}), {}) == []
    (warning,) = one.warnings(site(module="x", **{"class": "KubeCluster"}), {})
    assert "does not encrypt traffic: anyone who can reach the scheduler can run code" in warning


async def test_nothing_is_ended_that_the_controller_has_ended(tmp_path: Path) -> None:
    """Guards against a process for each stop, though there is nothing to do."""
    await backend("remote").cleanup(remote(), tmp_path)


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("127.0.0.2", None),
        ("localhost", None),
        ("192.0.2.7", "x.Some was starting a scheduler on 192.0.2.7. Check that none is left"),
        (None, "x.Some was starting a scheduler and may have done so elsewhere. Check"),
        (7, "x.Some was starting a scheduler on 7. Check"),
    ],
)
async def test_a_scheduler_that_had_no_address_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: Any, place: str | None
) -> None:
    """Guards against a scheduler on another host of which the row says nothing."""
    killed: list[str] = []
    monkeypatch.setattr(marked, "kill", killed.append)
    monkeypatch.setattr(backends, "is_elsewhere", lambda host: host == "192.0.2.7")
    note = {"class": "x.Some", "name": "a", "by_name": False, "host": host, "address": None}
    (tmp_path / "started.json").write_text(json.dumps(note))
    one = remote(None, **{"class": "x.Some"})
    if place is None:
        await backend("remote").cleanup(one, tmp_path)
    else:
        with pytest.raises(NotAvailableError, match=place):
            await backend("remote").cleanup(one, tmp_path)
    assert killed == [one.id]
    await backend("remote").cleanup(one, tmp_path)  # dismissed


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done about a scheduler on a host: it is noted, and has ended by itself."""
    done: list[str] = []

    async def end(*args: Any) -> str:
        done.append("asked")
        return ending.GONE

    monkeypatch.setattr(backends.RemoteBackend, "_end", end)
    monkeypatch.setattr(marked, "kill", lambda cluster_id: done.append("killed"))
    monkeypatch.setattr(backends, "is_elsewhere", lambda host: host == "192.0.2.7")
    note(tmp_path, "localhost")
    return done


def note(directory: Path, host: str | None) -> None:
    """Note a scheduler on a host, as a controller does."""
    data = {"class": "x.Some", "name": "a", "by_name": False, "host": host, "address": "tcp://a:1"}
    (directory / "started.json").write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("host", "said"), [("localhost", False), ("192.0.2.7", True), (None, True)]
)
async def test_a_scheduler_that_ended_before_its_controller(
    tmp_path: Path, started: list[str], host: str | None, said: bool
) -> None:
    """Guards against machines in a cloud that go on, of which the row says nothing."""
    note(tmp_path, host)
    one = remote(None, **{"class": "x.Some"})
    if said:
        with pytest.raises(NotAvailableError, match=r"x\.Some at tcp://a:1 has ended .* is left"):
            await backend("remote").cleanup(one, tmp_path)
    else:
        await backend("remote").cleanup(one, tmp_path)
    assert started == ["asked", "killed"]
    await backend("remote").cleanup(one, tmp_path)  # dismissed
    assert started == ["asked", "killed"]


async def test_a_note_that_cannot_be_read_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[str]
) -> None:
    """Guards against a scheduler that is forgotten, since a file server was just restarted."""
    failures = [OSError(errno.ESTALE, "Stale file handle")]

    def fail_first(path: Path) -> Any:
        if failures:
            raise failures.pop()
        return guarded_files.read_object(path)

    monkeypatch.setattr(backends, "read_object", fail_first)
    words = r"cannot be looked up: Stale file handle\. Dismiss tries again"
    with pytest.raises(NotAvailableError, match=words):
        await backend("remote").cleanup(remote(), tmp_path)
    assert started == ["killed"], "what runs on this computer"
    await backend("remote").cleanup(remote(), tmp_path)
    assert started == ["killed", "asked", "killed"]


async def test_a_note_that_can_never_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, started: list[str]
) -> None:
    """Guards against a row that nobody can dismiss, however often they try."""

    def fail(path: Path) -> Any:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(backends, "read_object", fail)
    remotes = backend("remote")
    with pytest.raises(NotAvailableError, match="Dismiss tries once more, then leaves it as it is"):
        await remotes.cleanup(remote(), tmp_path, wait=True)
    await remotes.cleanup(remote(), tmp_path, wait=True)
    assert started == ["killed", "killed"]


async def test_a_note_that_is_damaged(tmp_path: Path, started: list[str]) -> None:
    """Guards against a scheduler elsewhere that is forgotten without a word."""
    (tmp_path / "started.json").write_text("{")
    with pytest.raises(NotAvailableError, match=r"is damaged\. Check that no scheduler is left"):
        await backend("remote").cleanup(remote(), tmp_path)
    await backend("remote").cleanup(remote(), tmp_path)  # dismissed
    assert started == ["killed"]


async def test_a_directory_that_is_none(tmp_path: Path, started: list[str]) -> None:
    """Guards against a row that cannot be dismissed, as its directory has become a file."""
    path = tmp_path / "file"
    path.touch()
    await backend("remote").cleanup(remote(), path)
    assert started == []
