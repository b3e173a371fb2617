"""SSHCluster on a real sshd with several addresses, as users launch it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import yaml
from cloud import ended, until
from notebooks import run
from real_server import RealServer, wait_until
from real_sshd import HOSTS, RealSshd
from supervised import command_line

from api import SAMPLES, Api
from jupyter_cluster_launcher.controller import marked

TWO = {"hosts": [HOSTS[0], HOSTS[1], HOSTS[2]]}  # the scheduler's, and one for each worker
ONE = {"hosts": [HOSTS[0], HOSTS[1]]}


@pytest.fixture(autouse=True)
def allowed(sshd: RealSshd, home: Path) -> Iterator[None]:
    """Let the user log in, and see that no process is left after the test."""
    sshd.let_in(home)
    yield
    wait_until(lambda: not sshd.remote(), "nothing is left on the hosts")


async def test_from_launch_to_nothing_left(api: Api, samples: Path, sshd: RealSshd) -> None:
    """The main job on hosts that a user can log in to."""
    cluster = await api.launch(platform="ssh", options=TWO)
    assert cluster["workers"]["requested"] == 2
    cluster = await api.ready(cluster["id"], 2)
    assert cluster["tls"]
    assert cluster["address"].startswith("tls://")
    assert cluster["warnings"] == []
    code = cluster["code"]["connect"]
    assert "BEGIN" not in code
    assert run(code, "client.submit(lambda: 6 * 7).result()") == "42"
    assert {plot["name"] for plot in await api.plots(cluster["id"])} >= {"individual-task-stream"}
    logs = (await api.ask("GET", "clusters", cluster["id"], "logs"))[1]
    assert "Scheduler at" in logs["scheduler"]
    assert len(logs["workers"]) == 2
    assert len(sshd.remote()) >= 3
    await api.stop(cluster["id"])


async def test_hosts_with_a_long_temporary_directory(
    api: Api, samples: Path, home: Path, tmp_path: Path
) -> None:
    """Guards what plain Dask can do: no socket of ours is in that directory."""
    temporary = tmp_path / ("long-" * 25)
    temporary.mkdir()
    one = RealSshd(tmp_path / "sshd", TMPDIR=str(temporary)).start()
    try:
        one.let_in(home)
        cluster = await api.launch(platform="ssh", options=ONE)
        await api.ready(cluster["id"], 1)
        await api.stop(cluster["id"])
    finally:
        one.stop()


async def test_the_number_of_workers_follows_from_the_hosts(api: Api, samples: Path) -> None:
    """Guards against a form that asks for a number which means nothing here."""
    _, platforms = await api.ask("GET", "platforms")
    (ssh,) = [platform for platform in platforms if platform["name"] == "ssh"]
    assert (ssh["workers"]["from"], ssh["adaptive"]) == ("hosts", False)
    options = {**ONE, "processes": 2}
    cluster = await api.launch(platform="ssh", options=options)
    assert cluster["workers"]["requested"] == 2
    await api.ready(cluster["id"], 2)
    status, answer = await api.ask(
        "POST", "clusters", body={"platform": "ssh", "workers": 3, "options": ONE}
    )
    assert (status, answer["message"]) == (
        422, "The number of workers follows from Hosts on SSH: leave it out."
    )  # fmt: skip
    await api.stop(cluster["id"])


async def test_what_cannot_scale_says_so(api: Api, samples: Path) -> None:
    """Guards against "1 of 3 workers" for ever."""
    cluster = await api.launch(platform="ssh", options=ONE)
    cluster = await api.ready(cluster["id"], 1)
    assert not cluster["scalable"]
    for change in ({"workers": 3}, {"adapt": {"minimum": 1, "maximum": 3}}):
        status, answer = await api.ask("PATCH", "clusters", cluster["id"], body=change)
        assert status == 409
        assert answer["message"].startswith("SSH cannot change the number of workers")
    assert (await api.ready(cluster["id"], 1))["workers"]["requested"] == 1
    await api.stop(cluster["id"])


async def test_a_worker_that_does_not_start_ends_the_scheduler(
    api: Api, samples: Path, sshd: RealSshd
) -> None:
    """Guards against a scheduler that goes on without a cluster, on a host of its own."""
    options = {"hosts": [HOSTS[0], "127.0.0.99"]}  # where no sshd listens
    cluster = await api.launch(platform="ssh", options=options)
    failed = await ended(api, cluster["id"])
    assert failed["state"] == "failed"
    assert "127.0.0.99" in failed["message"]
    await until(lambda: not sshd.remote(), "the scheduler has ended")
    await api.stop(cluster["id"])


@pytest.mark.parametrize(
    ("access", "sentence"),
    [
        ({"key": False}, "SSH refused your login (Permission denied"),
        ({"known": False}, "Connect to it once with ssh in a terminal"),
    ],
)
async def test_ssh_is_explained(
    api: Api, samples: Path, sshd: RealSshd, home: Path, access: dict[str, bool], sentence: str
) -> None:
    """Guards against asyncssh's words without what to do."""
    (home / ".ssh/id_ed25519").unlink()
    sshd.let_in(home, **access)
    cluster = await api.launch(platform="ssh", options=ONE)
    failed = await ended(api, cluster["id"])
    assert sentence in failed["message"]
    await api.stop(cluster["id"])


async def test_a_class_that_does_not_encrypt_is_stopped(
    api: Api, samples: Path, sshd: RealSshd
) -> None:
    """Guards against an open scheduler where the file promised encryption."""
    data = yaml.safe_load((SAMPLES / "ssh.yaml").read_text())
    (samples / "open.yaml").write_text(yaml.safe_dump({**data, "encryption": "always"}))
    cluster = await api.launch(platform="open", options=ONE)
    failed = await ended(api, cluster["id"])
    assert failed["state"] == "failed"
    assert failed["message"].startswith("SSHCluster did not encrypt its scheduler at tcp://")
    await until(lambda: not sshd.remote(), "the scheduler has ended")
    await api.stop(cluster["id"])


async def test_without_a_controller_a_stop_ends_the_hosts_processes(
    api: Api, samples: Path, sshd: RealSshd, jp_runtime_dir: Path
) -> None:
    """Guards against a scheduler that outlives its killed controller for ever."""
    cluster = await api.launch(platform="ssh", options=ONE)
    await api.ready(cluster["id"], 1)
    kill_controller(jp_runtime_dir / "cluster-launcher" / cluster["id"])
    lost = await ended(api, cluster["id"])
    assert (lost["state"], len(sshd.remote()) > 0) == ("lost", True)
    assert lost["warnings"] == [
        "Its scheduler and workers may still be running. Clean up ends them."
    ]
    await api.stop(cluster["id"])
    await until(lambda: not sshd.remote(), "the scheduler has ended")


def kill_controller(directory: Path) -> None:
    """Kill the controller of a cluster, and what is in its process group."""
    record = yaml.safe_load((directory / "cluster.json").read_text())
    os.killpg(record["controller"]["pid"], signal.SIGKILL)


def noted(directory: Path) -> bool:
    """Return whether the controller has noted where its scheduler is."""
    try:
        return bool(json.loads((directory / "started.json").read_text())["address"])
    except (OSError, ValueError):
        return False


@pytest.fixture
def mute(sshd: RealSshd) -> Iterator[str]:
    """A host that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.9", sshd.port)):
        yield "127.0.0.9"


@pytest.mark.parametrize("begun", ["the process", "the scheduler"])
async def test_a_controller_that_is_killed_while_it_creates_a_cluster(
    api: Api, samples: Path, sshd: RealSshd, mute: str, jp_runtime_dir: Path, begun: str
) -> None:
    """Guards against a scheduler of a launch that failed, on a host of its own, for ever."""
    cluster = await api.launch(platform="ssh", options={"hosts": [HOSTS[0], mute]})
    directory = jp_runtime_dir / "cluster-launcher" / cluster["id"]
    started = sshd.remote if begun == "the process" else lambda: noted(directory)
    await until(started, begun)
    kill_controller(directory)
    failed = await ended(api, cluster["id"])
    assert (failed["state"], sshd.remote()) == ("failed", [])
    assert failed["message"].startswith("Its kernel ended")
    await api.stop(cluster["id"])


async def test_a_worker_that_starts_when_its_scheduler_has_ended(
    api: Api, samples: Path, sshd: RealSshd, jp_runtime_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against a worker that waits for it on a host of its own for ever."""
    data = yaml.safe_load((SAMPLES / "ssh.yaml").read_text())
    assert data["kwargs"]["worker_options"]["death_timeout"] == 300
    data["kwargs"]["worker_options"]["death_timeout"] = 10
    (samples / "ssh.yaml").write_text(yaml.safe_dump(data))
    monkeypatch.setattr(marked, "kill", lambda cluster_id: None)  # it is on another computer
    cluster = await api.launch(platform="ssh", options=ONE)
    directory = jp_runtime_dir / "cluster-launcher" / cluster["id"]
    await until(lambda: noted(directory), "the scheduler")
    address = json.loads((directory / "started.json").read_text())["address"]

    started: list[psutil.Process] = []

    def worker() -> bool:
        """Find the process that a nanny, which the scheduler knows by now, has started."""
        for pid in [pid for pid in sshd.remote() if address in command_line(pid)]:
            with contextlib.suppress(psutil.NoSuchProcess):  # a shell that has ended
                nanny = psutil.Process(pid)
                children = [
                    one for one in nanny.children() if "spawn_main" in command_line(one.pid)
                ]
                if children:
                    started[:] = [nanny, *children]
        return bool(started)

    await until(worker, "the worker")
    for one in started:
        one.suspend()
    kill_controller(directory)
    await ended(api, cluster["id"])
    await until(
        lambda: all(address in command_line(pid) for pid in sshd.remote()),
        "the scheduler has ended",
    )
    assert sshd.remote()
    for one in started:
        one.resume()
    await until(lambda: not sshd.remote(), "the worker has ended")
    await api.stop(cluster["id"])


@pytest.fixture
def server(tmp_path: Path, sshd: RealSshd) -> Iterator[RealServer]:
    """A server of its own, with jupyter-server-proxy."""
    sshd.let_in(tmp_path)
    one = RealServer(tmp_path)
    folder = tmp_path / ".local/share/jupyter/cluster-platforms"
    folder.mkdir(parents=True)
    (folder / "ssh.yaml").write_text((SAMPLES / "ssh.yaml").read_text())
    yield one.start()
    one.stop()


def status_of(server: RealServer, path: str) -> int:
    """Return the status of a page of a server."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}{path}", headers={"Authorization": f"token {server.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_dashboard_and_nothing_else_of_that_host(server: RealServer, sshd: RealSshd) -> None:
    """Guards against a dashboard that answers 403, and against any other port behind the proxy."""
    cluster_id = server.launch(platform="ssh", options=ONE)
    cluster = server.until(cluster_id, lambda c: c["dashboard_url"] is not None)
    url = cluster["dashboard_url"]
    assert status_of(server, url) == 200
    host = url.partition("proxy/")[2].partition(":")[0]
    assert status_of(server, url.replace("/status", "/individual-task-stream")) == 200
    assert status_of(server, f"/base/proxy/{host}:{sshd.port}/") == 403
    assert status_of(server, f"/base/proxy/{HOSTS[0]}:{sshd.port}/") == 403
    assert server.ask("DELETE", f"cluster-launcher/clusters/{cluster_id}")[0] == 204
    wait_until(lambda: not server.clusters(), "the cluster has ended")


def test_the_next_server_ends_what_a_killed_launch_has_started(
    server: RealServer, sshd: RealSshd, mute: str
) -> None:
    """Guards against a scheduler that neither its controller nor its server can end any more."""
    cluster_id = server.launch(platform="ssh", options={"hosts": [HOSTS[0], mute]})
    directory = server.runtime / "cluster-launcher" / cluster_id
    wait_until(lambda: noted(directory), "the scheduler")
    server.signal(signal.SIGKILL)
    kill_controller(directory)
    assert sshd.remote()
    server.start()
    failed = server.until(cluster_id, lambda c: c["state"] == "failed")
    assert failed["message"].startswith("The Jupyter server ended while this cluster was starting")
    wait_until(lambda: not sshd.remote(), "the scheduler has ended")
